"""What a desk may call: one read over line rows and the oldest ticket of each, and by which order.

Lines of the desk's services that anybody may call, and lines of this desk only. Its cost
grows with the number of lines, never with the number waiting (tests/queue/test_cost.py). A ticket
that is chosen by hand is read in the same way.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    FromClause,
    Text,
    and_,
    bindparam,
    literal,
    literal_column,
    select,
    union_all,
)

from turnero.queue.callback_tables import callback, dialling
from turnero.queue.desk_phones import PAUSE
from turnero.queue.ranks import FOLLOW_UP
from turnero.queue.routing import OTHERS, OUTSIDE, Head, Order
from turnero.queue.settings import order_of, settings_of
from turnero.queue.tables import (
    ANY_DESK,
    WAITING,
    YES,
    attention,
    desk,
    desk_service,
    line,
    service,
    site,
    ticket,
)
from turnero.store.sql import Query, Statement
from turnero.store.tables import timer

_MINUTE_MS = 60_000

_oldest = ticket.alias("oldest")
#: the oldest waiting ticket of a line, from the partial index of heads
HEAD_OF_LINE = (
    select(_oldest.c.id)
    .where(_oldest.c.line == line.c.id, _oldest.c.state == WAITING)
    .order_by(_oldest.c.rank_ms, _oldest.c.rank_seq)
    .limit(1)
    .correlate(line)
    .scalar_subquery()
)
_LINE = (line.c.id.label("line"), line.c.service, line.c.attention, line.c.count, line.c.passed)
_SHARED = (
    select(
        *_LINE,
        desk_service.c.tier,
        literal(0).label("own"),
        HEAD_OF_LINE.label("head"),
    )
    .select_from(desk_service.join(line, line.c.service == desk_service.c.service))
    .where(desk_service.c.desk == bindparam("desk"), line.c.desk == ANY_DESK, line.c.count > 0)
)
_OWN = select(
    *_LINE,
    literal(0).label("tier"),
    literal(1).label("own"),
    HEAD_OF_LINE.label("head"),
).where(line.c.desk == bindparam("desk"), line.c.desk > ANY_DESK, line.c.count > 0)
_CHOSEN = (
    select(
        *_LINE, literal(OUTSIDE).label("tier"), literal(0).label("own"), ticket.c.id.label("head")
    )
    .select_from(ticket.join(line, line.c.id == ticket.c.line))
    .where(ticket.c.id == bindparam("ticket"))
)
_usual = attention.alias("usual_class")
_USUAL_RANK = (
    select(_usual.c.rank)
    .where(_usual.c.site == site.c.no, _usual.c.usual == YES)
    .correlate(site)
    .scalar_subquery()
)
#: of attention, service and site: what decides how soon a line is called; see `standing`
STANDING = (
    attention.c.rank.label("class_rank"),
    attention.c.clinical,
    attention.c.target_min.label("class_target"),
    service.c.target_min.label("service_target"),
    site.c.settings,
    site.c.profile,
    _USUAL_RANK.label("usual_rank"),
)


#: whether calls can be placed: a callback that nobody could dial is nobody's next
_DIALS = select(dialling.c.open).where(dialling.c.id == 1).scalar_subquery()
#: its telephone is not picked up; see desk_phones.py
_PAUSED = and_(
    timer.c.site == desk.c.site,
    timer.c.kind == literal_column(f"'{PAUSE}'", Text),
    timer.c.key == desk.c.ref,
    timer.c.body == desk.c.phone,
)


def _of(heads: FromClause) -> Statement:
    return Statement(
        select(
            heads.c.line,
            ticket.c.id.label("ticket"),
            ticket.c.number,
            service.c.key.label("service"),
            attention.c.key.label("attention"),
            heads.c.tier,
            ticket.c.rank_ms,
            ticket.c.rank_seq,
            ticket.c.entered_ms,
            heads.c.count.label("waiting"),
            heads.c.passed,
            heads.c.own,
            desk.c.classes,
            desk.c.only_classes,
            callback.c.id.label("callback"),
            desk.c.phone,
            _DIALS.label("dials"),
            timer.c.due_ms.label("paused_until_ms"),
            *STANDING,
        ).select_from(
            heads.join(ticket, ticket.c.id == heads.c.head)
            .join(service, service.c.id == heads.c.service)
            .join(attention, attention.c.id == heads.c.attention)
            .join(desk, desk.c.id == bindparam("desk"))
            .outerjoin(
                callback, and_(callback.c.ticket == ticket.c.id, callback.c.ended_ms.is_(None))
            )
            .join(site, site.c.no == desk.c.site)
            .outerjoin(timer, _PAUSED)
        )
    )


HEADS = _of(union_all(_SHARED, _OWN).subquery("heads"))
_OUTSIDE = _of(_CHOSEN.subquery("heads"))


class Due(NamedTuple):
    """The candidates for a desk's next call, in no order, and the rule that chooses."""

    heads: list[Head]
    order: Order
    #: who would be candidates if the desk could ring them: it has no telephone, nobody picks that
    #: up, or calls cannot be placed
    left: tuple[Head, ...] = ()


def heads(q: Query, desk_id: int) -> Due:
    """Who could be called to that desk now."""
    rows = q.rows(HEADS, desk=desk_id)
    if not rows:
        return Due([], Order("strict"))
    mine = [row for row in rows if not row.only_classes or _for_desk(row)]
    return Due(
        [_head(row) for row in mine if _rings(row)],
        order_of(rows[0].settings, rows[0].profile),
        tuple(_head(row) for row in mine if not _rings(row)),
    )


def outside(q: Query, desk_id: int, ticket_id: str) -> Head:
    """A ticket that is none of the desk's candidates, as a head: it is to be called by hand."""
    (row,) = q.rows(_OUTSIDE, desk=desk_id, ticket=ticket_id)
    return _head(row)._replace(tier=OUTSIDE)


class Standing(NamedTuple):
    """How soon a line is called, by its class, service and site; the words of `Head`."""

    class_rank: int
    clinical: bool
    preferred: bool
    target_ms: int


def standing(row: Any) -> Standing:
    """Of a row with the columns of `STANDING`. The target is the class's own, else the service's
    or the site's, which a preferred class halves.
    """
    clinical = bool(row.clinical)
    preferred = not clinical and row.class_rank < row.usual_rank
    if row.class_target:
        return Standing(row.class_rank, clinical, preferred, row.class_target * _MINUTE_MS)
    usual_ms = (row.service_target or settings_of(row.settings).target_minutes) * _MINUTE_MS
    target_ms = usual_ms // 2 if preferred else usual_ms
    return Standing(row.class_rank, clinical, preferred, target_ms)


def _head(row: Any) -> Head:
    return Head(
        line=row.line,
        ticket=row.ticket,
        number=row.number,
        service=row.service,
        attention=row.attention,
        tier=row.tier if _for_desk(row) else row.tier + OTHERS,
        rank_ms=row.rank_ms,
        rank_seq=row.rank_seq,
        entered_ms=row.entered_ms,
        waiting=row.waiting,
        passed=row.passed,
        own=bool(row.own),
        last=row.attention == FOLLOW_UP,
        **standing(row)._asdict(),
    )


def _rings(row: Any) -> bool:
    """Whether it is no callback, or the desk has a telephone, which is picked up."""
    rings = row.phone is not None and bool(row.dials) and row.paused_until_ms is None
    return row.callback is None or rings


def _for_desk(row: Any) -> bool:
    """Whether the desk is for that class; a clinical one, and whoever waits for this desk
    only, is everybody's.
    """
    classes = _classes(row.classes)
    return not classes or bool(row.clinical or row.own) or row.attention in classes


@lru_cache(maxsize=64)
def _classes(text: str) -> frozenset[str]:
    return msgspec.json.decode(text, type=frozenset[str])
