"""Days that were reported, and a report derived again from the journal alone."""

from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue import report
from turnero.queue.facts import DayReported
from turnero.queue.reads.lines import names_of
from turnero.queue.report import DayReport
from turnero.queue.tables import attention, desk, service
from turnero.queue.tables import day_report as table
from turnero.queue.views import Names
from turnero.store import devices, journal
from turnero.store.sql import Query, Statement

_ONE = Statement(
    select(
        table.c.day,
        table.c.made_ms,
        table.c.after_seq,
        table.c.until_seq,
        table.c.body,
    ).where(table.c.site == bindparam("site"), table.c.day == bindparam("day"))
)
_DAYS = Statement(
    select(table.c.day)
    .where(table.c.site == bindparam("site"))
    .order_by(table.c.day.desc())
    .limit(bindparam("limit"))
)
_SERVICES = Statement(
    select(service.c.key, service.c.names, service.c.prefix)
    .where(service.c.site == bindparam("site"))
    .order_by(service.c.sort)
)
_CLASSES = Statement(
    select(attention.c.key, attention.c.names).where(attention.c.site == bindparam("site"))
)
_DESKS = Statement(
    select(desk.c.ref, desk.c.name).where(desk.c.site == bindparam("site")).order_by(desk.c.sort)
)
_TAG: Final = str(DayReported.__struct_config__.tag)


class KeptReport(msgspec.Struct, frozen=True):
    """A report as it was kept."""

    made_ms: int
    #: the facts after this one, up to and including the other
    after_seq: int
    until_seq: int
    #: as it is in the database
    body: str
    report: DayReport


def day_report(q: Query, site: int, day: str) -> KeptReport | None:
    """The report of a day (YYYY-MM-DD)."""
    row = q.row(_ONE, site=site, day=day)
    if row is None:
        return None
    return KeptReport(
        row.made_ms,
        row.after_seq,
        row.until_seq,
        row.body,
        msgspec.json.decode(row.body, type=DayReport),
    )


class Labels(msgspec.Struct, frozen=True):
    """What the keys in a report are called, for staff; also of what is retired by now."""

    services: dict[str, Names]
    attentions: dict[str, Names]
    desks: dict[str, str]
    #: key of a kiosk → its name
    kiosks: dict[str, str] = {}


def labels(q: Query, site: int) -> Labels:
    """Names by key, services in the kiosk's order."""
    return Labels(
        {row.key: names_of(row.names) for row in q.rows(_SERVICES, site=site)},
        {row.key: names_of(row.names) for row in q.rows(_CLASSES, site=site)},
        {row.ref: row.name for row in q.rows(_DESKS, site=site)},
        {one.key: one.name for one in devices.of_site(q, site) if one.kind == "kiosk"},
    )


def reported_days(q: Query, site: int, limit: int = 60) -> tuple[str, ...]:
    """The days that have a report, the newest first."""
    return tuple(row.day for row in q.rows(_DAYS, site=site, limit=limit))


def derived(q: Query, site: int, day: str) -> str | None:
    """The report of that day as the journal alone gives it; None where it tells of none."""
    told: DayReported | None = None
    for entry in journal.between(q, site, 0):
        if entry.kind == _TAG and isinstance(entry.fact, DayReported) and entry.fact.day == day:
            told = entry.fact
    if told is None:
        return None
    entries = journal.between(q, site, told.after_seq, told.until_seq)
    return report.encode(report.fold(entries, day, told.zone)).decode()
