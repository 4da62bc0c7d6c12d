"""Tickets that a kiosk's box gave while it could not ask the server, brought when it can again.

Brought twice, a ticket is one: its id, its day and number, its code and, where the kiosk had asked the
server first and never heard the answer, the key of that act are each one person's. How a ticket joins
its line, and its day, is `late.py`'s; what the supervisor is told of it, and what becomes of a second
ticket of the same person, is decided here.
"""

from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy import bindparam, insert, select

from turnero.queue import leased, refusals, rows
from turnero.queue.alarms import figures_of, raise_alarm
from turnero.queue.commands import late
from turnero.queue.commands.moves import give_up
from turnero.queue.requests import BringTicket, Issued, NotBrought, TicketBrought, Upload
from turnero.queue.settings import languages_of
from turnero.queue.states import MOVES, Move, State
from turnero.queue.tables import ticket
from turnero.store.errors import NotFound
from turnero.store.sql import Statement
from turnero.store.tables import repeat
from turnero.store.tx import Tx

#: the notice's kind; its subject is the kiosk's key
BROUGHT: Final = "kiosk-brought"
#: why one of two tickets of a person ends
SUPERSEDED: Final = "superseded"
#: numbers that a notice names
_NAMED: Final = 10

_KNOWN = Statement(
    select(ticket.c.id, ticket.c.site, ticket.c.day, ticket.c.number, ticket.c.code).where(
        (ticket.c.id == bindparam("id")) | (ticket.c.code == bindparam("code"))
    )
)
_ACT = Statement(
    select(repeat.c.reply).where(
        repeat.c.actor == bindparam("actor"), repeat.c.key == bindparam("key")
    )
)
_SPEND = Statement(insert(repeat))


def bring(tx: Tx, request: BringTicket) -> TicketBrought:
    """Command: take it over, at the place of when it was taken; beyond quota and pause, and marked so.

    Raises `Refused` where nobody may have that number (`number-taken`, `number-not-leased`), or where
    its service is gone.
    """
    wanted = request.ticket
    here = tx.row(_KNOWN, id=wanted.id, code=wanted.code)
    if here is not None:
        if (here.id, here.site, here.number) == (wanted.id, tx.site, wanted.number):
            return TicketBrought(here.id, "known")
        raise refusals.refused("number-taken", number=wanted.number[:20], day=here.day)
    before = _before(tx, request.instead_of)
    issued = late.upload(tx, _possible(tx, wanted))
    _tell(tx, wanted.place, issued.number)
    served = before is not None and _settled(tx, issued, before)
    return TicketBrought(issued.ticket, SUPERSEDED if served else "kept")


def not_brought(tx: Tx, request: NotBrought) -> None:
    """Command: tell the supervisor of a paper that somebody holds and no desk will call."""
    figures = figures_of(tx, BROUGHT, request.kiosk)
    named = str(figures.get("refused", "")).split()
    if request.number not in named and len(named) < _NAMED:
        named.append(request.number)
    raise_alarm(tx, BROUGHT, request.kiosk, {"count": 0} | figures | {"refused": " ".join(named)})


def _possible(tx: Tx, wanted: Upload) -> Upload:
    """The same without a class or a language that the site has given up since: nobody loses their
    place for that.
    """
    try:
        about = leased.about(tx, tx.site, wanted.service, wanted.attention)
    except NotFound:
        about = leased.about(tx, tx.site, wanted.service, None)
        wanted = replace(wanted, attention=None)
    if wanted.language is not None and wanted.language not in languages_of(about.languages):
        wanted = replace(wanted, language=None)
    return wanted


def _before(tx: Tx, key: str | None) -> rows.Ticket | None:
    """The ticket that the act of this key made here; none may be made under it from now on."""
    if not key:
        return None
    row = tx.row(_ACT, actor=tx.actor, key=key)
    if row is None:
        # A request that the network still holds back finds its key used.
        tx.run(_SPEND, actor=tx.actor, key=key, digest=b"", reply=b"null", at_ms=tx.now_ms)
        return None
    try:
        made = msgspec.json.decode(bytes(row.reply), type=Issued)
    except msgspec.DecodeError:
        return None
    return rows.load(tx, made.ticket)


def _settled(tx: Tx, issued: Issued, before: rows.Ticket) -> bool:
    """One of two tickets of a person ends; whether that was the one on paper.

    Nobody ever saw the number of the other one, so that it gives way, also when it is called at this
    moment; unless somebody was served under it.
    """
    if before.state in MOVES[Move.CANCEL]:
        give_up(tx, before, SUPERSEDED)
        return False
    if before.state in (State.SERVING, State.FINISHED):
        held = rows.load(tx, issued.ticket)
        if held.state in MOVES[Move.CANCEL]:
            give_up(tx, held, SUPERSEDED)
        return True
    return False


def _tell(tx: Tx, kiosk: str, number: str) -> None:
    """The supervisor's notice counts up until somebody has seen it."""
    figures = figures_of(tx, BROUGHT, kiosk)
    count = int(figures.get("count", 0))
    raise_alarm(
        tx,
        BROUGHT,
        kiosk,
        {"first": number} | figures | {"count": count + 1, "last": number},
    )
