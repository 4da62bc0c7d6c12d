"""The patient steps out: keeps their place, is skipped meanwhile, is reminded, and is back in time.

Coming back is `moves.return_ticket`. Who does not come back in time is a no-show, who may come
back once, for a while, as any other. Timers are set and removed by aside.py.
"""

from turnero.queue import callback_rows, refusals, rows
from turnero.queue.alarms import raise_alarm
from turnero.queue.aside import OVER, PARKED_LONG, REMIND
from turnero.queue.facts import TicketOverstayed, TicketReminded, TicketSteppedOut
from turnero.queue.requests import Moved, TicketMove
from turnero.queue.settings import settings_of
from turnero.queue.states import Move, State, after
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx


def step_out(tx: Tx, request: TicketMove) -> Moved:
    """Go out for the site's number of minutes; rank and time of entry are kept."""
    held = rows.load(tx, request.ticket, request.at)
    state = after(Move.STEP_OUT, held.state, held.number)
    if callback_rows.of_ticket(tx, held.id) is not None:
        # They may be anywhere; out for too long, nobody would ring them.
        raise refusals.refused("callback-already", number=held.number)
    until_ms = tx.line_ms + settings_of(held.settings).step_out_minutes * 60_000
    tx.append(
        TicketSteppedOut(
            ticket=held.id, number=held.number, service=held.service_key, until_ms=until_ms
        )
    )
    rows.save(tx, held, held._replace(state=state, away_until_ms=until_ms))
    return Moved(held.id, state)


def remind(tx: Tx, due: TimerDue) -> None:
    """Timer: they should come back soon. Their page says so."""
    held = rows.load(tx, due.key)
    if held.state != State.AWAY or held.away_until_ms is None:
        return
    if tx.line_ms >= held.away_until_ms:
        # The server was down meanwhile: what comes next says that it is too late.
        return
    minutes = settings_of(held.settings).remind_minutes
    early_ms = held.away_until_ms - minutes * 60_000 - tx.line_ms
    if early_ms > 0:
        # The wall clock was set forward: they have more time than it says.
        tx.timer(REMIND, held.id, tx.now_ms + early_ms)
        return
    tx.append(
        TicketReminded(
            ticket=held.id,
            number=held.number,
            service=held.service_key,
            until_ms=held.away_until_ms,
        )
    )


def overstay(tx: Tx, due: TimerDue) -> None:
    """Timer: the time is over, and they did not come back."""
    held = rows.load(tx, due.key)
    state = after(Move.OVERSTAY, held.state, held.number)
    until_ms = held.away_until_ms or 0
    if tx.line_ms < until_ms:
        # The wall clock was set forward: their time is not over.
        tx.timer(OVER, held.id, tx.now_ms + until_ms - tx.line_ms)
        return
    tx.append(TicketOverstayed(ticket=held.id, number=held.number, service=held.service_key))
    rows.save(tx, held, held._replace(state=state, away_until_ms=None, ended_ms=tx.line_ms))


def parked_long(tx: Tx, due: TimerDue) -> None:
    """Timer: set aside for too long. The alarm ends when it leaves that state."""
    held = rows.load(tx, due.key)
    if held.state != State.PARKED:
        return
    minutes = settings_of(held.settings).parked_minutes
    due_ms = held.entered_ms + minutes * 60_000
    if tx.line_ms < due_ms:
        tx.timer(PARKED_LONG, held.id, tx.now_ms + due_ms - tx.line_ms)
        return
    figures: dict[str, str | int] = {
        "number": held.number,
        "service": held.service_key,
        "since_ms": held.entered_ms,
    }
    if held.desk_ref is not None:
        figures["desk"] = held.desk_ref
    raise_alarm(tx, PARKED_LONG, held.id, figures)
