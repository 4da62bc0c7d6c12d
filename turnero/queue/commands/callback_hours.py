"""What is due of callbacks by the hours of the house: rung again, asked, put off, carried over."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue import callback_rows as kept
from turnero.queue import rows
from turnero.queue.call_facts import CallbackAsking, CallbackCarried, CallbackPutOff
from turnero.queue.callbacks import Stage
from turnero.queue.commands import codes
from turnero.queue.commands.day import not_served
from turnero.queue.commands.issue import issue_at_desk
from turnero.queue.facts import TicketReturned
from turnero.queue.numbers import day_of
from turnero.queue.ranks import CALLBACK
from turnero.queue.requests import Issue
from turnero.queue.settings import languages_of
from turnero.queue.states import Move, State, after
from turnero.queue.tables import attention, site, ticket
from turnero.store.errors import Refused
from turnero.store.sql import Statement
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx

_TICKET = Statement(
    select(ticket.c.language, ticket.c.aids, site.c.languages)
    .select_from(ticket.join(site, site.c.no == ticket.c.site))
    .where(ticket.c.id == bindparam("id"))
)

_CLINICAL = Statement(select(attention.c.clinical).where(attention.c.id == bindparam("id")))


def ring_again(tx: Tx, due: TimerDue) -> None:
    """Timer: it takes its place in line again, unless its hours are over."""
    found = kept.by_id(tx, due.key)
    if found is None or found.ended_ms is not None:
        return
    held = rows.load(tx, found.ticket)
    if held.state != State.RETRY:
        return
    if found.due_ms is not None and found.due_ms > tx.now_ms:
        tx.timer(kept.RING_AGAIN, found.id, found.due_ms)
        return
    hours = kept.hours_of(tx, found, tx.now_ms)
    if hours is None or hours.from_ms > tx.now_ms:
        _outside(tx, found, held, None if hours is None else hours.from_ms)
        return
    tx.append(
        TicketReturned(ticket=held.id, number=held.number, service=held.service_key, was=held.state)
    )
    state = after(Move.RETURN, held.state, held.number)
    rows.save(tx, held, held.uncalled()._replace(state=state))


def hours_end(tx: Tx, due: TimerDue) -> None:
    """Timer: patients may not be rung any more, and its turn has not come."""
    found = kept.by_id(tx, due.key)
    if found is None or found.ended_ms is not None:
        return
    held = rows.load(tx, found.ticket)
    if held.state != State.WAITING:
        return
    hours = kept.hours_of(tx, found, tx.now_ms)
    if hours is not None and hours.from_ms <= tx.now_ms:
        kept.entered(tx, found, State.WAITING)
        return
    _outside(tx, found, held, None if hours is None else hours.from_ms)


def ask_left_over(tx: Tx, due: TimerDue) -> None:
    """Timer: the hours end soon. Who has not said what then is asked; a message follows the fact."""
    found = kept.by_id(tx, due.key)
    if found is None or found.stage != Stage.WAITING or found.left_over is not None:
        return
    hours = kept.hours_of(tx, found, tx.now_ms)
    if hours is not None:
        tx.append(
            CallbackAsking(
                callback=found.id,
                ticket=found.ticket,
                number=found.number,
                service=found.service_key,
                until_ms=hours.until_ms,
            )
        )


def carry(tx: Tx, due: TimerDue) -> None:
    """Timer: the next day's hours begin. It goes on under a new number, ranked as it was."""
    found = kept.by_id(tx, due.key)
    if found is None or found.stage != Stage.TOMORROW:
        return
    hours = kept.hours_of(tx, found, tx.now_ms)
    if hours is None:
        kept.end(tx, found, "expired")
        return
    if hours.from_ms > tx.now_ms:
        tx.timer(kept.CARRY, found.id, hours.from_ms)
        return
    before = rows.load(tx, found.ticket)
    about: Any = tx.row(_TICKET, id=found.ticket)
    # At any hour and beyond any quota: it was promised.
    again = Issue(
        service=found.service_key,
        attention=before.attention_key,
        # One that the site speaks still.
        language=about.language if about.language in languages_of(about.languages) else None,
        aids=msgspec.json.decode(about.aids, type=tuple[str, ...]),
        people=before.people,
        channel="triage" if _clinical(tx, before.attention) else "api",
        origin=CALLBACK,
        due_ms=found.asked_ms,
    )
    try:
        issued = issue_at_desk(tx, again)
    except Refused:
        try:
            # The class is gone since yesterday, or they are more than may share a number.
            issued = issue_at_desk(tx, msgspec.structs.replace(again, attention=None, people=1))
        except Refused:
            # So is the service.
            kept.end(tx, found, "expired")
            return
    tx.append(
        CallbackCarried(
            callback=found.id,
            ticket=issued.ticket,
            number=issued.number,
            before=before.id,
            service=found.service_key,
        )
    )
    for what in ("callback-asked", "callback-noted"):
        rows.move_notes(tx, what, before.id, issued.ticket)
    codes.hand_on(tx, before.id, issued.ticket)
    new = found._replace(ticket=issued.ticket, stage=Stage.WAITING, due_ms=None)
    kept.save(tx, found, new)
    kept.entered(tx, new, State.WAITING)


def _outside(tx: Tx, found: kept.Callback, held: rows.Ticket, due_ms: int | None) -> None:
    """Its turn did not come within the hours: later today, tomorrow, or not at all."""
    today = due_ms is not None and day_of(due_ms, found.zone) == day_of(tx.now_ms, found.zone)
    keep = today or (found.left_over or found.settings.left_over) == "tomorrow"
    if due_ms is None or not keep:
        kept.end(tx, found, "expired")
        not_served(tx, held.id, "call-hours")
        return
    tx.append(
        CallbackPutOff(
            callback=found.id,
            ticket=held.id,
            number=held.number,
            service=held.service_key,
            why="hours",
            counts=False,
            attempts=found.attempts,
            due_ms=due_ms,
        )
    )
    if held.state == State.RETRY:
        kept.save(tx, found, found._replace(due_ms=due_ms))
        tx.timer(kept.RING_AGAIN, found.id, due_ms)
        return
    kept.save(tx, found, found._replace(due_ms=due_ms))
    state = after(Move.RING_LATER, held.state, held.number)
    rows.save(tx, held, held._replace(state=state))


def _clinical(tx: Tx, attention_id: int) -> bool:
    row = tx.row(_CLINICAL, id=attention_id)
    return row is not None and bool(row.clinical)
