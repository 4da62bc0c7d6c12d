"""Help calls that somebody answered a short while ago: who goes, so that nobody else does too.

Those that still ring are `supervisors.help_calls`. Times are the line clock's.
"""

from sqlalchemy import bindparam, select

from turnero.queue.tables import help_call
from turnero.queue.views import HelpAnswered
from turnero.store.sql import Query, Statement

_ANSWERED = Statement(
    select(
        help_call.c.id,
        help_call.c.place,
        help_call.c.need,
        help_call.c.done_ms,
        help_call.c.done_by,
    )
    .where(help_call.c.site == bindparam("site"), help_call.c.done_ms > bindparam("after"))
    .order_by(help_call.c.done_ms.desc(), help_call.c.id)
    .limit(bindparam("limit"))
)


def help_answered(q: Query, site: int, after_ms: int, limit: int = 3) -> tuple[HelpAnswered, ...]:
    """Calls acknowledged since that moment, the newest first."""
    return tuple(
        HelpAnswered(row.id, row.place, row.need, row.done_ms, row.done_by)
        for row in q.rows(_ANSWERED, site=site, after=after_ms, limit=limit)
    )
