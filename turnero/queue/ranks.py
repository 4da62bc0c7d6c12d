"""Places in a line: the pair (rank_ms, rank_seq), less is earlier.

Pure. `rank_seq` leaves room after each ticket, so that one who comes back can be put just
after another without moving anybody.
"""

from typing import Final, NamedTuple

#: room between two tickets: thirty people can be put one by one between the same two
ROOM: Final = 1 << 30


class Rank(NamedTuple):
    """A place in line."""

    ms: int
    seq: int


#: how somebody comes to wait
WALK_IN: Final = "walk-in"
APPOINTMENT: Final = "appointment"
CALLBACK: Final = "callback"
ORIGINS: Final = (WALK_IN, APPOINTMENT, CALLBACK)
#: key of the class of who did not ask to be rung: nobody who waits ever waits for them
FOLLOW_UP: Final = "follow-up-calls"


def rank_of(origin: str, line_ms: int, seq: int, due_ms: int | None = None) -> Rank:
    """The place of a ticket issued now, all times line clock.

    `due_ms` is when an appointment is, which comes no sooner than its hour and no later than
    its person; or when a callback was asked for, which is before now.
    """
    if due_ms is None or origin == WALK_IN:
        return rank_at(line_ms, seq)
    latest = origin == APPOINTMENT
    return rank_at(max(due_ms, line_ms) if latest else min(due_ms, line_ms), seq)


def rank_at(line_ms: int, seq: int) -> Rank:
    """The place of a ticket issued now; `seq` is its fact's number in the site's journal."""
    return Rank(line_ms, seq * ROOM)


def rank_back(own: Rank, first_three: list[Rank]) -> Rank:
    """Where one who comes back stands: just after the second in line.

    `first_three` are the places of the first three in that line. With one in line it is
    after that one; an empty line keeps the own place. Were the room ever used up, the
    place would be the second's own, and either of the two might be called first.
    """
    if not first_three:
        return own
    second = first_three[:2][-1]
    third = first_three[2] if len(first_three) > 2 else None  # noqa: PLR2004 - a third one
    limit = third.seq if third is not None and third.ms == second.ms else second.seq + ROOM
    return Rank(second.ms, (second.seq + limit) // 2)
