"""Sites and what can be chosen at them: the kiosk's tree of services with their waits."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, func, select

from turnero.queue.calendars import calendar
from turnero.queue.holidays import ALWAYS, Calendar
from turnero.queue.hours import Later, Opening, opening
from turnero.queue.numbers import day_of
from turnero.queue.quotas import spent
from turnero.queue.reads.levers import service_pause
from turnero.queue.reads.lines import Lines, names_of, public_names
from turnero.queue.settings import languages_of, settings_of
from turnero.queue.tables import attention as attention_table
from turnero.queue.tables import desk as desk_table
from turnero.queue.tables import series
from turnero.queue.tables import service as service_table
from turnero.queue.tables import site as site_table
from turnero.queue.views import AttentionView, DeskBrief, ServiceView, SiteView
from turnero.store.sql import Query, Statement

_SITE_COLUMNS = (
    site_table.c.no,
    site_table.c.key,
    site_table.c.name,
    site_table.c.zone,
    site_table.c.profile,
    site_table.c.languages,
)
_SETTINGS = Statement(select(site_table.c.settings).where(site_table.c.no == bindparam("no")))
_SITES = Statement(select(*_SITE_COLUMNS).order_by(site_table.c.no))
_SITE = Statement(select(*_SITE_COLUMNS).where(site_table.c.no == bindparam("no")))
_NO = Statement(select(site_table.c.no).where(site_table.c.key == bindparam("key")))
_LAST_NO = Statement(select(func.coalesce(func.max(site_table.c.no), 0).label("last")))
_SERVICES = Statement(
    select(
        service_table.c.id,
        service_table.c.key,
        service_table.c.parent,
        service_table.c.prefix,
        service_table.c.names,
        service_table.c.public_names,
        service_table.c.requirements,
        service_table.c.hours,
        service_table.c.all_day,
        service_table.c.holidays,
        service_table.c.quota,
        service_table.c.open,
        service_table.c.paused_until_ms,
        service_table.c.paused_after,
        service_table.c.paused_text,
        series.c.next,
    )
    .select_from(
        service_table.outerjoin(
            series,
            and_(
                series.c.site == service_table.c.site,
                series.c.prefix == service_table.c.prefix,
                series.c.day == bindparam("day"),
            ),
        )
    )
    .where(service_table.c.site == bindparam("site"), service_table.c.active == 1)
    .order_by(service_table.c.sort)
)
_ATTENTIONS = Statement(
    select(
        attention_table.c.key,
        attention_table.c.names,
        attention_table.c.rank,
        attention_table.c.clinical,
        attention_table.c.kiosk,
        attention_table.c.usual,
    )
    .where(attention_table.c.site == bindparam("site"), attention_table.c.active == 1)
    .order_by(attention_table.c.rank, attention_table.c.id)
)
_DESKS = Statement(
    select(desk_table.c.ref, desk_table.c.key, desk_table.c.name, desk_table.c.zone)
    .where(desk_table.c.site == bindparam("site"), desk_table.c.active == 1)
    .order_by(desk_table.c.sort)
)


class Hour(NamedTuple):
    """A moment at a site, and its shut days."""

    now_ms: int
    zone: str
    calendar: Calendar
    #: services whose quota of the day is used up
    full: frozenset[int]

    def state(self, row: Any) -> str:
        """Open, closed, paused or full, of a row with id, open and what `opening` needs."""
        if not row.open:
            return "paused"
        if not self.opening(row).open:
            return "closed"
        return "full" if row.id in self.full else "open"

    def opening(self, row: Any) -> Opening:
        """Whether the service of a row with hours, all_day and holidays is open then."""
        shut = ALWAYS if row.holidays else self.calendar
        return opening(row.hours, row.all_day, self.now_ms, self.zone, shut)


def site_no(q: Query, key: str) -> int | None:
    """The number of the site with that key."""
    row = q.row(_NO, key=key)
    return int(row.no) if row else None


def site_no_for(q: Query, key: str) -> int:
    """The number of the site with that key, or the next free one for a new site."""
    known = site_no(q, key)
    if known is not None:
        return known
    row = q.row(_LAST_NO)
    return int(row.last) + 1 if row else 1


def sites(q: Query, now_ms: int) -> tuple[SiteView, ...]:
    """Every site, whole."""
    return tuple(_site(q, row, now_ms) for row in q.rows(_SITES))


def site(q: Query, no: int, now_ms: int) -> SiteView | None:
    """One site, whole."""
    row = q.row(_SITE, no=no)
    return _site(q, row, now_ms) if row else None


def services(q: Query, site: int, now_ms: int) -> tuple[ServiceView, ...]:
    """The tree of services as a kiosk shows it, public names only."""
    row = q.row(_SITE, no=site)
    return _services(q, site, row.zone, now_ms) if row else ()


def _site(q: Query, row: Any, now_ms: int) -> SiteView:
    return SiteView(
        no=row.no,
        key=row.key,
        name=row.name,
        zone=row.zone,
        profile=row.profile,
        languages=languages_of(row.languages),
        attentions=tuple(
            AttentionView(
                key=one.key,
                names=names_of(one.names),
                rank=one.rank,
                clinical=bool(one.clinical),
                kiosk=bool(one.kiosk),
                usual=bool(one.usual),
            )
            for one in q.rows(_ATTENTIONS, site=row.no)
        ),
        services=_services(q, row.no, row.zone, now_ms),
        desks=tuple(
            DeskBrief(one.ref, one.key, one.name, one.zone) for one in q.rows(_DESKS, site=row.no)
        ),
    )


def _services(q: Query, site: int, zone: str, now_ms: int) -> tuple[ServiceView, ...]:
    lines = Lines(q, site, now_ms)
    children: dict[int | None, list[Any]] = {}
    today = day_of(now_ms, zone)
    found = q.rows(_SERVICES, site=site, day=today)
    for row in found:
        children.setdefault(row.parent, []).append(row)
    hour = Hour(now_ms, zone, calendar(q, site, today), spent(q, site, today, found))
    return _branch(children, None, lines, hour)


def _branch(
    children: Mapping[int | None, list[Any]],
    parent: int | None,
    lines: Lines,
    hour: Hour,
) -> tuple[ServiceView, ...]:
    return tuple(
        _group(row, _branch(children, row.id, lines, hour))
        if row.id in children
        else _leaf(row, lines, hour)
        for row in children.get(parent, ())
    )


def _leaf(row: Any, lines: Lines, hour: Hour) -> ServiceView:
    now = hour.opening(row)
    return ServiceView(
        key=row.key,
        names=public_names(row.names, row.public_names),
        requirements=requirements_of(row.requirements),
        state=hour.state(row),
        opens=now.opens,
        waiting=lines.waiting(row.id),
        wait=lines.wait(row.id),
        no_desk=lines.no_desk(row.id),
        later=now.later,
        off=now.off,
        pause=service_pause(row),
    )


def _group(row: Any, below: tuple[ServiceView, ...]) -> ServiceView:
    states = [child.state for child in below]
    return ServiceView(
        key=row.key,
        names=public_names(row.names, row.public_names),
        requirements=requirements_of(row.requirements),
        state="open" if "open" in states else states[0],
        opens=min((child.opens for child in below if child.opens), default=None),
        waiting=sum(child.waiting for child in below),
        wait=None,
        children=below,
        later=min((child.later for child in below if child.later), default=None, key=_soonest),
        off=next((child.off for child in below if child.off), None),
    )


def _soonest(later: Later) -> tuple[str, str]:
    return later.day, later.at


@lru_cache(maxsize=1024)
def requirements_of(text: str) -> dict[str, tuple[str, ...]]:
    """Requirements kept as JSON in a row. Shared: never change it."""
    return msgspec.json.decode(text, type=dict[str, tuple[str, ...]])


def undo_ms(q: Query, site: int) -> int:
    """For how long an act can be undone at that site."""
    row = q.row(_SETTINGS, no=site)
    return settings_of(row.settings).undo_s * 1000 if row else 0
