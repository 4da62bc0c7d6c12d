"""Take back a whole press within ten seconds, by a new fact.

Only if nothing later touched its tickets, and their desk can hold them again; a desk takes
back what was pressed there, and what is pressed anywhere in the house. What a
printer printed or a phone rang is not taken back: there is no such press.
"""

from typing import Any, Final

from sqlalchemy import bindparam, delete, select

from turnero.queue import refusals, rows, turns
from turnero.queue.commands.auto_call import hold_back
from turnero.queue.commands.paths import forget
from turnero.queue.facts import PressUndone, Restored
from turnero.queue.presses import Touched, touched_of
from turnero.queue.requests import Moved, TicketMove
from turnero.queue.rows import CHANGING, Ticket
from turnero.queue.seats import mine, seat
from turnero.queue.settings import settings_of
from turnero.queue.states import MOVES, Move, SessionState
from turnero.queue.tables import desk, desk_session, press, service, ticket
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: moves that are pressed wherever somebody of staff is
ANYWHERE: Final = frozenset({str(Move.RETURN), str(Move.CANCEL)})

_PRESS = Statement(
    select(
        press.c.no,
        press.c.move,
        press.c.at_ms,
        press.c.touched,
        press.c.turns,
        desk.c.ref,
        desk.c.auto_call,
    )
    .select_from(press.outerjoin(desk, desk.c.id == press.c.desk))
    .where(press.c.site == bindparam("site"), press.c.no == bindparam("no"))
)
_KEY = Statement(select(service.c.key).where(service.c.id == bindparam("id")))
_FORGET = Statement(
    delete(press).where(press.c.site == bindparam("b_site"), press.c.no == bindparam("b_no"))
)
_SESSION = Statement(
    select(desk_session.c.state, desk.c.ref, ticket.c.id.label("ticket"), ticket.c.number)
    .select_from(
        desk_session.join(desk, desk.c.id == desk_session.c.desk).outerjoin(
            ticket, ticket.c.session == desk_session.c.id
        )
    )
    .where(desk_session.c.id == bindparam("session"))
)


def undo(tx: Tx, request: TicketMove) -> Moved:
    """Revert the press that touched this ticket last, every ticket of it."""
    held = rows.load(tx, request.ticket, request.at)
    seconds = settings_of(held.settings).undo_s
    found = _press(tx, held, seconds)
    if found.ref is not None and found.move not in ANYWHERE:
        if request.at not in (None, found.ref):
            raise refusals.refused("ticket-not-here", number=held.number, desk=found.ref)
        mine(tx, seat(tx, found.ref))
    touched = touched_of(found.touched)
    now = [rows.load(tx, one.ticket) for one in touched]
    before = [_before(one, ticket) for one, ticket in zip(touched, now, strict=True)]
    closed = found.at_ms <= held.closed_ms
    if closed and any(one.state in MOVES[Move.CLOSE_DAY] and not one.all_day for one in before):
        # The day has closed since: those who waited with them were not served.
        raise refusals.refused("undo-too-late", seconds=seconds)
    for restored in before:
        if restored.session is not None:
            _can_hold(tx, restored.session, {one.ticket for one in touched})
    seq = tx.append(
        PressUndone(
            move=found.move,
            press=found.no,
            desk=found.ref,
            tickets=tuple(
                Restored(
                    ticket=old.id,
                    number=old.number,
                    service=_service_of(tx, old, new),
                    state=new.state,
                    was=old.state,
                    left=None if new.service == old.service else old.service_key,
                )
                for old, new in zip(now, before, strict=True)
            ),
        )
    )
    # The last one first: the ticket that was called leaves the session before the one that
    # was finished takes it again.
    for old, new in reversed(list(zip(now, before, strict=True))):
        rows.save(tx, old, new)
        forget(tx, old, new.step)
    turns.put_back(tx, found.turns)
    tx.run(_FORGET, b_site=tx.site, b_no=found.no)
    if found.auto_call:
        hold_back(tx, found.ref, seq, seconds)
    restored_state = next(new.state for new in before if new.id == held.id)
    return Moved(held.id, restored_state)


def undo_elsewhere(tx: Tx, request: TicketMove) -> Moved:
    """The same for who is at no desk: what a desk pressed is the desk's."""
    held = rows.load(tx, request.ticket)
    found = _press(tx, held, settings_of(held.settings).undo_s)
    if found.ref is not None and found.move not in ANYWHERE:
        raise refusals.refused("undo-nothing")
    return undo(tx, request)


def _press(tx: Tx, held: Ticket, seconds: int) -> Any:
    """The press that touched it last, if it is young enough."""
    if held.press is None:
        raise refusals.refused("undo-nothing")
    found = tx.row(_PRESS, site=tx.site, no=held.press)
    # A press that is not kept any more is older than any that could be undone.
    if found is None or tx.line_ms - found.at_ms > seconds * 1000:
        raise refusals.refused("undo-too-late", seconds=seconds)
    return found


def _service_of(tx: Tx, old: Ticket, new: Ticket) -> str:
    """The key of the service that a ticket is put back to."""
    row = tx.row(_KEY, id=new.service) if new.service != old.service else None
    return old.service_key if row is None else str(row.key)


def _before(touched: Touched, now: Ticket) -> Ticket:
    """The ticket as it was before the press, if nobody touched it since."""
    if now.version != touched.version:
        raise refusals.refused("undo-touched", number=touched.number)
    return now._replace(**dict(zip(CHANGING, touched.before, strict=True)))


def _can_hold(tx: Tx, session: int, of_press: set[str]) -> None:
    """Whether the session is still open and free, not counting the press's own tickets."""
    found = tx.row(_SESSION, session=session)
    if found is None or found.state == SessionState.CLOSED:
        raise refusals.refused("desk-closed", desk=found.ref if found else "")
    if found.state == SessionState.BREAK:
        raise refusals.refused("desk-on-break", desk=found.ref)
    if found.ticket is not None and found.ticket not in of_press:
        raise refusals.refused("desk-serving", desk=found.ref, number=found.number)
