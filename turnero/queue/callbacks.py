"""The life of a callback as data: its stages, how legs move, what each outcome means.

Pure. A callback follows its ticket (`FOLLOWS`): whatever is done with the ticket, at a desk or
anywhere, is done with the callback. Only while the ticket is called to a desk does the callback
have stages of its own, which the dialler moves.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from turnero.queue.call_settings import CallSettings
from turnero.queue.holidays import Calendar
from turnero.queue.hours import AHEAD
from turnero.queue.numbers import at_ms, local, minutes
from turnero.queue.states import State


class Stage(StrEnum):
    """Where a callback is."""

    #: in line, in its turn
    WAITING = "waiting"
    #: to be rung later; in no line
    RETRY = "retry"
    #: its day is over; it goes on when patients may be rung again
    TOMORROW = "tomorrow"
    #: an agent pressed next
    RESERVED = "reserved"
    #: the desk's telephone is rung
    DESK = "desk"
    #: the patient's telephone is rung
    DIALLING = "dialling"
    #: the patient picked up, and is asked to press 1
    CONFIRMING = "confirming"
    #: a person pressed 1
    JOINING = "joining"
    #: both speak
    TALKING = "talking"
    #: they have hung up; the agent notes how it went
    WRAP_UP = "wrap-up"
    #: over, see `ENDS`
    ENDED = "ended"


class LegStage(StrEnum):
    """Where a leg is. It only moves on."""

    #: written down; the exchange may or may not have heard of it
    COMMITTED = "committed"
    PLACED = "placed"
    RINGING = "ringing"
    UP = "up"
    ENDED = "ended"


#: how a callback ends
ENDS: Final = (
    "done",
    "unreachable",
    "bad-number",
    "wrong-person",
    "expired",
    "cancelled",
    "merged",
)
#: for whom somebody asks to be rung, if not for themselves
RELATIONS: Final = ("self", "mother", "father", "child", "partner", "carer", "other")

#: ticket's state → callback's stage, for the moment of entering it
FOLLOWS: Final[Mapping[State, Stage]] = {
    State.WAITING: Stage.WAITING,
    State.RETRY: Stage.RETRY,
    State.CALLED: Stage.RESERVED,
    State.SERVING: Stage.TALKING,
    # set aside by hand: nobody is rung meanwhile
    State.PARKED: Stage.RETRY,
    State.AWAY: Stage.RETRY,
    State.FINISHED: Stage.ENDED,
    State.NO_SHOW: Stage.ENDED,
    State.CANCELLED: Stage.ENDED,
    State.NOT_SERVED: Stage.ENDED,
}
#: in these a desk holds it
AT_DESK: Final = frozenset(
    {
        Stage.RESERVED,
        Stage.DESK,
        Stage.DIALLING,
        Stage.CONFIRMING,
        Stage.JOINING,
        Stage.TALKING,
        Stage.WRAP_UP,
    }
)
#: in these it waits, here or at home, for its turn to come
WAITS: Final = (Stage.WAITING, Stage.RETRY, Stage.TOMORROW)
#: in these the patient and the desk have not been joined
BEFORE_TALK: Final = frozenset(
    {Stage.RESERVED, Stage.DESK, Stage.DIALLING, Stage.CONFIRMING, Stage.JOINING}
)

#: outcomes of a patient's leg that use up an attempt: they say something about the person
COUNTS: Final = frozenset({"busy", "no-answer", "declined", "not-confirmed", "machine"})
#: outcomes that say something about the way there
FAULTS: Final = frozenset({"trunk-fault"})
#: nothing was tried: outside of hours, or beyond a cap
NOT_TRIED: Final = frozenset({"hours", "caps"})
#: faults of the trunk in a row after which nobody is dialled for a while
BREAKER: Final = 3
#: for how long then, milliseconds; doubled each time up to the second figure
BREAKER_MS: Final = (60_000, 15 * 60_000)
#: what a leg may last beyond its ringing time before we ask what became of it, milliseconds
GRACE_MS: Final = 10_000


class Verdict(NamedTuple):
    """What becomes of a callback whose patient was not joined."""

    #: retry | end | back (to its place, at once)
    then: str
    #: whether the attempt counts
    counts: bool
    #: milliseconds until it is in line again
    pause_ms: int = 0
    #: of ENDS
    end: str | None = None


def verdict(outcome: str, attempts: int, settings: CallSettings, faults: int = 0) -> Verdict:
    """What an outcome means; `attempts` are those used up before it, `faults` the tries in a row
    before it that said nothing about the person.

    A pause after something unknown is longer than a telephone may still ring, so that nobody's
    telephone rings twice for one callback. It grows with each in a row, up to the longest: else a
    number to which the way is broken would have desks rung for it every two minutes, all day.
    """
    if outcome in {"bad-number", "wrong-person"}:
        return Verdict("end", counts=True, end=outcome)
    if outcome == "desk":
        return Verdict("back", counts=False)
    if outcome not in COUNTS:
        pause_ms = max(2 * settings.ring_s * 1000, settings.busy_minutes * 60_000)
        longest_ms = max(pause_ms, settings.later_minutes * 60_000)
        return Verdict(
            "retry", counts=False, pause_ms=min(pause_ms * 2 ** min(faults, 9), longest_ms)
        )
    if attempts + 1 >= settings.attempts:
        return Verdict("end", counts=True, end="unreachable")
    if outcome == "busy":
        minutes_ = settings.busy_minutes
    else:
        minutes_ = settings.again_minutes if attempts == 0 else settings.later_minutes
    return Verdict("retry", counts=True, pause_ms=minutes_ * 60_000)


class Wish(NamedTuple):
    """The hours that somebody prefers, minutes of the day; None: any."""

    from_minute: int | None = None
    to_minute: int | None = None


class Window(NamedTuple):
    """A time in which a patient may be rung, UTC."""

    from_ms: int
    until_ms: int


def window(
    settings: CallSettings, wish: Wish, now_ms: int, zone: str, calendar: Calendar
) -> Window | None:
    """The one that is open, or the next one; None where there is none within three weeks.

    A wish that no day's hours meet is left aside: otherwise than wished beats never.
    """
    for wished in (wish, Wish()):
        for ahead in range(AHEAD + 1):
            day = local(now_ms, zone).date() + timedelta(days=ahead)
            span = _span(settings, day.weekday())
            if span is None or calendar.off(day) is not None:
                continue
            met = _both(span, wished)
            if met is not None:
                found = Window(at_ms(day, met[0], zone), at_ms(day, met[1], zone))
                if now_ms < found.until_ms:
                    return found
    return None


def met(settings: CallSettings, wish: Wish) -> bool:
    """Whether any weekday has hours of that wish in which patients may be rung."""
    spans = (_span(settings, weekday) for weekday in range(7))
    return any(span is not None and _both(span, wish) is not None for span in spans)


def _both(span: tuple[int, int], wish: Wish) -> tuple[int, int] | None:
    """The hours that are in both, minutes of the day."""
    low, high = max(span[0], wish.from_minute or 0), min(span[1], wish.to_minute or span[1])
    return (low, high) if low < high else None


def _span(settings: CallSettings, weekday: int) -> tuple[int, int] | None:
    """Minutes from and to on that weekday, 0 for Monday."""
    text = {5: settings.saturdays, 6: settings.sundays}.get(weekday, settings.weekdays)
    if not text:
        return None
    start, _, end = text.partition("-")
    return minutes(start), minutes(end)
