"""The life of a print job as data: its states, the moves, and which move leads where.

The commands, the documentation and the tests all read `MOVES`; nothing else says what is
legal. Exactly once is impossible: a reset after the last byte looks the same whether paper
came out or not, so "sent" and "unknown" are states of their own and only "failed" repeats.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from turnero.store.errors import Refused


class JobState(StrEnum):
    """Where a print job is in its life."""

    #: waits for its printer
    QUEUED = "queued"
    #: written down before the first byte left; after a crash nobody knows how far it came
    SENDING = "sending"
    #: the printer confirmed it, or the person said that it came out
    PRINTED = "printed"
    #: handed over whole to a printer that cannot confirm
    SENT = "sent"
    #: some of it left and nobody knows what became of it; never repeated by itself
    UNKNOWN = "unknown"
    #: nothing left the process; repeats by itself, for a while
    FAILED = "failed"
    #: not wanted any more, or known not to have come out and replaced by a copy
    CANCELLED = "cancelled"


class JobMove(StrEnum):
    """What can happen to a print job."""

    #: a ticket was issued, or somebody asked for a copy
    ENQUEUE = "enqueue"
    #: the worker takes it, before the first byte
    CLAIM = "claim"
    #: the printer confirmed
    CONFIRM = "confirm"
    #: handed over, no confirmation possible
    HAND_OVER = "hand-over"
    #: nothing left
    FAIL = "fail"
    #: the connection broke under way, or the server came back and found it being sent
    LOSE = "lose"
    #: nothing was heard for too long of whoever had it
    FORGET = "forget"
    #: a timer puts a failed one back
    RETRY = "retry"
    #: the person says that it came out
    CAME_OUT = "came-out"
    #: the person says that it did not: a copy takes its place
    NOT_OUT = "not-out"
    #: the ticket ended before it was printed
    CANCEL = "cancel"


#: move → the states it is legal in → the state it leads to
MOVES: Final[Mapping[JobMove, Mapping[JobState | None, JobState]]] = MappingProxyType(
    {
        JobMove.ENQUEUE: {None: JobState.QUEUED},
        JobMove.CLAIM: {JobState.QUEUED: JobState.SENDING},
        JobMove.CONFIRM: {JobState.SENDING: JobState.PRINTED},
        JobMove.HAND_OVER: {JobState.SENDING: JobState.SENT},
        JobMove.FAIL: {JobState.SENDING: JobState.FAILED},
        JobMove.LOSE: {JobState.SENDING: JobState.UNKNOWN},
        JobMove.FORGET: {
            JobState.QUEUED: JobState.UNKNOWN,
            JobState.SENDING: JobState.UNKNOWN,
        },
        JobMove.RETRY: {JobState.FAILED: JobState.QUEUED},
        JobMove.CAME_OUT: {JobState.UNKNOWN: JobState.PRINTED},
        JobMove.NOT_OUT: {JobState.UNKNOWN: JobState.CANCELLED},
        JobMove.CANCEL: {
            JobState.QUEUED: JobState.CANCELLED,
            JobState.FAILED: JobState.CANCELLED,
        },
    }
)


def after(move: JobMove, state: str) -> JobState:
    """The state that this move leads to; `Refused("print-move-illegal")` where it is not legal."""
    target = MOVES[move].get(JobState(state))
    if target is None:
        raise Refused("print-move-illegal", move=move.value, state=state)
    return target


def process_id(job: int, attempt: int) -> str:
    """Four printable letters that name one attempt: what a printer can be asked to echo."""
    value = (job * 8 + attempt % 8) % 94**4
    letters = ""
    for _ in range(4):
        value, digit = divmod(value, 94)
        letters = chr(33 + digit) + letters
    return letters
