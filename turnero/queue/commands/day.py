"""Close of day: who waits, is parked or stepped out becomes "not served" and stays in the statistics.

Who is at a desk goes on; 24-hour services roll over. Tickets taken after the moment of
closing are the next day's business, so a close that fires late takes nobody with it. A
large hall is closed in portions, so that no other command waits long.
"""

from typing import Final

from sqlalchemy import and_, bindparam, select, update

from turnero.queue import attendance, rows
from turnero.queue.commands import lines, readiness
from turnero.queue.commands.reports import report_later, set_roll
from turnero.queue.facts import DayClosed, TicketNotServed
from turnero.queue.numbers import next_at
from turnero.queue.requests import CloseDay, DayDone
from turnero.queue.settings import NEVER, settings_of
from turnero.queue.states import Move, after
from turnero.queue.tables import AWAY, PARKED, RETRY, WAITING, line, service, site, ticket
from turnero.store.sql import Statement
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx

#: timer that closes the day at the site's hour
CLOSE: Final = "day-close"
#: timer that goes on where a portion ended; its body is until when
GO_ON: Final = "day-close-more"
#: tickets closed in one transaction
PORTION: Final = 200
#: why a ticket was not served
REASON: Final = "day-closed"

_WAITING = Statement(
    select(ticket.c.id)
    .select_from(
        line.join(service, service.c.id == line.c.service).join(
            ticket, and_(ticket.c.line == line.c.id, ticket.c.state == WAITING)
        )
    )
    .where(
        line.c.site == bindparam("site"),
        line.c.count > 0,
        service.c.all_day == 0,
        ticket.c.issued_ms <= bindparam("until"),
    )
    .limit(bindparam("limit"))
)
_PARKED, _AWAY, _RETRY = (
    Statement(
        select(ticket.c.id)
        .select_from(
            service.join(ticket, and_(ticket.c.service == service.c.id, ticket.c.state == state))
        )
        .where(
            service.c.site == bindparam("site"),
            service.c.all_day == 0,
            ticket.c.issued_ms <= bindparam("until"),
        )
        .limit(bindparam("limit"))
    )
    for state in (PARKED, AWAY, RETRY)
)
_SITE = Statement(select(site.c.zone, site.c.settings).where(site.c.no == bindparam("site")))
_CLOSED = Statement(
    update(site)
    .where(site.c.no == bindparam("b_site"), site.c.closed_ms < bindparam("b_until"))
    .values(closed_ms=bindparam("b_until"))
)


def close_day(tx: Tx, request: CloseDay) -> DayDone:
    """Close for tickets taken until a moment, by default now; goes on by timer while many are left."""
    until_ms = tx.line_ms if request.until_ms is None else min(request.until_ms, tx.line_ms)
    return _portion(tx, until_ms, before=0)


def close_day_on_time(tx: Tx, due: TimerDue) -> None:
    """Timer `CLOSE`: the site's hour has come; the next one is set."""
    # On the line clock, by which tickets are kept: where somebody sets the wall clock forward,
    # the hour of closing has not passed for those who came since.
    _portion(tx, due.due_ms - tx.now_ms + tx.line_ms, before=0)
    set_day_close(tx)


def close_day_further(tx: Tx, due: TimerDue) -> None:
    """Timer `GO_ON`: the next portion of a close under way."""
    until, _, before = due.body.partition(" ")
    _portion(tx, int(until), int(before))


def set_day_close(tx: Tx) -> None:
    """Set the timer for the site's next hour of closing, or remove it where there is none."""
    row = tx.row(_SITE, site=tx.site)
    at = settings_of(row.settings).day_close if row else NEVER
    if row is None or at == NEVER:
        tx.untimer(CLOSE, "")
        set_roll(tx, None if row is None else row.zone)
        return
    tx.timer(CLOSE, "", next_at(tx.now_ms, row.zone, at))
    set_roll(tx, None)


def _portion(tx: Tx, until_ms: int, before: int) -> DayDone:
    open_now = tx.rows(_WAITING, site=tx.site, until=until_ms, limit=PORTION)
    for aside in (_PARKED, _AWAY, _RETRY):
        room = PORTION - len(open_now)
        if room:
            open_now += tx.rows(aside, site=tx.site, until=until_ms, limit=room)
    for row in open_now:
        not_served(tx, row.id, REASON)
    done = before + len(open_now)
    left = len(open_now) == PORTION
    if left:
        tx.timer(GO_ON, "", tx.now_ms, f"{until_ms} {done}")
    else:
        tx.run(_CLOSED, b_site=tx.site, b_until=until_ms)
        tx.append(DayClosed(until_ms=until_ms, not_served=done))
        lines.day_closed(tx)
        readiness.day_is_over(tx)
        attendance.day_is_over(tx)
        report_later(tx, until_ms - tx.line_ms + tx.now_ms)
    return DayDone(done, left)


def not_served(tx: Tx, ticket_id: str, reason: str) -> None:
    """The ticket's day is over, and it was not served."""
    held = rows.load(tx, ticket_id)
    state = after(Move.CLOSE_DAY, held.state, held.number)
    tx.append(
        TicketNotServed(
            ticket=held.id,
            number=held.number,
            service=held.service_key,
            was=held.state,
            reason=reason,
        )
    )
    rows.save(tx, held, held._replace(state=state, ended_ms=tx.line_ms))
