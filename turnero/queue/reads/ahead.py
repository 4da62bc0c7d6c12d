"""How many people go before somebody who waits, by the site's rule as it would call at this moment.

What is counted: the people of the same service who would be called first if nobody else came, by
their places and points of now. Whoever comes later in a class that is called sooner may still go
before; where points decide, whoever ages faster overtakes some of those counted. Where a share is
kept the count is right to within a few, since turns that somebody's age puts off are not followed.
People who wait for one desk only count those of that line. Lines are summed; tickets are counted
only within a line, and up to a limit.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from turnero.queue.heads import STANDING, standing
from turnero.queue.ranks import APPOINTMENT
from turnero.queue.routing import Order
from turnero.queue.settings import order_of
from turnero.queue.tables import ANY_DESK, WAITING, attention, line, service, site, ticket
from turnero.store.sql import Query, Statement

#: tickets of a line are counted up to here
MOST_AHEAD: Final = 1000
#: so many behind are looked at first: behind a new ticket, the usual case, is nobody
_FEW: Final = 50
#: so long ago is just now
_JUST_MS: Final = 100
#: after every other place of its millisecond
_LAST: Final = 2**62

_in_line = and_(ticket.c.line == bindparam("line"), ticket.c.state == WAITING)
_earlier = and_(
    ticket.c.rank_ms <= bindparam("ms"),
    or_(ticket.c.rank_ms < bindparam("ms"), ticket.c.rank_seq < bindparam("seq")),
)
_later = and_(
    ticket.c.rank_ms >= bindparam("ms"),
    or_(ticket.c.rank_ms > bindparam("ms"), ticket.c.rank_seq > bindparam("seq")),
)
_first_before = select(ticket.c.people).where(_in_line, _earlier).limit(MOST_AHEAD).subquery()
_first_behind = select(ticket.c.people).where(_in_line, _later).limit(_FEW).subquery()
BEFORE: Final = Statement(
    select(func.coalesce(func.sum(_first_before.c.people), 0).label("people"))
)
BEHIND: Final = Statement(
    select(
        func.count().label("n"),
        func.coalesce(func.sum(_first_behind.c.people), 0).label("people"),
    )
)


def counts_for(service_id: ColumnElement[int], line_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Which lines count for whoever waits for that service in that line."""
    open_to_all = and_(line.c.desk == ANY_DESK, line.c.people > 0)
    return and_(line.c.service == service_id, or_(line.c.id == line_id, open_to_all))


#: of line, attention, service and site: what `ahead` wants of each line that counts
OF_LINE: Final = (
    line.c.id.label("line_id"),
    line.c.people.label("line_people"),
    line.c.passed,
    line.c.origin,
    line.c.desk.label("line_desk"),
    *STANDING,
)
_LINES = Statement(
    select(*OF_LINE)
    .select_from(
        line.join(attention, attention.c.id == line.c.attention)
        .join(service, service.c.id == line.c.service)
        .join(site, site.c.no == line.c.site)
    )
    .where(counts_for(bindparam("service"), bindparam("line")))
)


class _Line(NamedTuple):
    id: int
    people: int
    passed: int
    appointments: bool
    rank: int
    clinical: bool
    preferred: bool
    target_ms: int


class _Place(NamedTuple):
    """Whoever asks: the place in line, and how it looks at this moment."""

    ms: int
    seq: int
    now_ms: int
    #: taken just now: whoever waits came before, but for appointments
    newest: bool = False


def position(q: Query, row: Any) -> int:
    """People before it in its own line; `row` of the ticket has line, line_people, people and rank."""
    others = int(row.line_people) - int(row.people)
    return _before(q, row.line, others, row.rank_ms, row.rank_seq)


def before(q: Query, line_id: int, people: int, row: Any) -> int:
    """People of another line, of so many in all, who came before that ticket's place."""
    return _before(q, line_id, people, row.rank_ms, row.rank_seq)


def ahead(
    q: Query,
    row: Any,
    in_line: int,
    now_ms: int,
    *,
    newest: bool = False,
    lines: Sequence[Any] | None = None,
) -> int:
    """`row` of the ticket has service, line and rank; `in_line` is its `position`.

    `newest`: nobody is behind it in its line; if it was taken just now, nothing is counted.
    `lines`: rows with `OF_LINE` of those that `counts_for` names, where they have been read.
    """
    found = q.rows(_LINES, service=row.service, line=row.line) if lines is None else lines
    own = next(one for one in found if one.line_id == row.line)
    if own.line_desk:
        return in_line
    order = order_of(own.settings, own.profile)
    newest = newest and 0 <= now_ms - row.rank_ms < _JUST_MS
    at = _Place(row.rank_ms, row.rank_seq, now_ms, newest)
    others = [_line(one) for one in found if one.line_id != row.line]
    return in_line + _of_others(q, _line(own), others, at, in_line, order)


def _before(q: Query, line_id: int, people: int, ms: int, seq: int) -> int:
    """People of a line before that place; `people` are all of it, without whoever stands there."""
    behind = q.rows(BEHIND, line=line_id, ms=ms, seq=seq)[0]
    if behind.n < _FEW:
        return max(0, people - int(behind.people))
    return int(q.rows(BEFORE, line=line_id, ms=ms, seq=seq)[0].people)


def _line(row: Any) -> _Line:
    appointments = row.origin == APPOINTMENT
    return _Line(row.line_id, int(row.line_people), row.passed, appointments, *standing(row))


def _of_others(
    q: Query, mine: _Line, others: list[_Line], at: _Place, in_line: int, order: Order
) -> int:
    """People of the other lines who go before."""
    clinical = [one for one in others if one.clinical]
    if mine.clinical:
        return _by_rank(q, mine, clinical, at)
    rest = [one for one in others if not one.clinical]
    before = sum(one.people for one in clinical)
    if at.ms > at.now_ms:
        # Before its time it goes after everybody whose time has come.
        return before + sum(_earlier_in(q, one, at) for one in rest)
    if order.rule == "accumulating":
        return before + sum(_with_more_points(q, one, mine, at) for one in rest)
    if order.rule == "share":
        return before + _by_share(q, mine, rest, at, in_line, order)
    return before + _by_rank(q, mine, rest, at)


def _by_rank(q: Query, mine: _Line, others: Iterable[_Line], at: _Place) -> int:
    """Better classes, and the earlier ones of the same."""
    return sum(
        _come(q, one, at) if one.rank < mine.rank else _earlier_in(q, one, at)
        for one in others
        if one.rank <= mine.rank
    )


def _with_more_points(q: Query, one: _Line, mine: _Line, at: _Place) -> int:
    """Time over target, more than that of whoever asks; ties go by class, then by place."""
    ms = at.now_ms - (at.now_ms - at.ms) * one.target_ms // mine.target_ms
    seq = at.seq if one.rank == mine.rank else _LAST if one.rank < mine.rank else 0
    return _earlier_in(q, one, at._replace(ms=ms, seq=seq))


def _by_share(
    q: Query, mine: _Line, rest: list[_Line], at: _Place, in_line: int, order: Order
) -> int:
    """By rank, but for the turns of those who are not preferred: see routing.turns_after."""
    preferred = [one for one in rest if one.preferred]
    others = [one for one in rest if not one.preferred]
    if mine.preferred:
        before = _by_rank(q, mine, preferred, at)
        passed = max((one.passed for one in others), default=0)
        turns = (passed + (in_line + before) * order.rest) // order.first
        return before + min(turns, sum(_earlier_in(q, one, at) for one in others))
    before = _by_rank(q, mine, others, at)
    passed = max(one.passed for one in (mine, *others))
    # Its own turn is the one after theirs; until then preferred ones are called, but no turn
    # comes before those who are older.
    owed = (in_line + before + 1) * order.first - passed
    older = sum(_earlier_in(q, one, at) for one in preferred)
    return before + min(
        sum(_come(q, one, at) for one in preferred), max(older, -(-owed // order.rest))
    )


def _come(q: Query, one: _Line, at: _Place) -> int:
    """Everybody of that line but those whose appointment is to come."""
    if not one.appointments:
        return one.people
    return _earlier_in(q, one, at._replace(ms=at.now_ms, seq=_LAST))


def _earlier_in(q: Query, one: _Line, at: _Place) -> int:
    if at.newest and not one.appointments:
        return one.people
    return _before(q, one.id, one.people, at.ms, at.seq)
