"""End a service: on its own, or as the first half of a call of the next one."""

from turnero.queue import callback_rows, refusals
from turnero.queue.commands.paths import go_on, whither
from turnero.queue.facts import ServiceFinished
from turnero.queue.presses import Press
from turnero.queue.ranks import CALLBACK
from turnero.queue.requests import Finish, Moved
from turnero.queue.rows import Ticket
from turnero.queue.seats import held_at
from turnero.queue.service_time import span
from turnero.queue.states import Move, State, after
from turnero.store.tx import Tx

#: how a service can end, where its service asks
OUTCOMES = ("attended", "referred", "incomplete", "other")


def finish(tx: Tx, request: Finish) -> Moved:
    """End the service of the one at the desk."""
    held = held_at(tx, request.ticket, request.at)
    press = Press(tx, Move.FINISH, held.desk)
    new = end_service(tx, held, request.outcome, press, request.onward)
    press.close()
    return Moved(held.id, new.state)


def end_service(
    tx: Tx, held: Ticket, outcome: str | None, press: Press, onward: str | None = None
) -> Ticket:
    """The ticket once its service is over, written as part of a press: finished, or on its way to
    the next step of its path. `onward`: see paths.whither.
    """
    state = after(Move.FINISH, held.state, held.number)
    if held.state == State.CALLED:
        # Nobody has been spoken with: whoever waits to be rung would be over unheard.
        not_by_phone(tx, held)
    known = ", ".join(OUTCOMES)
    if outcome is None and held.outcomes:
        raise refusals.refused("outcome-missing", number=held.number, known=known)
    if outcome is not None and outcome not in OUTCOMES:
        raise refusals.invalid("outcome-unknown", outcome=outcome[:40], known=known)
    going = whither(tx, held, onward)
    service = span(held, tx.line_ms)
    press.append(
        ServiceFinished(
            ticket=held.id,
            number=held.number,
            service=held.service_key,
            attention=held.attention_key,
            desk=held.desk_ref or "",
            session=held.session or 0,
            started_ms=service.started_ms,
            ended_ms=service.ended_ms,
            pressed=service.pressed,
            outcome=outcome,
        )
    )
    new = held._replace(
        state=state,
        session=None,
        started_ms=service.started_ms,
        ended_ms=service.ended_ms,
        outcome=outcome,
    )
    if going is not None:
        new = go_on(tx, press.append, held, new, going)
    press.save(held, new)
    return new


def not_by_phone(tx: Tx, held: Ticket) -> None:
    """Refused for who waits for their telephone to ring: the keys of the call say what becomes of it."""
    if held.origin == CALLBACK and callback_rows.of_ticket(tx, held.id) is not None:
        raise refusals.refused("callback-by-phone", number=held.number)
