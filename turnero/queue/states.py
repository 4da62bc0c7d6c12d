"""The life of a ticket as data: its states, the moves, and which move leads where.

The commands, the documentation, the legality tests and the model test all read `MOVES`;
there is no second place that says what is legal. Conditions beyond the state (recalls
before a no-show, thirty minutes to return) belong to the commands.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from turnero.queue import refusals


class State(StrEnum):
    """Where a ticket is in its life."""

    #: in a line; may be called now
    WAITING = "waiting"
    #: called to a desk, nobody has pressed start
    CALLED = "called"
    #: start was pressed: the person is at the desk
    SERVING = "serving"
    #: set aside by a desk; in no line, seen at all desks of its service
    PARKED = "parked"
    #: stepped out for a while; in no line, its place kept
    AWAY = "away"
    #: a callback that is to be rung again; in no line, its place kept
    RETRY = "retry"
    #: served
    FINISHED = "finished"
    #: called and recalled, did not come; may come back once, for a while
    NO_SHOW = "no-show"
    #: taken back by the person or by staff
    CANCELLED = "cancelled"
    #: still waiting or parked when the day closed; stays in the statistics
    NOT_SERVED = "not-served"


class Move(StrEnum):
    """What can be done with a ticket; the values are the API's words."""

    #: a ticket is taken
    ISSUE = "issue"
    #: a desk calls whoever is most due
    NEXT = "next"
    #: a desk calls this one, with a reason
    CALL = "call"
    #: the call is repeated on board and voice
    RECALL = "recall"
    #: the person is at the desk
    START = "start"
    #: service is over
    FINISH = "finish"
    #: the person did not come
    NO_SHOW = "no-show"
    #: the person steps out for a while and keeps their place
    STEP_OUT = "step-out"
    #: stepped out, and the time is over
    OVERSTAY = "overstay"
    #: a callback's patient was not reached, or may not be rung now: later
    RING_LATER = "ring-later"
    #: a callback takes its place again, its patient not rung
    PUT_BACK = "put-back"
    #: a callback's patient cannot be reached
    UNREACHED = "unreached"
    #: who waits here would rather be rung
    BY_PHONE = "by-phone"
    #: who was to be rung came
    CHECK_IN = "check-in"
    #: a no-show, a parked one, one who stepped out or is rung later takes their place again
    RETURN = "return"
    #: set aside for a moment
    PARK = "park"
    #: to another service, or to one desk
    TRANSFER = "transfer"
    #: service is over, and the next step of the ticket's path begins
    SEND_ON = "send-on"
    #: the present step of the path is left out
    SKIP = "skip"
    #: what is to come of the path changes: a step less, once more, or another
    REPLAN = "replan"
    #: the person leaves
    CANCEL = "cancel"
    #: the person says how it went
    RATE = "rate"
    #: served without the server, entered later
    BY_HAND = "by-hand"
    #: the site's day ends with the ticket unserved
    CLOSE_DAY = "close-day"
    #: somebody without a ticket is served: one is made at the desk
    UNTICKETED = "unticketed"
    #: class, service or count of people was wrong
    CORRECT = "correct"
    #: the ticket is lost: a new secret code, the old one opens nothing
    RENEW = "renew"


#: move → the states it is legal in → the state it leads to
MOVES: Final[Mapping[Move, Mapping[State | None, State]]] = MappingProxyType(
    {
        Move.ISSUE: {None: State.WAITING},
        Move.NEXT: {State.WAITING: State.CALLED},
        Move.CALL: {
            State.WAITING: State.CALLED,
            State.PARKED: State.CALLED,
            State.AWAY: State.CALLED,
            State.RETRY: State.CALLED,
        },
        Move.RECALL: {State.CALLED: State.CALLED},
        Move.START: {State.CALLED: State.SERVING},
        Move.FINISH: {State.CALLED: State.FINISHED, State.SERVING: State.FINISHED},
        Move.NO_SHOW: {State.CALLED: State.NO_SHOW},
        Move.STEP_OUT: {State.WAITING: State.AWAY},
        Move.OVERSTAY: {State.AWAY: State.NO_SHOW},
        Move.RING_LATER: {
            State.WAITING: State.RETRY,
            State.CALLED: State.RETRY,
            State.SERVING: State.RETRY,
        },
        Move.PUT_BACK: {State.CALLED: State.WAITING},
        Move.UNREACHED: {State.CALLED: State.NO_SHOW, State.SERVING: State.NO_SHOW},
        Move.BY_PHONE: {State.WAITING: State.WAITING, State.AWAY: State.WAITING},
        Move.CHECK_IN: dict.fromkeys((State.WAITING, State.RETRY, State.CALLED), State.WAITING),
        Move.RETURN: {
            State.NO_SHOW: State.WAITING,
            State.PARKED: State.WAITING,
            State.AWAY: State.WAITING,
            State.RETRY: State.WAITING,
        },
        Move.PARK: {State.CALLED: State.PARKED, State.SERVING: State.PARKED},
        Move.TRANSFER: {
            State.WAITING: State.WAITING,
            State.CALLED: State.WAITING,
            State.SERVING: State.WAITING,
            State.PARKED: State.WAITING,
            State.AWAY: State.WAITING,
        },
        Move.SEND_ON: {State.CALLED: State.WAITING, State.SERVING: State.WAITING},
        Move.SKIP: {
            State.WAITING: State.WAITING,
            State.CALLED: State.WAITING,
            State.SERVING: State.WAITING,
            State.PARKED: State.WAITING,
            State.AWAY: State.WAITING,
        },
        Move.REPLAN: {
            State.WAITING: State.WAITING,
            State.CALLED: State.CALLED,
            State.SERVING: State.SERVING,
            State.PARKED: State.PARKED,
            State.AWAY: State.AWAY,
        },
        Move.CANCEL: {
            State.WAITING: State.CANCELLED,
            State.CALLED: State.CANCELLED,
            State.PARKED: State.CANCELLED,
            State.AWAY: State.CANCELLED,
            State.RETRY: State.CANCELLED,
        },
        Move.RATE: {
            State.CALLED: State.CALLED,
            State.SERVING: State.SERVING,
            State.FINISHED: State.FINISHED,
        },
        Move.BY_HAND: {
            None: State.FINISHED,
            State.WAITING: State.FINISHED,
            State.PARKED: State.FINISHED,
            State.AWAY: State.FINISHED,
            State.NO_SHOW: State.FINISHED,
            State.NOT_SERVED: State.FINISHED,
        },
        Move.CLOSE_DAY: {
            State.WAITING: State.NOT_SERVED,
            State.PARKED: State.NOT_SERVED,
            State.AWAY: State.NOT_SERVED,
            State.RETRY: State.NOT_SERVED,
        },
        Move.UNTICKETED: {None: State.SERVING},
        Move.CORRECT: {
            State.WAITING: State.WAITING,
            State.CALLED: State.CALLED,
            State.SERVING: State.SERVING,
            State.PARKED: State.PARKED,
            State.AWAY: State.AWAY,
        },
        Move.RENEW: {
            State.WAITING: State.WAITING,
            State.CALLED: State.CALLED,
            State.SERVING: State.SERVING,
            State.PARKED: State.PARKED,
            State.AWAY: State.AWAY,
            State.RETRY: State.RETRY,
            State.NO_SHOW: State.NO_SHOW,
        },
    }
)

#: a ticket in one of these is at a desk and holds its session
AT_DESK: Final = frozenset({State.CALLED, State.SERVING})

#: a ticket in one of these is in no line and comes back to it; something is due meanwhile
ASIDE: Final = frozenset({State.PARKED, State.AWAY, State.RETRY})

#: moves that one press at a desk makes and that undo takes back, with what belongs to them (the
#: sending on of a finish)
UNDOABLE: Final = frozenset(
    {
        Move.NEXT,
        Move.CALL,
        Move.START,
        Move.FINISH,
        Move.NO_SHOW,
        Move.RETURN,
        Move.PARK,
        Move.TRANSFER,
        Move.SKIP,
        Move.REPLAN,
        Move.CANCEL,
        Move.UNTICKETED,
    }
)


class SessionState(StrEnum):
    """Where a desk session is in its life."""

    #: calling and serving
    OPEN = "open"
    #: the agent is away, with a reason; nothing is called
    BREAK = "break"
    #: over
    CLOSED = "closed"


def after(move: Move, state: str, number: str) -> State:
    """The state that this move leads to; `Refused` where it is not legal."""
    target = MOVES[move].get(State(state))
    if target is None:
        raise refusals.move_illegal(move, state, number)
    return target
