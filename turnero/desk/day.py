"""Today in figures for the supervisor: what became of the tickets, ratings with their number and
interval, who was called out of turn and why. Only reads; counts a day's tickets, so asked seldom.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, func, or_, select

from turnero.queue.facts import TicketCalled
from turnero.queue.numbers import day_of
from turnero.queue.report import GOOD
from turnero.queue.shares import FEWEST, wilson
from turnero.queue.states import ASIDE, AT_DESK, State
from turnero.queue.tables import desk, note, rating, service, site, ticket
from turnero.queue.views import Names
from turnero.store import journal
from turnero.store.sql import Query, Statement

#: calls out of turn that are listed
_MOST: Final = 25

_ZONE = Statement(select(site.c.zone).where(site.c.no == bindparam("site")))
_STATES = Statement(
    select(ticket.c.state, func.count().label("n"))
    .where(ticket.c.site == bindparam("site"), ticket.c.day == bindparam("day"))
    .group_by(ticket.c.state)
)
_RATINGS = Statement(
    select(rating.c.question, rating.c.answer, func.count().label("n"))
    .select_from(rating.join(ticket, ticket.c.id == rating.c.ticket))
    .where(ticket.c.site == bindparam("site"), ticket.c.day == bindparam("day"))
    .group_by(rating.c.question, rating.c.answer)
)
_CHOSEN = Statement(
    select(
        ticket.c.number,
        note.c.at_ms,
        note.c.seq,
        note.c.text,
        service.c.names,
    )
    .select_from(
        note.join(ticket, ticket.c.id == note.c.ticket).join(
            service, service.c.id == ticket.c.service
        )
    )
    .where(
        note.c.site == bindparam("site"),
        note.c.what == "ticket-called",
        ticket.c.day == bindparam("day"),
    )
    .order_by(note.c.at_ms.desc())
    .limit(_MOST)
)
_DESK = Statement(select(desk.c.name).where(desk.c.ref == bindparam("ref")))


_CLOSES = Statement(
    select(func.count().label("n"))
    .select_from(ticket.join(service, service.c.id == ticket.c.service))
    .where(
        ticket.c.site == bindparam("site"),
        or_(*(ticket.c.state == str(state) for state in (State.WAITING, *sorted(ASIDE)))),
        service.c.all_day == 0,
    )
)


def touched_by_close(q: Query, site_no: int) -> int:
    """How many become "not served" when the day closes now; services round the clock go on."""
    row = q.row(_CLOSES, site=site_no)
    return row.n if row is not None else 0


class Totals(msgspec.Struct, frozen=True):
    """What became of the tickets taken today."""

    issued: int
    served: int
    at_desks: int
    #: whoever was set aside, or stepped out, among them
    waiting: int
    no_show: int
    cancelled: int
    not_served: int


class Ratings(msgspec.Struct, frozen=True):
    """The answers of today to one question."""

    question: str
    #: 1 worst … 5 best, how many each
    counts: tuple[int, int, int, int, int]
    no_answer: int

    @property
    def n(self) -> int:
        """How many said how it went; "no answer" is not among them."""
        return sum(self.counts)

    @property
    def good(self) -> int:
        """How many of them said that it went well."""
        return sum(self.counts[GOOD - 1 :])

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the share that said so; None where too few answered."""
        return wilson(self.good, self.n) if self.n >= FEWEST else None


class Override(msgspec.Struct, frozen=True):
    """A call out of turn."""

    number: str
    at_ms: int
    names: Names
    desk: str
    reason: str
    #: "user:3", "token:7"; None when its fact is gone
    actor: str | None


class Today(msgspec.Struct, frozen=True):
    """The day so far."""

    totals: Totals
    ratings: tuple[Ratings, ...]
    overrides: tuple[Override, ...]


def today(q: Query, site_no: int, now_ms: int) -> Today:
    """The figures of the site's present day."""
    zone = q.row(_ZONE, site=site_no)
    day = day_of(now_ms, zone.zone if zone else "UTC")
    return Today(
        totals=_totals({row.state: row.n for row in q.rows(_STATES, site=site_no, day=day)}),
        ratings=_ratings(q, site_no, day),
        overrides=tuple(
            _override(q, site_no, row) for row in q.rows(_CHOSEN, site=site_no, day=day)
        ),
    )


def _override(q: Query, site_no: int, row: Any) -> Override:
    """The call as its fact tells it: the ticket may be elsewhere by now."""
    found = journal.read(q, site_no, row.seq - 1, 1)
    fact = found[0].fact if found and found[0].seq == row.seq else None
    at = q.row(_DESK, ref=fact.desk) if isinstance(fact, TicketCalled) else None
    return Override(
        number=row.number,
        at_ms=row.at_ms,
        names=msgspec.json.decode(row.names, type=Names),
        desk=at.name if at else "",
        reason=row.text,
        actor=found[0].actor if fact is not None else None,
    )


def _totals(states: dict[str, int]) -> Totals:
    return Totals(
        issued=sum(states.values()),
        served=states.get(State.FINISHED, 0),
        at_desks=sum(states.get(state, 0) for state in AT_DESK),
        waiting=sum(states.get(state, 0) for state in (State.WAITING, *ASIDE)),
        no_show=states.get(State.NO_SHOW, 0),
        cancelled=states.get(State.CANCELLED, 0),
        not_served=states.get(State.NOT_SERVED, 0),
    )


def _ratings(q: Query, site_no: int, day: str) -> tuple[Ratings, ...]:
    by_question: dict[str, dict[int | None, int]] = {}
    for row in q.rows(_RATINGS, site=site_no, day=day):
        by_question.setdefault(row.question, {})[row.answer] = row.n
    return tuple(
        Ratings(
            question,
            (found.get(1, 0), found.get(2, 0), found.get(3, 0), found.get(4, 0), found.get(5, 0)),
            found.get(None, 0),
        )
        for question, found in sorted(by_question.items())
    )
