"""Call to a desk: the one most due, a chosen one with a reason; call again; no-show.

A call first finishes whoever is in service at the desk: one press, taken back whole by
one undo. Which ticket is due is the policy's business (routing.py).
"""

from collections.abc import Callable

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue import emergency, refusals, rows, text, turns
from turnero.queue.commands import lines
from turnero.queue.commands.finishing import end_service, not_by_phone
from turnero.queue.commands.paths import in_line_ms
from turnero.queue.facts import TicketCalled, TicketNoShow, TicketRecalled, Why
from turnero.queue.heads import Due, heads, outside
from turnero.queue.presses import Press
from turnero.queue.requests import CallChosen, Called, Moved, Next, TicketMove
from turnero.queue.routing import choose, turns_after, why
from turnero.queue.rows import Figures, Ticket
from turnero.queue.seats import Seat, held_at, working
from turnero.queue.settings import settings_of
from turnero.queue.states import Move, after
from turnero.queue.tables import line
from turnero.queue.waits import new_pace
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_LINE = Statement(
    select(line.c.last_call_ms, line.c.pace_ms, line.c.last_people).where(
        line.c.id == bindparam("line")
    )
)


def call_next(tx: Tx, request: Next) -> Called:
    """Finish the one in service and call whoever is most due; `ticket` None if nobody waits."""
    return call_due(tx, request, heads)


def call_due(tx: Tx, request: Next, candidates: Callable[[Tx, int], Due]) -> Called:
    """The same among those candidates: what an agent may call, or what a desk may by itself."""
    seat, session = _calling(tx, request.desk)
    press = Press(tx, Move.NEXT, seat.desk)
    finished = _finish_current(tx, seat, request.outcome, press, request.onward)
    due, order, left = candidates(tx, seat.desk)
    choice = choose(due, tx.line_ms, order)
    called = None
    if choice is not None:
        held = rows.load(tx, choice.head.ticket)
        reasons = why(choice.rule, due, choice.head, tx.line_ms, order, left)
        called = _call(tx, Move.NEXT, held, seat, session, reasons, press).id
        press.took(turns.take(tx, due, turns_after(choice.head, due, tx.line_ms, order)))
    press.close()
    return Called(called, finished)


def call_chosen(tx: Tx, request: CallChosen) -> Called:
    """Call this ticket out of turn; the reason, in the agent's words, stays with the ticket."""
    reason = text.reason(request.reason)
    seat, session = _calling(tx, request.desk)
    held = rows.load(tx, request.ticket)
    press = Press(tx, Move.CALL, seat.desk)
    finished = _finish_current(tx, seat, request.outcome, press)
    due, order, _ = heads(tx, seat.desk)
    chosen = next((head for head in due if head.ticket == held.id), None)
    if chosen is None:
        chosen = outside(tx, seat.desk, held.id)
        due = [chosen, *due]
    reasons = why("chosen", due, chosen, tx.line_ms, order)
    _call(tx, Move.CALL, held, seat, session, reasons, press, reason)
    press.close()
    return Called(held.id, finished)


def recall(tx: Tx, request: TicketMove) -> Moved:
    """Call again on board and voice. It counts towards a no-show if far enough from the last."""
    held = held_at(tx, request.ticket, request.at)
    state = after(Move.RECALL, held.state, held.number)
    not_by_phone(tx, held)
    emergency.allow_calls(tx, tx.site, held.desk_ref or "")
    counts = _counts_at(held) <= tx.line_ms
    seq = tx.append(
        TicketRecalled(
            ticket=held.id,
            number=held.number,
            service=held.service_key,
            desk=held.desk_ref or "",
            recall=held.recalls + 1,
            counted=counts,
        )
    )
    new = held._replace(
        state=state,
        last_call_ms=tx.line_ms,
        call_seq=seq,
        recalls=held.recalls + 1,
        counted=held.counted + counts,
        counted_ms=tx.line_ms if counts else held.counted_ms,
    )
    rows.save(tx, held, new)
    return Moved(held.id, new.state)


def no_show(tx: Tx, request: TicketMove) -> Moved:
    """The person did not come; legal after the site's number of counted recalls."""
    held = held_at(tx, request.ticket, request.at)
    state = after(Move.NO_SHOW, held.state, held.number)
    not_by_phone(tx, held)
    needed = settings_of(held.settings).no_show_recalls
    if held.counted < needed:
        raise refusals.refused(
            "no-show-too-soon",
            number=held.number,
            done=held.counted,
            needed=needed,
            wait_s=max(0, -((tx.line_ms - _counts_at(held)) // 1000)),
        )
    press = Press(tx, Move.NO_SHOW, held.desk)
    press.append(
        TicketNoShow(
            ticket=held.id,
            number=held.number,
            service=held.service_key,
            desk=held.desk_ref or "",
            recalls=held.recalls,
        )
    )
    press.save(held, held._replace(state=state, session=None, ended_ms=tx.line_ms))
    press.close()
    return Moved(held.id, state)


def _calling(tx: Tx, ref: str) -> tuple[Seat, int]:
    """The desk ready to call, unless an emergency message holds up its zone."""
    at, session = working(tx, ref)
    if at.session is not None and at.since_ms is None:
        lines.served_again(tx, at.desk)  # the call itself opened the desk
    if at.emergencies:
        emergency.allow_calls(tx, tx.site, at.ref)
    return at, session


def _finish_current(
    tx: Tx, seat: Seat, outcome: str | None, press: Press, onward: str | None = None
) -> str | None:
    if seat.ticket is None:
        return None
    current = rows.load(tx, seat.ticket)
    end_service(tx, current, outcome, press, onward)
    return current.id


def _call(
    tx: Tx,
    move: Move,
    held: Ticket,
    seat: Seat,
    session: int,
    reasons: Why,
    press: Press,
    reason: str | None = None,
) -> Ticket:
    state = after(move, held.state, held.number)
    waited_ms = in_line_ms(held, tx.line_ms)
    seq = press.append(
        TicketCalled(
            ticket=held.id,
            number=held.number,
            service=held.service_key,
            attention=held.attention_key,
            desk=seat.ref,
            session=session,
            waited_ms=waited_ms,
            why=reasons,
        )
    )
    new = held._replace(
        state=state,
        desk=seat.desk,
        session=session,
        # Called before the first desk was to open: it did not wait at all.
        entered_ms=min(held.entered_ms, tx.line_ms),
        called_ms=tx.line_ms,
        last_call_ms=tx.line_ms,
        call_seq=seq,
        recalls=0,
        counted=0,
        counted_ms=tx.line_ms,
        waited_ms=held.waited_ms + waited_ms,
        why=msgspec.json.encode(reasons).decode(),
        away_until_ms=None,
    )
    if reason is not None:
        rows.write_note(tx, seq, "ticket-called", reason, held.id)
    # Only a call in turn says how fast the line moves.
    press.save(held, new, _figures(tx, held, waited_ms) if move is Move.NEXT else None)
    return new


def _figures(tx: Tx, held: Ticket, waited_ms: int) -> Figures:
    last = tx.row(_LINE, line=held.line)
    if last is None:
        return Figures(waited_ms, None)
    at = (held.entered_ms, tx.line_ms)
    return Figures(waited_ms, new_pace(last.pace_ms, last.last_call_ms, *at, last.last_people))


def _counts_at(held: Ticket) -> int:
    """From when a recall counts: some seconds after the last call that counted."""
    return (held.counted_ms or 0) + settings_of(held.settings).recall_gap_s * 1000
