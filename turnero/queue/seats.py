"""A desk as its commands see it: the desk, its live session, and the ticket it holds.

A bare call at a desk without a session opens one that belongs to the desk; the rule of
one session for each agent is for people, so an agent is an actor who is a signed-in user.
"""

from typing import NamedTuple

from sqlalchemy import and_, bindparam, func, insert, select

from turnero.queue import refusals, rows
from turnero.queue.attendance import came
from turnero.queue.facts import SessionOpened
from turnero.queue.states import SessionState
from turnero.queue.tables import CLOSED, desk, desk_session, message, ticket
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: emergency messages shown at the desk's site, whichever their zones
_EMERGENCIES = (
    select(func.count())
    .where(
        message.c.site == desk.c.site,
        message.c.ended_ms.is_(None),
        message.c.kind == "emergency",
    )
    .correlate(desk)
    .scalar_subquery()
    .label("emergencies")
)
_SEAT = Statement(
    select(
        desk.c.id,
        desk.c.ref,
        desk_session.c.id.label("session"),
        desk_session.c.state,
        desk_session.c.agent,
        desk_session.c.since_ms,
        ticket.c.id.label("ticket"),
        ticket.c.number,
        _EMERGENCIES,
    )
    .select_from(
        desk.outerjoin(
            desk_session, and_(desk_session.c.desk == desk.c.id, desk_session.c.state != CLOSED)
        ).outerjoin(ticket, ticket.c.session == desk_session.c.id)
    )
    .where(desk.c.ref == bindparam("ref"), desk.c.site == bindparam("site"), desk.c.active == 1)
)
_NEW_SESSION = Statement(
    insert(desk_session)
    .values(
        {
            desk_session.c[name]: bindparam(name)
            for name in ("site", "desk", "agent", "state", "opened_ms", "since_ms", "free_ms")
        }
    )
    .returning(desk_session.c.id)
)


class Seat(NamedTuple):
    """A desk, its live session if any, and who is at it."""

    desk: int
    ref: str
    session: int | None
    #: open | break
    state: str | None
    agent: str | None
    since_ms: int | None
    ticket: str | None
    number: str | None
    #: emergency messages at its site; which zones they hold up, emergency.py says
    emergencies: int


def agent_of(tx: Tx) -> str | None:
    """The actor, where it is a person; a token, a timer or the command line is nobody."""
    return tx.actor if tx.actor.startswith("user:") else None


def seat(tx: Tx, ref: str) -> Seat:
    """The desk of that name at this site."""
    row = tx.row(_SEAT, ref=ref, site=tx.site)
    if row is None:
        raise refusals.unknown("desk-unknown", desk=ref[:100])
    return Seat(*row)


def mine(tx: Tx, at: Seat) -> Seat:
    """The seat, if the actor may use its session: another person's is theirs."""
    agent = agent_of(tx)
    if agent is not None and at.agent is not None and at.agent != agent:
        raise refusals.refused("desk-taken", desk=at.ref)
    return at


def held_at(tx: Tx, ticket_id: str, at: str | None) -> rows.Ticket:
    """The ticket, for an act of the desk that holds it, if one does: see `mine` and `rows.load`."""
    held = rows.load(tx, ticket_id, at)
    if held.agent is not None and agent_of(tx) not in (None, held.agent):
        raise refusals.refused("desk-taken", desk=held.desk_ref or "")
    return held


def working(tx: Tx, ref: str) -> tuple[Seat, int]:
    """The desk ready to call, and its session; an actor who is no person opens one by calling."""
    at = mine(tx, seat(tx, ref))
    if at.state == SessionState.BREAK:
        raise refusals.refused("desk-on-break", desk=at.ref)
    if at.session is not None:
        return at, at.session
    if agent_of(tx) is not None:
        raise refusals.refused("desk-closed", desk=at.ref)
    session = new_session(tx, at.desk, None)
    came(tx, at.ref)
    tx.append(SessionOpened(session=session, desk=at.ref))
    return at._replace(session=session, state=SessionState.OPEN.value), session


def new_session(tx: Tx, desk_id: int, agent: str | None) -> int:
    """A new open session; its id."""
    (made,) = tx.rows(
        _NEW_SESSION,
        site=tx.site,
        desk=desk_id,
        agent=agent,
        state=SessionState.OPEN.value,
        opened_ms=tx.line_ms,
        since_ms=tx.line_ms,
        free_ms=tx.line_ms,
    )
    return int(made.id)
