"""Places of live streams: how many may be open, whose they are, and on whose proof each rests.

Nobody in particular (a phone) gets a share of them only, so that screens and people always
find one. It sends nothing: a stream asks whether its place still holds.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from turnero.store.errors import Refused
from turnero.web.principal import Principal

#: streams at once
MAX_STREAMS = 4000
#: of them, at most so many that nobody has proved anything for
MAX_PUBLIC = 3000
#: of one address without a proof, while they begin: all phones of a hospital may come from one
MAX_ADDRESS = 300
#: of one ticket, once it is known which: a phone, those of a family, and one that lost its line
MAX_TICKET = 20
#: of one person, device or program
MAX_ACTOR = 300


def _silent() -> None:
    """Nobody waits to be told."""


class Seat:
    """The place of one open stream."""

    __slots__ = ("_ring", "ended", "holder", "principals")

    def __init__(
        self, holder: str, principals: tuple[Principal, ...], ring: Callable[[], None]
    ) -> None:
        self._ring = ring
        #: by what it is counted
        self.holder = holder
        #: those who were proved when it was opened; empty for the public
        self.principals = principals
        self.ended = False

    def lapsed(self, now_ms: int) -> bool:
        """Whether the stream has to end: told so, or a proof it rests on has expired."""
        return self.ended or any(
            one.until_ms is not None and one.until_ms <= now_ms for one in self.principals
        )

    def end(self) -> None:
        """From now on nothing more is sent on it."""
        self.ended = True
        self._ring()


class Seats:
    """All places of this process."""

    def __init__(self) -> None:
        self._taken: set[Seat] = set()
        self._by: Counter[str] = Counter()
        self._public = 0
        #: how often places were ended: who is proved while this changes must be proved again
        self.ends = 0

    def __len__(self) -> int:
        return len(self._taken)

    def take(
        self,
        principals: Iterable[Principal] = (),
        address: str = "",
        ring: Callable[[], None] = _silent,
    ) -> Seat:
        """A place, to be given back by `free`. Raises `Refused` (503) when there is none left."""
        proved = tuple(one for one in principals if one.role is not None)
        holder = proved[0].actor if proved else f"address:{address}"
        most = MAX_ACTOR if proved else MAX_ADDRESS
        if (
            len(self._taken) >= MAX_STREAMS
            or (not proved and self._public >= MAX_PUBLIC)
            or self._by[holder] >= most
        ):
            raise Refused("too-many-streams", 503)
        seat = Seat(holder, proved, ring)
        self._taken.add(seat)
        self._by[holder] += 1
        self._public += not proved
        return seat

    def settle(self, seat: Seat, shown: str) -> None:
        """From now on count a place of nobody by what it shows, so that others at its address find one.

        Raises `Refused` (503) where that is shown too often.
        """
        holder = f"shown:{shown}"
        if self._by[holder] >= MAX_TICKET:
            raise Refused("too-many-streams", 503)
        self._less(seat.holder)
        seat.holder = holder
        self._by[holder] += 1

    def free(self, seat: Seat) -> None:
        """Give a place back; a second time does nothing."""
        if seat not in self._taken:
            return
        self._taken.discard(seat)
        self._public -= not seat.principals
        self._less(seat.holder)

    def _less(self, holder: str) -> None:
        self._by[holder] -= 1
        if not self._by[holder]:
            del self._by[holder]

    def end(self, actor: str | None) -> None:
        """A proof is worth nothing any more: end what rests on it. None: every proof."""
        self.ends += 1
        for seat in list(self._taken):
            if any(actor in (None, one.actor) for one in seat.principals):
                seat.end()

    def end_all(self) -> None:
        """The server stops."""
        for seat in list(self._taken):
            seat.end()
