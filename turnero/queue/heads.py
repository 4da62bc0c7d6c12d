"""The heads that a desk may call: one read over line rows and the oldest ticket of each.

Lines of the desk's services that anybody may call, and lines of this desk only. Its cost
grows with the number of lines, never with the number waiting (tests/queue/test_cost.py).
"""

from sqlalchemy import bindparam, literal, select, union_all

from turnero.queue.routing import Head
from turnero.queue.tables import ANY_DESK, WAITING, attention, desk_service, line, service, ticket
from turnero.store.sql import Query, Statement

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
_SHARED = (
    select(
        line.c.id.label("line"),
        line.c.service,
        line.c.attention,
        desk_service.c.tier,
        line.c.count,
        HEAD_OF_LINE.label("head"),
    )
    .select_from(desk_service.join(line, line.c.service == desk_service.c.service))
    .where(desk_service.c.desk == bindparam("desk"), line.c.desk == ANY_DESK, line.c.count > 0)
)
_OWN = select(
    line.c.id.label("line"),
    line.c.service,
    line.c.attention,
    literal(0).label("tier"),
    line.c.count,
    HEAD_OF_LINE.label("head"),
).where(line.c.desk == bindparam("desk"), line.c.desk > ANY_DESK, line.c.count > 0)
_heads = union_all(_SHARED, _OWN).subquery("heads")

HEADS = Statement(
    select(
        _heads.c.line,
        ticket.c.id.label("ticket"),
        ticket.c.number,
        service.c.key.label("service"),
        attention.c.key.label("attention"),
        _heads.c.tier,
        attention.c.rank.label("class_rank"),
        ticket.c.rank_ms,
        ticket.c.rank_seq,
        ticket.c.entered_ms,
        _heads.c.count.label("waiting"),
    ).select_from(
        _heads.join(ticket, ticket.c.id == _heads.c.head)
        .join(service, service.c.id == _heads.c.service)
        .join(attention, attention.c.id == _heads.c.attention)
    )
)


def heads(q: Query, desk: int) -> list[Head]:
    """The candidates for a desk's next call, in no order."""
    return [Head(*row) for row in q.rows(HEADS, desk=desk)]
