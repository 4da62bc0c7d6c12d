"""Class, service or count of people was taken wrongly and is put right, with a reason.

The place in line stays that of first arrival; the number stays as printed. Clinical classes
are given, and taken away, only at triage.
"""

from sqlalchemy import bindparam, select

from turnero.queue import refusals, rows, text
from turnero.queue.facts import TicketCorrected
from turnero.queue.paths import elsewhere
from turnero.queue.places import allow_there, class_row, service_row
from turnero.queue.requests import Correct, Moved
from turnero.queue.rows import Ticket
from turnero.queue.settings import settings_of
from turnero.queue.states import Move, after
from turnero.queue.tables import attention, line
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_LINE_DESK = Statement(select(line.c.desk).where(line.c.id == bindparam("line")))

_CLINICAL = Statement(select(attention.c.clinical).where(attention.c.id == bindparam("id")))


def correct(tx: Tx, request: Correct) -> Moved:
    """Put it right; refused where nothing would change."""
    reason = text.reason(request.reason)
    held = rows.load(tx, request.ticket)
    state = after(Move.CORRECT, held.state, held.number)
    new = _corrected(tx, held, request)
    if new == held:
        raise refusals.refused("correct-nothing", number=held.number)
    to_service = request.service or held.service_key
    to_class = request.attention or held.attention_key
    seq = tx.append(
        TicketCorrected(
            ticket=held.id,
            number=held.number,
            service=None if new.service == held.service else (held.service_key, to_service),
            attention=None if new.attention == held.attention else (held.attention_key, to_class),
            people=None if new.people == held.people else (held.people, new.people),
        )
    )
    rows.write_note(tx, seq, "ticket-corrected", reason, held.id)
    rows.save(tx, held, new)
    return Moved(held.id, state)


def _corrected(tx: Tx, held: Ticket, request: Correct) -> Ticket:
    new = held
    if request.people is not None:
        most = settings_of(held.settings).max_people
        if not 1 <= request.people <= most:
            raise refusals.invalid("people-out-of-range", max=most)
        new = new._replace(people=request.people)
    if request.attention not in (None, held.attention_key):
        new = new._replace(attention=_class(tx, held, request.attention or ""))
    if request.service not in (None, held.service_key):
        goal = service_row(tx, request.service or "")
        allow_there(tx, held.id, held.service, goal.id, request.service or "")
        # Of somebody who has not been attended anywhere the whole path was taken by mistake.
        path = elsewhere(held.path if held.step else None, request.service or "", goal.path)
        new = new._replace(service=goal.id, path=path)
    if (new.service, new.attention) != (held.service, held.attention):
        # Who waits for one desk still does, but not for another service.
        of = tx.row(_LINE_DESK, line=held.line)
        only = of.desk if of is not None and new.service == held.service else 0
        there = rows.line_of(tx, new.service, new.attention, only, held.origin)
        new = new._replace(line=there)
    return new


def _class(tx: Tx, held: Ticket, key: str) -> int:
    to = class_row(tx, key)
    now = tx.row(_CLINICAL, id=held.attention)
    for row, named in ((to, key), (now, held.attention_key)):
        if row is not None and row.clinical:
            raise refusals.invalid("attention-clinical", attention=named)
    return int(to.id)
