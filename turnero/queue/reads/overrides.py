"""Calls out of turn of a day: who chose whom, whom it passed, and the reason they gave."""

from datetime import date, timedelta
from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, select

from turnero.queue.facts import HeadSeen, TicketCalled
from turnero.queue.numbers import at_ms
from turnero.queue.routing import rederive
from turnero.queue.tables import note, site
from turnero.store.facts import Entry
from turnero.store.sql import Query, Statement
from turnero.store.tables import journal

#: of one day; more are not listed
MOST: Final = 500
#: the note's hour is the line clock's, which may be off by as much as the wall clock was set
_APART_MS: Final = 25 * 3_600_000

_ZONE: Final = Statement(select(site.c.zone).where(site.c.no == bindparam("site")))
_CHOSEN: Final = Statement(
    select(
        journal.c.site,
        journal.c.seq,
        journal.c.at_ms,
        journal.c.actor,
        journal.c.kind,
        journal.c.body,
        note.c.text,
    )
    .select_from(
        note.join(journal, and_(journal.c.site == note.c.site, journal.c.seq == note.c.seq))
    )
    .where(
        note.c.site == bindparam("site"),
        note.c.what == "ticket-called",
        note.c.at_ms.between(bindparam("first"), bindparam("last")),
        journal.c.at_ms >= bindparam("since"),
        journal.c.at_ms < bindparam("until"),
    )
    .order_by(journal.c.seq.desc())
    .limit(MOST)
)


class Override(msgspec.Struct, frozen=True):
    """A call out of turn. The first head is who was called."""

    at_ms: int
    actor: str
    desk: str
    called: HeadSeen
    #: who was due instead, if anybody was
    passed: HeadSeen | None
    reason: str


def overrides(q: Query, site_no: int, day: str) -> tuple[Override, ...]:
    """Of that day at the site (YYYY-MM-DD), the newest first. `ValueError` for what is no day."""
    start = date.fromisoformat(day)
    zone = q.rows(_ZONE, site=site_no)[0].zone
    since, until = at_ms(start, 0, zone), at_ms(start + timedelta(days=1), 0, zone)
    found = q.rows(
        _CHOSEN,
        site=site_no,
        since=since,
        until=until,
        first=since - _APART_MS,
        last=until + _APART_MS,
    )
    return tuple(one for row in found if (one := _override(Entry(*row[:-1]), row.text)) is not None)


def _override(entry: Entry, reason: str) -> Override | None:
    fact = entry.fact
    if not isinstance(fact, TicketCalled) or not fact.why.heads:
        return None
    due = rederive(fact.why)
    passed = next((one for one in fact.why.heads[1:] if one.ticket == due), None)
    return Override(entry.at_ms, entry.actor, fact.desk, fact.why.heads[0], passed, reason)
