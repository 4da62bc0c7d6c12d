"""Desk sessions: open, take over, take a break with a reason, resume, close.

One live session for each desk and each agent; the database holds to that too. A desk is
never left with somebody in service: finish, park or transfer first. Whom it set aside
stays so for the other desks, or goes back to the line: whoever closes says which.
"""

from sqlalchemy import and_, bindparam, select, update

from turnero.queue import notices, refusals, rows, text
from turnero.queue.alarms import raise_alarm
from turnero.queue.attendance import came
from turnero.queue.commands import lines
from turnero.queue.commands.moves import return_ticket
from turnero.queue.facts import SessionClosed, SessionOpened, SessionPaused, SessionResumed
from turnero.queue.requests import AtDesk, CloseDesk, DeskMove, OpenDesk, PauseDesk, TicketMove
from turnero.queue.seats import Seat, agent_of, mine, new_session, seat
from turnero.queue.states import SessionState
from turnero.queue.tables import ANY_DESK, CLOSED, PARKED, desk, desk_session, line, service
from turnero.queue.tables import ticket as ticket_table
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_ELSEWHERE = Statement(
    select(desk.c.ref, desk_session.c.site)
    .select_from(desk_session.join(desk, desk.c.id == desk_session.c.desk))
    .where(desk_session.c.agent == bindparam("agent"), desk_session.c.state != CLOSED)
)
_SET = Statement(
    update(desk_session)
    .where(desk_session.c.id == bindparam("b_id"))
    .values(
        state=bindparam("b_state"),
        since_ms=bindparam("b_now"),
        free_ms=bindparam("b_now"),
        break_reason=bindparam("b_reason"),
    )
)
_CLOSE = Statement(
    update(desk_session)
    .where(desk_session.c.id == bindparam("b_id"))
    .values(state=CLOSED, since_ms=bindparam("b_now"), closed_ms=bindparam("b_now"))
)
_PARKED = Statement(
    select(ticket_table.c.id)
    .select_from(
        service.join(
            ticket_table,
            and_(ticket_table.c.service == service.c.id, ticket_table.c.state == PARKED),
        )
    )
    .where(service.c.site == bindparam("site"), ticket_table.c.desk == bindparam("desk"))
    .order_by(ticket_table.c.rank_ms, ticket_table.c.rank_seq)
)
_OWN_WAITING = Statement(
    select(line.c.count.label("waiting")).where(
        and_(line.c.desk == bindparam("desk"), line.c.desk > ANY_DESK, line.c.count > 0)
    )
)


def open_desk(tx: Tx, request: OpenDesk) -> AtDesk:
    """Begin to work. `take_over` ends what is in the way and carries the person in service."""
    agent = agent_of(tx)
    here = seat(tx, request.desk)
    if here.session is not None:
        if here.agent == agent:
            raise refusals.refused("desk-open", desk=here.ref)
        # A session that belongs to the desk has no person to ask.
        if here.agent is not None and not request.take_over:
            raise refusals.refused("desk-taken", desk=here.ref)
    there = _elsewhere(tx, agent)
    if there is not None and not request.take_over:
        raise refusals.refused("agent-elsewhere", desk=there.ref)
    in_the_way = [old for old in (here, there) if old is not None]
    carried = [old for old in in_the_way if old.ticket is not None]
    if len(carried) > 1:
        raise refusals.refused("desk-serving", desk=carried[1].ref, number=carried[1].number or "")
    held = [rows.load(tx, old.ticket) for old in carried if old.ticket is not None]
    for old in in_the_way:
        if old.session is not None:
            end_session(tx, old, old.session)
    session = new_session(tx, here.desk, agent)
    came(tx, here.ref)
    lines.served_again(tx, here.desk)
    for ticket in held:
        rows.save(tx, ticket, ticket._replace(desk=here.desk, session=session))
    tx.append(
        SessionOpened(
            session=session,
            desk=here.ref,
            agent=agent,
            taken_over=here.session,
            ticket=held[0].id if held else None,
        )
    )
    if here.agent is not None:
        raise_alarm(tx, "desk-taken-over", here.ref, {"by": agent or "", "from": here.agent})
    return AtDesk(here.ref, session, SessionState.OPEN)


def pause_desk(tx: Tx, request: PauseDesk) -> AtDesk:
    """Take a break; nothing is called meanwhile. The reason stays in the session's row."""
    at, session = _live(tx, request.desk)
    if at.state == SessionState.BREAK:
        raise refusals.refused("desk-on-break", desk=at.ref)
    _nobody_in_service(at)
    reason = text.reason(request.reason)
    tx.run(_SET, b_id=session, b_state=SessionState.BREAK.value, b_now=tx.line_ms, b_reason=reason)
    tx.append(SessionPaused(session=session, desk=at.ref))
    return AtDesk(at.ref, session, SessionState.BREAK)


def resume_desk(tx: Tx, request: DeskMove) -> AtDesk:
    """End the break."""
    at, session = _live(tx, request.desk)
    if at.state != SessionState.BREAK:
        raise refusals.refused("desk-not-on-break", desk=at.ref)
    tx.run(_SET, b_id=session, b_state=SessionState.OPEN.value, b_now=tx.line_ms, b_reason=None)
    away_ms = max(0, tx.line_ms - (at.since_ms or tx.line_ms))
    tx.append(SessionResumed(session=session, desk=at.ref, break_ms=away_ms))
    return AtDesk(at.ref, session, SessionState.OPEN)


def close_desk(tx: Tx, request: CloseDesk) -> AtDesk:
    """Stop working. Refused while somebody is in service or waits for this desk only, and
    until it is said what becomes of those whom it set aside.
    """
    at, session = _live(tx, request.desk)
    _nobody_in_service(at)
    waiting = sum(row.waiting for row in tx.rows(_OWN_WAITING, desk=at.desk))
    if waiting:
        raise refusals.refused("desk-has-waiting", desk=at.ref, waiting=waiting)
    _parked(tx, at, request.parked)
    texts = notices.checked(tx, request.text)
    lines.leave(tx, at.desk, at.ref, keep=request.line == "keep", texts=texts)
    end_session(tx, at, session)
    return AtDesk(at.ref, session, SessionState.CLOSED)


def _elsewhere(tx: Tx, agent: str | None) -> Seat | None:
    """The agent's live session at another desk of this site, if any."""
    row = tx.row(_ELSEWHERE, agent=agent) if agent is not None else None
    if row is None:
        return None
    if row.site != tx.site:
        # Another site's journal is not ours to write.
        raise refusals.refused("agent-elsewhere", desk=row.ref)
    return seat(tx, row.ref)


def _live(tx: Tx, ref: str) -> tuple[Seat, int]:
    at = mine(tx, seat(tx, ref))
    if at.session is None:
        raise refusals.refused("desk-closed", desk=at.ref)
    return at, at.session


def _nobody_in_service(at: Seat) -> None:
    if at.number is not None:
        raise refusals.refused("desk-serving", desk=at.ref, number=at.number)


def _parked(tx: Tx, at: Seat, become: str | None) -> None:
    aside = tx.rows(_PARKED, site=tx.site, desk=at.desk)
    if not aside:
        return
    if become is None:
        raise refusals.refused("desk-has-parked", desk=at.ref, parked=len(aside))
    if become == "return":
        for row in aside:
            return_ticket(tx, TicketMove(row.id))


def end_session(tx: Tx, at: Seat, session: int) -> None:
    """The session is over; nobody is expected at the desk any more."""
    tx.run(_CLOSE, b_id=session, b_now=tx.line_ms)
    came(tx, at.ref)
    tx.append(SessionClosed(session=session, desk=at.ref, agent=at.agent))
