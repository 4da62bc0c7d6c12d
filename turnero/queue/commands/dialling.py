"""What happens to a callback at a desk: its desk's telephone, then its patient's, then both.

Each leg is written down here, committed, and only then placed by the dialler; whatever the
exchange says comes back as `heard`. What becomes of who was not reached is reaching.py.
"""

from typing import Any, Final

from sqlalchemy import bindparam, select

from turnero.queue import callback_rows as kept
from turnero.queue import desk_phones, refusals, rows
from turnero.queue import leg_rows as legs
from turnero.queue.call_facts import CallbackJoined, LegAnswered, LegEnded
from turnero.queue.call_requests import DialDesk, Dialled, DialPatient, Heard, OfCallback
from turnero.queue.callbacks import BEFORE_TALK, FAULTS, LegStage, Stage
from turnero.queue.commands.leading import leading, trunk
from turnero.queue.commands.moves import give_up
from turnero.queue.commands.people import opted_out
from turnero.queue.commands.reaching import not_reached, put_back
from turnero.queue.facts import ServiceStarted
from turnero.queue.requests import Moved
from turnero.queue.states import Move, State, after
from turnero.queue.tables import desk
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_ORDER: Final = tuple(LegStage)

#: patient and agent have spoken
_SPOKE: Final = frozenset({Stage.TALKING, Stage.WRAP_UP, Stage.ENDED})
#: outcomes that say nothing of the way there, unless it rang
_SILENT: Final = frozenset({"unknown", "cancelled"})

_DESK = Statement(select(desk.c.phone).where(desk.c.id == bindparam("id")))


def dial_desk(tx: Tx, request: DialDesk) -> Dialled:
    """Write down that the desk's telephone is to be rung: its agent pressed next.

    Where its patient may not be rung now it is put off instead: nobody picks up in vain.
    """
    found, held = _reserved(tx, request.callback, request.epoch, Stage.RESERVED)
    if found.campaign is not None and opted_out(tx, tx.site, found.number_index):
        # Said while they were in line, by a message or to another campaign.
        kept.end(tx, found, "cancelled")
        give_up(tx, held)
        return Dialled()
    extension = tx.row(_DESK, id=held.desk)
    if extension is None or extension.phone is None:
        put_back(tx, found, held, "desk")
        return Dialled()
    # One who stays on the line is there already.
    if legs.open_leg(tx, found.id, "patient") is None and _put_off(tx, found, held):
        return Dialled()
    if legs.open_leg(tx, found.id, "desk") is not None or not legs.put_down(tx, extension.phone):
        # The one of a call before is still being hung up: its end is waited for.
        return Dialled()
    ring_s = found.settings.desk_ring_s
    legs.dial(tx, found, held, request.leg, "desk", ring_s, extension=extension.phone)
    kept.save(tx, found, found._replace(stage=Stage.DESK))
    return Dialled(request.leg, ring_s, extension=extension.phone)


def dial_patient(tx: Tx, request: DialPatient) -> Dialled:
    """Write down that the patient's telephone is to be rung: the agent has picked up.

    Where it may not be any more it is put off instead, and the desk's telephone put down.
    """
    found, held = _reserved(tx, request.callback, request.epoch, Stage.DIALLING)
    if legs.open_leg(tx, found.id, "patient") is not None or not legs.agent_waits(tx):
        # One of before is still being hung up: its end is waited for.
        return Dialled()
    if _put_off(tx, found, held):
        return Dialled()
    settings = found.settings
    legs.dial(tx, found, held, request.leg, "patient", settings.ring_s, index=found.number_index)
    return Dialled(request.leg, settings.ring_s, phone=found.phone, shows=settings.shows or None)


def heard(tx: Tx, request: Heard) -> Moved:
    """What the exchange says of a leg. Late, doubled and unknown news change nothing."""
    row = legs.by_id(tx, request.leg)
    if row is None or row.site != tx.site or row.ended_ms is not None:
        return Moved("", "")
    found = kept.by_id(tx, row.callback)
    if found is None:
        raise AssertionError("a leg without its callback")
    stage = LegStage(request.stage)
    if stage is not LegStage.ENDED and _ORDER.index(stage) <= _ORDER.index(LegStage(row.stage)):
        return Moved(found.ticket, "")
    held = rows.load(tx, found.ticket)
    if stage is LegStage.ENDED:
        _ended(tx, row, found, held, request)
    elif stage is LegStage.UP:
        _up(tx, row, found, held)
    else:
        legs.write(tx, row, stage=stage.value, rang=int(row.rang or stage is LegStage.RINGING))
    return Moved(held.id, "")


def confirmed(tx: Tx, request: OfCallback) -> Moved:
    """A person pressed 1: both are to be joined."""
    found, held = _at_desk(tx, request.callback)
    if found.stage == Stage.CONFIRMING:
        kept.save(tx, found, found._replace(stage=Stage.JOINING))
    return Moved(held.id, held.state)


def unconfirmed(tx: Tx, request: OfCallback) -> Moved:
    """Somebody or something picked up, and nobody pressed 1; `why`: not-confirmed | declined."""
    found, held = _at_desk(tx, request.callback)
    if found.stage == Stage.CONFIRMING:
        not_reached(tx, found, held, request.why)
    return Moved(held.id, "")


def joined(tx: Tx, request: OfCallback) -> Moved:
    """Patient and agent hear each other: the service begins."""
    found, held = _at_desk(tx, request.callback)
    patient = legs.open_leg(tx, found.id, "patient")
    if found.stage != Stage.JOINING or patient is None:
        return Moved(held.id, held.state)
    legs.write(tx, patient, joined_ms=tx.now_ms)
    tx.append(
        CallbackJoined(
            callback=found.id,
            ticket=held.id,
            number=held.number,
            service=found.service_key,
            desk=held.desk_ref or "",
            attempt=patient.attempt,
            waited_ms=max(0, tx.now_ms - found.asked_ms),
        )
    )
    if held.state != State.SERVING:
        state = after(Move.START, held.state, held.number)
        tx.append(
            ServiceStarted(
                ticket=held.id,
                number=held.number,
                service=held.service_key,
                desk=held.desk_ref or "",
            )
        )
        rows.save(tx, held, held._replace(state=state, started_ms=tx.line_ms))
    kept.save(tx, found, found._replace(stage=Stage.TALKING))
    return Moved(held.id, State.SERVING)


def _put_off(tx: Tx, found: kept.Callback, held: rows.Ticket) -> bool:
    """Whether its patient may not be rung now, and is later: outside of their hours, beyond a cap,
    while a telephone of that number is in use, or may ring that we have lost sight of.
    """
    why, due_ms = "hours", None
    hours = kept.hours_of(tx, found, tx.now_ms)
    if hours is None:
        pass
    elif hours.from_ms > tx.now_ms:
        due_ms = hours.from_ms
    elif (day_ends_ms := legs.full_today(tx, found)) is not None:
        hours = kept.hours_of(tx, found, day_ends_ms)
        why, due_ms = "caps", None if hours is None else hours.from_ms
    elif legs.full_now(tx, found):
        why = "caps"
    elif (lost_ms := legs.may_ring_ms(tx, found.number_index)) is not None:
        why, due_ms = "unknown", lost_ms
    else:
        return False
    not_reached(tx, found, held, why, due_ms)
    return True


# --- the parts of `heard` ----------------------------------------------------------------------------


def _up(tx: Tx, row: Any, found: kept.Callback, held: rows.Ticket) -> None:
    # A conversation has no end of its own; the exchange's dial plan cuts it off after hours.
    legs.write(
        tx,
        row,
        stage=LegStage.UP.value,
        rang=1,
        up_ms=tx.now_ms,
        until_ms=tx.line_ms + legs.LONGEST_MS,
    )
    tx.append(
        LegAnswered(
            callback=found.id,
            ticket=found.ticket,
            number=found.number,
            leg=row.id,
            side=row.side,
            desk=held.desk_ref or "",
            attempt=row.attempt,
        )
    )
    if row.side == "desk" and held.desk_ref is not None:
        desk_phones.resumed(tx, held.desk_ref, "answered")
    if row.side == "desk" and found.stage == Stage.DESK:
        # Who stays on the line is there already.
        there = legs.open_leg(tx, found.id, "patient")
        stage = Stage.DIALLING if there is None or there.up_ms is None else Stage.JOINING
        kept.save(tx, found, found._replace(stage=stage))
    elif row.side == "patient" and found.stage == Stage.DIALLING:
        trunk(tx, fault=False)
        kept.save(tx, found, found._replace(stage=Stage.CONFIRMING))


def _ended(tx: Tx, row: Any, found: kept.Callback, held: rows.Ticket, request: Heard) -> None:
    # One that was gone when we came back may have been cut off by us: it says nothing of the person.
    # That it rang was written down, and outlives whoever heard it.
    said = "no-answer" if request.unsaid and row.rang else request.outcome
    lost = said in (None, "unknown")
    outcome = "answered" if row.up_ms is not None else said or "unknown"
    legs.write(
        tx,
        row,
        stage=LegStage.ENDED.value,
        outcome=outcome,
        cause=request.cause[:60],
        rang=int(row.rang or request.rang),
        ended_ms=tx.now_ms,
    )
    tx.append(
        LegEnded(
            callback=found.id,
            ticket=found.ticket,
            leg=row.id,
            side=row.side,
            outcome=outcome,
            spoke_ms=0 if row.up_ms is None else max(0, tx.now_ms - row.up_ms),
        )
    )
    silent = outcome in _SILENT and not (row.rang or request.rang)
    if row.side == "patient" and row.up_ms is None and not silent:
        trunk(tx, fault=outcome in FAULTS)
    if not row.wanted:
        return
    # Who pressed start while both were being joined speaks with them.
    spoke = found.stage in _SPOKE or held.state == State.SERVING
    if found.how == kept.HOLD and row.side == "patient" and not spoke:
        # Who stayed on the line has hung up.
        give_up(tx, held)
    elif found.how == kept.TAKEN and row.side == "patient" and not spoke:
        _to_be_rung(tx, found, held)
    elif found.stage in BEFORE_TALK and found.stage != Stage.RESERVED and not spoke:
        if row.side == "desk" and lost and _rung(tx, found):
            # The exchange has lost the desk, so its patient too, whose telephone may ring still.
            not_reached(tx, found, held, "unknown")
        elif row.side == "desk":
            missed = row.up_ms is None and outcome in desk_phones.MISSES
            if missed and held.desk_ref is not None:
                desk_phones.missed(tx, held.desk_ref, row.extension)
            # Whoever came is still called to that desk.
            put_back(tx, found, held, "desk", rests=not missed)
        else:
            # Picked up and put down again before anybody pressed 1 is no answer either.
            why = "not-confirmed" if row.up_ms is not None else outcome
            not_reached(tx, found, held, "unknown" if lost else why)
    elif found.stage in {Stage.TALKING, Stage.JOINING}:
        kept.save(tx, found, found._replace(stage=Stage.WRAP_UP))
        _last_one(tx, found, row.side)


def _to_be_rung(tx: Tx, found: kept.Callback, held: rows.Ticket) -> None:
    """They were to be rung, stayed on the line instead and hung up: they are rung, in the same place."""
    found = kept.save(tx, found, found._replace(how="phone"))
    if held.state == State.CALLED:
        put_back(tx, found, held, "left")
    else:
        kept.entered(tx, found, held.state)


def _rung(tx: Tx, found: kept.Callback) -> bool:
    """Whether the patient's telephone rings or is up because we rang it."""
    patient = legs.open_leg(tx, found.id, "patient")
    return patient is not None and found.how not in kept.ON_THE_LINE


def _last_one(tx: Tx, found: kept.Callback, side: str) -> None:
    """One has hung up: the desk is done, the patient may say how it went."""
    other = legs.open_leg(tx, found.id, "patient" if side == "desk" else "desk")
    if other is None:
        return
    if other.side == "desk":
        legs.write(tx, other, wanted=0)
    else:
        legs.write(tx, other, until_ms=tx.line_ms + kept.RATING_MS)


def _reserved(
    tx: Tx, callback_id: str, epoch: int, stage: Stage
) -> tuple[kept.Callback, rows.Ticket]:
    """The callback and its ticket, called to a desk, in that stage; for who leads."""
    row = leading(tx, epoch)
    if not row.open:
        raise refusals.refused("dialling-closed")
    found, held = _at_desk(tx, callback_id)
    if found.stage != stage or held.state != State.CALLED:
        raise refusals.refused("callback-not-so")
    return found, held


def _at_desk(tx: Tx, callback_id: str) -> tuple[kept.Callback, rows.Ticket]:
    found = kept.by_id(tx, callback_id)
    if found is None or found.site != tx.site:
        raise refusals.unknown("callback-unknown")
    return found, rows.load(tx, found.ticket)
