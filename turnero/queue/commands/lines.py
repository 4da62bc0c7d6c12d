"""Move a whole line to another service; keep a line whose last desk closes.

Places and arrival times are kept: whoever came first to either line is called first. A
long line goes in portions, so that no other command waits long; until it is over nobody
can move one of the two services again.
"""

from collections.abc import Collection
from typing import Any, Final

import msgspec
from sqlalchemy import and_, bindparam, func, literal_column, or_, select

from turnero.queue import notices, refusals, rows
from turnero.queue.commands.messages import end_of, say
from turnero.queue.facts import LineKept, LineMoved, TicketCorrected, TicketTransferred
from turnero.queue.paths import elsewhere
from turnero.queue.places import allow_there, service_row
from turnero.queue.requests import LineMove, MoveLine
from turnero.queue.states import State
from turnero.queue.stations import attended, calls
from turnero.queue.tables import (
    ANY_DESK,
    AWAY,
    PARKED,
    RETRY,
    WAITING,
    attention,
    desk,
    desk_service,
    line,
    service,
    ticket,
)
from turnero.store.sql import Query, Statement
from turnero.store.tables import timer
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx

#: timer that goes on where a portion ended; its key is the service that the line leaves
GO_ON: Final = "line-move"
#: tickets moved in one transaction
PORTION: Final = 200
#: how long boards and phones tell where a line went
TOLD_MS: Final = 10 * 60_000
#: sorts of message about a line
KEPT, MOVED = "kept", "moved"

_MOVING = Statement(
    select(timer.c.key, timer.c.body).where(
        timer.c.site == bindparam("site"), timer.c.kind == literal_column(f"'{GO_ON}'")
    )
)
_WAITING = Statement(
    select(ticket.c.id)
    .select_from(line.join(ticket, and_(ticket.c.line == line.c.id, ticket.c.state == WAITING)))
    .where(line.c.service == bindparam("service"), line.c.desk == ANY_DESK, line.c.count > 0)
    .order_by(ticket.c.rank_ms, ticket.c.rank_seq)
    .limit(bindparam("limit"))
)
#: set aside, to be rung later or stepped out: in no line, but whoever calls them must serve their
#: service
_PARKED, _RETRY = (
    Statement(
        select(ticket.c.id)
        .where(ticket.c.service == bindparam("service"), ticket.c.state == state)
        .limit(bindparam("limit"))
    )
    for state in (PARKED, RETRY)
)
_AWAY = Statement(
    select(ticket.c.id)
    .select_from(ticket.join(line, line.c.id == ticket.c.line))
    .where(
        ticket.c.service == bindparam("service"),
        ticket.c.state == AWAY,
        line.c.desk == ANY_DESK,
    )
    .limit(bindparam("limit"))
)
_ZONES = Statement(
    select(desk.c.zone)
    .select_from(
        desk.join(desk_service, desk_service.c.desk == desk.c.id).join(
            service, service.c.id == desk_service.c.service
        )
    )
    .where(
        service.c.site == bindparam("site"),
        desk.c.active == 1,
        or_(service.c.key == bindparam("one"), service.c.key == bindparam("other")),
    )
    .distinct()
)
#: services with people waiting that this desk calls and no other working desk does
_LAST_DESK = Statement(
    select(
        service.c.key,
        service.c.open,
        service.c.paused_text,
        func.sum(line.c.count).label("waiting"),
    )
    .select_from(
        desk_service.join(service, service.c.id == desk_service.c.service)
        .join(desk, desk.c.id == desk_service.c.desk)
        .join(line, and_(line.c.service == service.c.id, line.c.desk == ANY_DESK, line.c.count > 0))
        .join(attention, attention.c.id == line.c.attention)
    )
    .where(
        desk_service.c.desk == bindparam("desk"),
        calls(desk),
        ~attended(desk_service),
    )
    .group_by(service.c.id, service.c.key, service.c.open, service.c.paused_text, service.c.sort)
    .order_by(service.c.sort)
)
_SERVED = Statement(
    select(service.c.key)
    .select_from(desk_service.join(service, service.c.id == desk_service.c.service))
    .where(desk_service.c.desk == bindparam("desk"))
)

_OF_DAY = Statement(
    select(service.c.key).where(service.c.site == bindparam("site"), service.c.all_day == 0)
)


class _Moving(msgspec.Struct, frozen=True):
    """The body of `GO_ON`: where to, and how many went already."""

    service: str
    done: int


class Lone(msgspec.Struct, frozen=True):
    """A service that only this desk calls, and who waits for it."""

    service: str
    waiting: int
    #: it gives no more tickets
    paused: bool
    #: what a pause tells people, as its row keeps it
    text: str | None


def move_line(tx: Tx, request: MoveLine) -> LineMove:
    """Everybody who waits for `origin` waits for `service` now; who waits for one desk only stays."""
    origin, target = service_row(tx, request.origin), service_row(tx, request.service)
    allow_there(tx, None, origin.id, target.id, request.service)
    if request.origin == request.service:
        raise refusals.invalid("line-same", service=request.service)
    for moving in tx.rows(_MOVING, site=tx.site):
        body = msgspec.json.decode(moving.body, type=_Moving)
        for one in (request.origin, request.service):
            if one in (moving.key, body.service):
                raise refusals.refused("line-moving", service=one)
    return _portion(tx, request, 0)


def move_line_further(tx: Tx, due: TimerDue) -> None:
    """Timer `GO_ON`: the next portion of a move under way."""
    body = msgspec.json.decode(due.body, type=_Moving)
    _portion(tx, MoveLine(due.key, body.service), body.done)


def lone_services(q: Query, desk_id: int) -> list[Lone]:
    """The services with people waiting that nobody calls once this desk is closed."""
    return [
        Lone(row.key, int(row.waiting), not row.open, row.paused_text)
        for row in q.rows(_LAST_DESK, desk=desk_id)
    ]


def leave(
    tx: Tx,
    desk_id: int,
    ref: str,
    *,
    keep: bool,
    texts: dict[str, str],
    still: Collection[str] = (),
) -> None:
    """A desk calls no more than `still`: a line that nobody else calls is kept on purpose, or its
    service gives no tickets anyway. Refused otherwise.
    """
    for lone in lone_services(tx, desk_id):
        if lone.service in still:
            continue
        if not (keep or lone.paused):
            raise refusals.refused("service-last-desk", service=lone.service, waiting=lone.waiting)
        _keep(tx, lone, ref, texts or (notices.texts_of(lone.text) if lone.paused else {}))


def _keep(tx: Tx, lone: Lone, ref: str, texts: dict[str, str]) -> None:
    """The line of a service without a desk stays, and those in it are told until one opens."""
    end_of(tx, (lone.service,), KEPT)
    tx.append(LineKept(service=lone.service, desk=ref, waiting=lone.waiting))
    zones = _zones(tx, lone.service, lone.service)
    say(tx, KEPT, texts, zones=zones, service=lone.service)


def served_again(tx: Tx, desk_id: int) -> None:
    """A desk works again: what was said of its services' lines is over."""
    end_of(tx, [row.key for row in tx.rows(_SERVED, desk=desk_id)], KEPT)


def day_closed(tx: Tx) -> None:
    """Nobody waits any more where the day closed: what was said of those lines is over."""
    end_of(tx, [row.key for row in tx.rows(_OF_DAY, site=tx.site)], KEPT, MOVED)


def _portion(tx: Tx, move: MoveLine, before: int) -> LineMove:
    origin, target = service_row(tx, move.origin).id, service_row(tx, move.service)
    ids: list[str] = []
    for who in (_WAITING, _PARKED, _RETRY, _AWAY):
        if len(ids) < PORTION:
            ids += [row.id for row in tx.rows(who, service=origin, limit=PORTION - len(ids))]
    for ticket_id in ids:
        _move(tx, ticket_id, target, move.service)
    done = before + len(ids)
    left = len(ids) == PORTION
    if left:
        body = msgspec.json.encode(_Moving(move.service, done)).decode()
        tx.timer(GO_ON, move.origin, tx.now_ms, body)
    elif done:
        tx.append(LineMoved(origin=move.origin, service=move.service, tickets=done))
        end_of(tx, (move.origin,), KEPT, MOVED)
        say(
            tx,
            MOVED,
            {},
            zones=_zones(tx, move.origin, move.service),
            service=move.origin,
            target=move.service,
            until_ms=tx.now_ms + TOLD_MS,
        )
    return LineMove(done, left)


def _move(tx: Tx, ticket_id: str, target: Any, target_key: str) -> None:
    """One ticket to the other service: its place, its arrival and its state stay."""
    held = rows.load(tx, ticket_id)
    if held.state == State.WAITING:
        seq = tx.append(
            TicketTransferred(
                ticket=held.id, number=held.number, origin=held.service_key, service=target_key
            )
        )
    else:
        seq = tx.append(
            TicketCorrected(
                ticket=held.id,
                number=held.number,
                service=(held.service_key, target_key),
                moved=True,
            )
        )
    # Its own page tells by this that the line went, and not this ticket alone.
    rows.write_note(tx, seq, "line-moved", held.service_key, held.id)
    there = rows.line_of(tx, target.id, held.attention, origin=held.origin)
    path = elsewhere(held.path, target_key, target.path)
    rows.save(tx, held, held._replace(service=target.id, line=there, path=path))


def _zones(tx: Tx, one: str, other: str) -> tuple[str, ...]:
    """Where these services' people look; () everywhere."""
    zones = {row.zone for row in tx.rows(_ZONES, site=tx.site, one=one, other=other)}
    return () if not zones or "" in zones else tuple(sorted(zones))
