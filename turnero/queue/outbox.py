"""Messages to people as data: their sorts, for how long each is worth sending, when one is tried again.

Pure. The sentences are telephony/messages/texts.py's.
"""

from typing import Final, Literal, NamedTuple

_SECOND: Final = 1000
_MINUTE: Final = 60 * _SECOND

Channel = Literal["phone", "mail"]
#: what became of an attempt: see telephony/messages/port.py
Result = Literal["sent", "failed", "refused", "unknown"]


class Sort(NamedTuple):
    """One sort of message."""

    #: milliseconds after which nobody wants it any more
    good_for_ms: int
    #: it is about a place in line, and pointless once that was called or is over
    while_waiting: bool = False


SORTS: Final[dict[str, Sort]] = {
    #: your turn is near
    "near-turn": Sort(10 * _MINUTE, while_waiting=True),
    #: we will ring you from this number
    "ring-soon": Sort(10 * _MINUTE, while_waiting=True),
    #: we rang, and nobody answered
    "missed": Sort(6 * 60 * _MINUTE),
    #: the hours for ringing end: tomorrow, or not at all?
    "left-over": Sort(2 * 60 * _MINUTE, while_waiting=True),
    #: for technicians
    "alarm": Sort(60 * _MINUTE),
}

#: after each failed attempt, until the next; after the last one it stays failed
BACK_OFF_MS: Final = (5 * _SECOND, 30 * _SECOND, 2 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE)
#: an attempt that said nothing for so long was cut off; longer than any adapter may take
LEASE_MS: Final = 90 * _SECOND


def next_try(attempts: int, now_ms: int, until_ms: int) -> int | None:
    """When a message is tried again after so many attempts; None: not any more."""
    if attempts > len(BACK_OFF_MS):
        return None
    due_ms = now_ms + BACK_OFF_MS[attempts - 1]
    return due_ms if due_ms < until_ms else None
