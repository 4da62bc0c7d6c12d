"""What becomes of a callback whose patient and agent were not joined; and an agent's keys for it."""

from turnero.queue import callback_rows as kept
from turnero.queue import refusals, rows
from turnero.queue.call_facts import CallbackPutOff
from turnero.queue.call_requests import OfCallback
from turnero.queue.callbacks import NOT_TRIED, verdict
from turnero.queue.commands.auto_call import rest
from turnero.queue.facts import TicketNoShow
from turnero.queue.requests import Moved
from turnero.queue.seats import held_at
from turnero.queue.states import Move, State, after
from turnero.store.tx import Tx

#: what can be said of a call that was picked up; and of any
_ONCE_UP = frozenset({"machine", "wrong-person", "declined"})
_HEARD = _ONCE_UP | {"bad-number", "no-answer", "busy", "desk"}


def by_hand(tx: Tx, request: OfCallback) -> Moved:
    """What the agent heard, one key each: `why` is machine | wrong-person | bad-number | no-answer |
    busy | declined (they hung up before all was said), or desk: not now, it takes its place again.
    """
    if request.why not in _HEARD:
        raise refusals.invalid("callback-outcome", known=", ".join(sorted(_HEARD)))
    found = kept.by_id(tx, request.callback)
    if found is None or found.site != tx.site or found.ended_ms is not None:
        raise refusals.unknown("callback-unknown")
    held = held_at(tx, found.ticket, request.at)
    if held.state != State.CALLED and not (held.state == State.SERVING and request.why in _ONCE_UP):
        raise refusals.move_illegal(Move.UNREACHED, held.state, held.number)
    return not_reached(tx, found, held, request.why)


def not_reached(
    tx: Tx, found: kept.Callback, held: rows.Ticket, why: str, due_ms: int | None = None
) -> Moved:
    """Patient and agent were not joined: later, in its place again, or over."""
    tried = why not in NOT_TRIED
    said = verdict(why, found.attempts, found.settings, found.faults if tried else 0)
    if said.then == "back":
        return put_back(tx, found, held, why)
    attempts = found.attempts + said.counts
    faults = 0 if said.counts else found.faults + tried
    found = kept.save(tx, found, found._replace(attempts=attempts, faults=faults))
    if said.then == "end":
        kept.end(tx, found, said.end or "unreachable")
        tx.append(
            TicketNoShow(
                ticket=held.id,
                number=held.number,
                service=held.service_key,
                desk=held.desk_ref or "",
                recalls=0,
            )
        )
        state = after(Move.UNREACHED, held.state, held.number)
        rows.save(tx, held, held._replace(state=state, session=None, ended_ms=tx.line_ms))
        return Moved(held.id, state)
    due_ms = due_ms or tx.now_ms + said.pause_ms
    _put_off(tx, found, held, why, counts=said.counts, due_ms=due_ms)
    kept.save(tx, found, found._replace(due_ms=due_ms))
    state = after(Move.RING_LATER, held.state, held.number)
    rows.save(tx, held, held.uncalled()._replace(state=state))
    return Moved(held.id, state)


def put_back(
    tx: Tx, found: kept.Callback, held: rows.Ticket, why: str, *, rests: bool = True
) -> Moved:
    """It takes its place in line again: the desk did not pick up, or would rather not.

    `rests`: a desk that calls by itself calls nobody for a while.
    """
    seq = _put_off(tx, found, held, why, counts=False, due_ms=None)
    if rests and why == "desk" and held.desk_ref is not None:
        rest(tx, held.desk_ref, seq)
    state = after(Move.PUT_BACK, held.state, held.number)
    rows.save(tx, held, held.uncalled()._replace(state=state))
    return Moved(held.id, state)


def _put_off(
    tx: Tx,
    found: kept.Callback,
    held: rows.Ticket,
    why: str,
    *,
    counts: bool,
    due_ms: int | None,
) -> int:
    return tx.append(
        CallbackPutOff(
            callback=found.id,
            ticket=held.id,
            number=held.number,
            service=found.service_key,
            why=why,
            counts=counts,
            attempts=found.attempts,
            due_ms=due_ms,
            desk=held.desk_ref,
        )
    )
