"""A site's calendar, read: its country's holidays if it keeps them, and its closures."""

from typing import Final

from sqlalchemy import bindparam, select

from turnero.queue.holidays import Calendar, country_of
from turnero.queue.settings import languages_of, settings_of
from turnero.queue.tables import closure, site
from turnero.store.sql import Query, Statement

_SITE = Statement(
    select(site.c.profile, site.c.settings, site.c.languages).where(site.c.no == bindparam("site"))
)
_CLOSURES = Statement(
    select(closure.c.day, closure.c.name)
    .where(closure.c.site == bindparam("site"), closure.c.day >= bindparam("since"))
    .order_by(closure.c.day)
    .limit(bindparam("limit"))
)
#: closures that matter to a page; one that lies further ahead is read when it comes near
_MOST: Final = 100


def calendar(q: Query, site_no: int, today: str) -> Calendar:
    """The site's shut days from today (YYYY-MM-DD) on."""
    about = q.row(_SITE, site=site_no)
    if about is None:
        return Calendar()
    keeps = settings_of(about.settings).holidays
    return Calendar(
        country_of(about.profile, holidays=keeps),
        {row.day: row.name for row in q.rows(_CLOSURES, site=site_no, since=today, limit=_MOST)},
        languages_of(about.languages)[0],
    )
