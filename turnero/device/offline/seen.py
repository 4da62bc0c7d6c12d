"""The server's tickets that the kiosks of a box showed, for when the server is away.

Of the day alone, and over a restart: who was attended then may still say how it was, and a page that
asks again shows the ticket that it showed. Nothing is kept of waits.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, select

from turnero.device.box import Box
from turnero.device.keeping import Note, note
from turnero.device.offline import offering
from turnero.device.tables import box_state
from turnero.kiosk.port import Held
from turnero.store.errors import TurneroError
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx

log = logging.getLogger("turnero.device")

#: tickets that are remembered, the newest
SEEN: Final = 1_000
_NAMES: Final = "seen/"
_ALL: Final = Statement(
    select(box_state.c.value)
    .where(box_state.c.name >= bindparam("since"), box_state.c.name < bindparam("until"))
    .order_by(box_state.c.name.desc())
    .limit(SEEN)
)
_BEFORE: Final = Statement(
    delete(box_state).where(
        box_state.c.name >= bindparam("b_since"), box_state.c.name < bindparam("b_until")
    )
)


class Kept(msgspec.Struct, frozen=True):
    """A ticket, and the keys under which it was asked for. Holds its secret code."""

    held: Held
    acts: tuple[str, ...] = ()


class Remember(msgspec.Struct, frozen=True):
    """Write this down, and forget what is of an earlier day."""

    name: str
    kept: Kept


def remember(tx: Tx, request: Remember) -> None:
    """Command: keep it."""
    tx.run(_BEFORE, b_since=_NAMES, b_until=f"{_NAMES}{request.kept.held.ticket.day}/")
    note(tx, Note(request.name, msgspec.json.encode(request.kept).decode()))


def _read(q: Query) -> list[Kept]:
    """The newest first, without what an older program wrote otherwise."""
    found = []
    for row in q.rows(_ALL, since=_NAMES, until=_NAMES.replace("/", "0")):
        try:
            found.append(msgspec.json.decode(row.value, type=Kept))
        except msgspec.ValidationError:
            continue
    return found


class Seen:
    """See the module's text. Belongs to one loop."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._of_act: dict[str, str] = {}

    async def restore(self) -> None:
        """What was remembered before this start."""
        for kept in reversed(await self._box.ledger.read(_read)):
            self._put(kept)

    def forget(self) -> None:
        """Nobody."""
        self._kept.clear()
        self._of_act.clear()

    def of_act(self, act: str | None) -> Held | None:
        """The ticket that was asked for under that key."""
        return self.ticket(self._of_act.get(act or "", ""))

    def ticket(self, ticket: str) -> Held | None:
        """The ticket of that id."""
        return self.find(lambda one: one.ticket.id == ticket, (ticket,))

    def find(self, same: Callable[[Held], bool], ids: Iterable[str] | None = None) -> Held | None:
        """The first of this site for which that is so; `ids`: of these."""
        for id_ in self._kept if ids is None else ids:
            kept = self._kept.get(id_)
            if kept is not None and kept.held.site == self._box.site and same(kept.held):
                return kept.held
        return None

    async def put(self, held: Held, act: str | None = None) -> None:
        """The server showed this one. What cannot be written down is remembered all the same."""
        plain = offering.as_it_was(held)
        before = self._kept.get(held.ticket.id)
        acts = before.acts if before is not None else ()
        kept = Kept(plain, acts if act is None or act in acts else (*acts, act))
        self._put(kept)
        if kept == before:
            return
        name = f"{_NAMES}{held.ticket.day}/{held.ticket.id}"
        try:
            await self._box.ledger.run(
                remember, Remember(name, kept), site=held.site, actor="system"
            )
        except TurneroError as error:
            log.warning("a ticket that was shown cannot be kept: %s", error)

    def _put(self, kept: Kept) -> None:
        self._kept[kept.held.ticket.id] = kept
        self._kept.move_to_end(kept.held.ticket.id)
        self._of_act |= dict.fromkeys(kept.acts, kept.held.ticket.id)
        while len(self._kept) > SEEN:
            for act in self._kept.popitem(last=False)[1].acts:
                self._of_act.pop(act, None)
