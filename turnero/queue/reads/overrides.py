"""Calls out of turn of a day: who chose whom, whom it passed, and the reason they gave."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, select

from turnero.queue.facts import HeadSeen, PressUndone, TicketCalled
from turnero.queue.numbers import at_ms
from turnero.queue.routing import rederive
from turnero.queue.states import Move
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
#: a call is undone within a minute: no site has more facts in it
_SOON: Final = 10_000
_UNDONE: Final = Statement(
    select(
        journal.c.site,
        journal.c.seq,
        journal.c.at_ms,
        journal.c.actor,
        journal.c.kind,
        journal.c.body,
    ).where(
        journal.c.site == bindparam("site"),
        journal.c.seq.between(bindparam("first"), bindparam("last")),
        journal.c.kind == "press-undone",
    )
)


class Override(msgspec.Struct, frozen=True):
    """A call out of turn. The first head is who was called."""

    #: the fact's number
    seq: int
    at_ms: int
    actor: str
    desk: str
    called: HeadSeen
    #: who was due instead, if anybody was
    passed: HeadSeen | None
    reason: str
    #: when the call was taken back, if it was
    undone_ms: int | None = None


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
    calls = [one for row in found if (one := _override(Entry(*row[:-1]), row.text)) is not None]
    return tuple(_with_undone(q, site_no, calls))


def _with_undone(q: Query, site_no: int, calls: list[Override]) -> Iterator[Override]:
    """The same, with when each was taken back; newest first."""
    if not calls:
        return
    span = {"first": calls[-1].seq, "last": calls[0].seq + _SOON}
    undone = [Entry(*row) for row in q.rows(_UNDONE, site=site_no, **span)]
    for call in calls:
        back = (one.at_ms for one in undone if _takes_back(one, call))
        yield msgspec.structs.replace(call, undone_ms=next(back, None))


def _takes_back(entry: Entry, call: Override) -> bool:
    """A press is named by its first fact, and its others follow at once."""
    fact = entry.fact
    return (
        isinstance(fact, PressUndone)
        and fact.move == Move.CALL
        and fact.press <= call.seq < entry.seq
        and any(one.ticket == call.called.ticket for one in fact.tickets)
    )


def _override(entry: Entry, reason: str) -> Override | None:
    fact = entry.fact
    if not isinstance(fact, TicketCalled) or not fact.why.heads:
        return None
    due = rederive(fact.why)
    passed = next((one for one in fact.why.heads[1:] if one.ticket == due), None)
    return Override(
        entry.seq, entry.at_ms, entry.actor, fact.desk, fact.why.heads[0], passed, reason
    )
