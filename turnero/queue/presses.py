"""A press: one act at a desk with what each ticket was before, so that undo can take it back.

A press is named by the journal number of its first fact. It is kept for a minute, ten
seconds of which it can be undone; the facts stay.
"""

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, insert

from turnero.queue.rows import CHANGING, Figures, Ticket, save
from turnero.queue.states import Move
from turnero.queue.tables import press
from turnero.store.facts import Fact
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: how long a press is kept
KEEP_MS = 60_000

_NEW = Statement(insert(press))
_FORGET = Statement(
    delete(press).where(press.c.site == bindparam("b_site"), press.c.at_ms < bindparam("b_before"))
)


class Touched(msgspec.Struct, frozen=True, array_like=True):
    """A ticket in a press."""

    ticket: str
    number: str
    #: the version that the press gave it: any other now means that somebody touched it later
    version: int
    #: the values of `rows.CHANGING` before the press
    before: tuple[Any, ...]


class Press:
    """Collects what one act does; `close` keeps it. Facts go first: they name the press."""

    def __init__(self, tx: Tx, move: Move, desk: int | None) -> None:
        self._tx = tx
        self._move = move
        self._desk = desk
        self._no: int | None = None
        self._touched: list[Touched] = []
        self._turns: dict[int, int] = {}

    def append(self, fact: Fact) -> int:
        """Append a fact of this press; its journal number."""
        seq = self._tx.append(fact)
        if self._no is None:
            self._no = seq
        return seq

    def save(
        self,
        old: Ticket,
        new: Ticket,
        called: Figures | None = None,
        undone: Ticket | None = None,
    ) -> None:
        """Write a ticket that this press changes; `undone` is what an undo makes of it instead."""
        if self._no is None:
            raise AssertionError("a press is named by its first fact")
        save(self._tx, old, new._replace(press=self._no), called)
        version = old.version + 1
        for place, one in enumerate(self._touched):
            if one.ticket == old.id:
                # Sent on, and called at once by the same desk: what it was before all of it.
                self._touched[place] = Touched(one.ticket, one.number, version, one.before)
                return
        before = tuple(getattr(undone or old, name) for name in CHANGING)
        self._touched.append(Touched(old.id, old.number, version, before))

    def took(self, turns: dict[int, int]) -> None:
        """The changes of turns that an undo puts back; see turns.py."""
        self._turns = turns

    def close(self) -> None:
        """Keep the press, if it did anything, and drop those that can't be undone any more."""
        if not self._touched:
            return
        tx = self._tx
        tx.run(_FORGET, b_site=tx.site, b_before=tx.line_ms - KEEP_MS)
        tx.run(
            _NEW,
            site=tx.site,
            no=self._no,
            desk=self._desk,
            move=str(self._move),
            at_ms=tx.line_ms,
            touched=msgspec.json.encode(self._touched).decode(),
            turns=msgspec.json.encode(self._turns).decode() if self._turns else None,
        )


def touched_of(text: str) -> list[Touched]:
    """The tickets of a kept press, in the order in which it changed them."""
    return msgspec.json.decode(text, type=list[Touched])
