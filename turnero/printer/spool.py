"""The spool's commands: what is to be printed, what became of it, what to do then.

Plain functions `(tx, request) -> result`, like every command. They decide and write down;
sending is the worker's. The rule behind all: nothing is ever printed twice by itself.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, insert, select, update

from turnero.printer.holding import Hold, hold
from turnero.printer.port import Outcome, Reason, Result
from turnero.printer.states import JobMove, JobState, after, process_id
from turnero.printer.tables import QUEUED, SENDING, print_job
from turnero.printer.test_page import TEST
from turnero.queue.facts import PrintChanged, TicketCancelled, TicketIssued, TicketNotServed
from turnero.queue.tables import ticket
from turnero.store import devices
from turnero.store.devices import Device
from turnero.store.errors import NotFound, Refused
from turnero.store.facts import Entry
from turnero.store.sql import Statement
from turnero.store.tables import device
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx

#: kind of the timer that puts a failed job back into the queue
RETRY_TIMER: Final = "print-retry"
#: a paper not printed after so long is not printed any more: whoever wanted it has left, and
#: paper that nobody waits for confuses the next person
STALE_MS: Final = 5 * 60_000
#: a job at a box that did not stir for so long keeps nobody from a copy: the box may be gone
STUCK_MS: Final = 60_000
#: after each failed attempt, how long until the next; after the last one it stays failed
BACK_OFF_MS: Final = (2_000, 5_000, 10_000, 20_000, 30_000)

_COLUMNS = (
    print_job.c.id,
    print_job.c.site,
    print_job.c.printer,
    print_job.c.ticket,
    print_job.c.copy,
    print_job.c.place,
    print_job.c.state,
    print_job.c.reason,
    print_job.c.attempts,
    print_job.c.process,
    print_job.c.created_ms,
    print_job.c.updated_ms,
    print_job.c.box,
    device.c.key.label("printer_key"),
)
_JOINED = select(*_COLUMNS).select_from(
    print_job.outerjoin(device, device.c.id == print_job.c.printer)
)
_JOB = Statement(_JOINED.where(print_job.c.id == bindparam("id")))
_OF_TICKET = Statement(
    _JOINED.where(print_job.c.ticket == bindparam("ticket")).order_by(print_job.c.id.desc())
)
_NEXT = Statement(
    _JOINED.where(
        print_job.c.printer == bindparam("printer"),
        print_job.c.state == QUEUED,
        print_job.c.box.is_(None),  # what a box was given is its alone
    )
    .order_by(print_job.c.id)
    .limit(1)
)
_SENDING = Statement(
    _JOINED.where(print_job.c.printer == bindparam("printer"), print_job.c.state == SENDING)
)
_NEW = Statement(
    insert(print_job).returning(print_job.c.id),
    columns=[
        *("site", "printer", "ticket", "copy", "place", "state", "attempts"),
        *("due_ms", "created_ms", "updated_ms"),
    ],
)
_SET = Statement(
    update(print_job)
    .where(print_job.c.id == bindparam("b_id"), print_job.c.state == bindparam("b_was"))
    .values(
        state=bindparam("b_state"),
        reason=bindparam("b_reason"),
        attempts=bindparam("b_attempts"),
        process=bindparam("b_process"),
        updated_ms=bindparam("b_now"),
    )
)
_TICKET = Statement(select(ticket.c.site, ticket.c.place).where(ticket.c.id == bindparam("id")))


class Claim(msgspec.Struct, frozen=True):
    """Take the next job of this printer (id of the device), for the process of that name."""

    printer: int
    holder: str = ""


class Claimed(msgspec.Struct, frozen=True):
    """The job taken, and the id under which its attempt is known; None when none is due."""

    job: int | None = None
    ticket: str = ""
    copy: bool = False
    process: str = ""


class Settle(msgspec.Struct, frozen=True):
    """What became of an attempt."""

    job: int
    process: str
    outcome: Outcome


class Recover(msgspec.Struct, frozen=True):
    """The process of that name starts: whatever this printer was being sent has an unknown end."""

    printer: int
    holder: str = ""


class Answer(msgspec.Struct, frozen=True):
    """Whether the ticket of a job whose end is unknown came out."""

    job: int
    came_out: bool


class Reprint(msgspec.Struct, frozen=True):
    """Print a copy of this ticket; on the printer with that key, else where it was printed."""

    ticket: str
    printer: str | None = None
    #: key of the kiosk that shows how it goes
    place: str | None = None


class Cancel(msgspec.Struct, frozen=True):
    """Do not print this job any more."""

    job: int


class PrintTest(msgspec.Struct, frozen=True):
    """Print a test page on the printer with that key, in that language."""

    printer: str
    language: str


class Job(msgspec.Struct, frozen=True):
    """The job that a command made or changed."""

    job: int
    state: str


def follow_tickets(tx: Tx, entry: Entry) -> None:
    """The consumer of facts: a ticket issued at a kiosk that has a printer makes a print job;
    one that ends makes those that have not left yet superfluous.
    """
    fact = entry.fact
    match fact:
        # One told later (`taken_ms`) was given, and printed, without the server.
        case TicketIssued(ticket=id_, place=str(place), taken_ms=None) if not stale(
            tx, entry.at_ms
        ):
            found = _printer_of_kiosk(tx, place)
            first_done = any(not row.copy for row in tx.rows(_OF_TICKET, ticket=id_))
            if found is not None and not first_done:
                enqueue(tx, found, id_, copy=False, place=place)
        case TicketCancelled(ticket=id_) | TicketNotServed(ticket=id_):
            for row in tx.rows(_OF_TICKET, ticket=id_):
                if row.state in (JobState.QUEUED, JobState.FAILED):
                    step(tx, row, JobMove.CANCEL)
        case _:
            return


def claim(tx: Tx, request: Claim) -> Claimed:
    """Take the oldest job. From the commit on it counts as begun.

    `Refused("printer-held")` while another process prints on it.
    """
    if request.holder:
        hold(tx, Hold(request.printer, request.holder))
    while (row := tx.row(_NEXT, printer=request.printer)) is not None:
        if not stale(tx, row.created_ms):
            break
        too_late(tx, row)
    if row is None:
        return Claimed()
    process = process_id(row.id, row.attempts + 1)
    step(tx, row, JobMove.CLAIM, attempts=row.attempts + 1, process=process, tell_it=False)
    return Claimed(row.id, row.ticket, bool(row.copy), process)


def settle(tx: Tx, request: Settle) -> Job:
    """Write down what became of an attempt; a failed one is tried again by a timer."""
    row = job_row(tx, request.job)
    if row.state != JobState.SENDING or row.process != request.process:
        raise Refused("print-not-sending", job=request.job)
    made = {
        Result.PRINTED: JobMove.CONFIRM,
        Result.SENT: JobMove.HAND_OVER,
        Result.FAILED: JobMove.FAIL,
        Result.UNKNOWN: JobMove.LOSE,
    }[request.outcome.result]
    return step(tx, row, made, reason=request.outcome.reason)


def retry(tx: Tx, due: TimerDue) -> Job:
    """The timer's command: a failed job goes back into the queue."""
    return step(tx, job_row(tx, int(due.key)), JobMove.RETRY)


def recover(tx: Tx, request: Recover) -> int:
    """At start: jobs found being sent become unknown. Returns how many.

    `Refused("printer-held")` while another process prints on it: they are that one's.
    """
    if request.holder:
        hold(tx, Hold(request.printer, request.holder))
    found = tx.rows(_SENDING, printer=request.printer)
    for row in found:
        step(tx, row, JobMove.LOSE, reason=Reason.INTERRUPTED)
    return len(found)


def answer_unknown(tx: Tx, request: Answer) -> Job:
    """The person looked: yes settles the job as printed, no replaces it by a copy."""
    row = job_row(tx, request.job)
    if request.came_out:
        return step(tx, row, JobMove.CAME_OUT)
    step(tx, row, JobMove.NOT_OUT)
    return enqueue(tx, _device_of(tx, row), row.ticket, copy=True, place=row.place)


def reprint(tx: Tx, request: Reprint) -> Job:
    """A copy with the same number and code. Refused while one is under way already."""
    found = ticket_row(tx, request.ticket)
    jobs = tx.rows(_OF_TICKET, ticket=request.ticket)
    under_way = [row for row in jobs if row.state in (JobState.QUEUED, JobState.SENDING)]
    if not all(_stuck(tx, row) for row in under_way):
        raise Refused("print-under-way")
    for row in jobs:
        if row.state in (JobState.FAILED, JobState.QUEUED):  # the copy takes their place
            step(tx, row, JobMove.CANCEL)
    printer = _printer_for(tx, request.printer, jobs, found.place)
    return enqueue(tx, printer, request.ticket, copy=True, place=request.place)


def print_test(tx: Tx, request: PrintTest) -> Job:
    """A test page, in turn with the tickets; it is one of nobody."""
    found = devices.by_key(tx, tx.site, "printer", request.printer)
    if found is None:
        raise Refused("no-printer")
    return enqueue(tx, found, f"{TEST}{request.language}", copy=True, place=None)


def cancel(tx: Tx, request: Cancel) -> Job:
    """Take a job out of the queue; refused once it may have left."""
    return step(tx, job_row(tx, request.job), JobMove.CANCEL)


def too_late(tx: Tx, row: Any) -> Job:
    """End a job whose paper nobody waits for any more."""
    return step(tx, row, JobMove.CANCEL, reason=Reason.TOO_LATE)


def job_row(tx: Tx, id_: int) -> Any:
    """A job of this site; `NotFound` for any other."""
    row = tx.row(_JOB, id=id_)
    if row is None or row.site != tx.site:
        raise NotFound("print-job-unknown")
    return row


def ticket_row(tx: Tx, id_: str) -> Any:
    """A ticket of this site; `NotFound` for any other."""
    found = tx.row(_TICKET, id=id_)
    if found is None or found.site != tx.site:
        raise NotFound("ticket-unknown")
    return found


def tell(tx: Tx, row: Any, state: JobState, reason: str | None, *, again: bool = False) -> None:
    """Append the fact that others read: how this job stands now."""
    tx.append(
        PrintChanged(
            row.ticket,
            row.id,
            row.printer_key or "",
            state.value,
            reason=reason,
            place=row.place,
            copy=bool(row.copy),
            again=again,
        )
    )


def _stuck(tx: Tx, row: Any) -> bool:
    return row.box is not None and tx.now_ms - row.updated_ms > STUCK_MS


def stale(tx: Tx, at_ms: int) -> bool:
    """Whether nobody waits any more for a paper that was asked for then."""
    return tx.now_ms - at_ms > STALE_MS


def enqueue(tx: Tx, printer: Device, id_: str, *, copy: bool, place: str | None) -> Job:
    """Put a paper into the printer's queue."""
    made: Any = tx.row(
        _NEW,
        site=tx.site,
        printer=printer.id,
        ticket=id_,
        copy=int(copy),
        place=place,
        state=JobState.QUEUED.value,
        attempts=0,
        due_ms=tx.now_ms,
        created_ms=tx.now_ms,
        updated_ms=tx.now_ms,
    )
    tx.append(
        PrintChanged(id_, made.id, printer.key, JobState.QUEUED.value, place=place, copy=copy)
    )
    return Job(made.id, JobState.QUEUED.value)


def step(
    tx: Tx,
    row: Any,
    move: JobMove,
    *,
    reason: Reason | None = None,
    attempts: int | None = None,
    process: str | None = None,
    tell_it: bool = True,
) -> Job:
    """Make one move of the table: the row, its timer, and the fact that others read."""
    state = after(move, row.state)
    attempts = row.attempts if attempts is None else attempts
    hope = attempts <= len(BACK_OFF_MS) and reason is not Reason.TOO_LONG
    again = move is JobMove.FAIL and hope
    said = reason.value if reason is not None else None
    tx.run(
        _SET,
        b_id=row.id,
        b_was=row.state,
        b_state=state.value,
        b_reason=said,
        b_attempts=attempts,
        b_process=process if process is not None else row.process,
        b_now=tx.now_ms,
    )
    if again:
        tx.timer(RETRY_TIMER, str(row.id), tx.now_ms + BACK_OFF_MS[attempts - 1])
    elif row.state == JobState.FAILED:
        tx.untimer(RETRY_TIMER, str(row.id))
    if tell_it:
        tell(tx, row, state, said, again=again)
    return Job(row.id, state.value)


def _printer_of_kiosk(tx: Tx, place: str) -> Device | None:
    kiosk = devices.by_key(tx, tx.site, "kiosk", place)
    key = kiosk.setting("printer") if kiosk is not None else None
    return devices.by_key(tx, tx.site, "printer", key) if key else None


def _printer_for(tx: Tx, key: str | None, jobs: list[Any], place: str | None) -> Device:
    """Where a copy comes out: as asked, else where it did before, else the site's only printer."""
    if key is None and jobs:
        return _device_of(tx, jobs[0])
    found = devices.by_key(tx, tx.site, "printer", key) if key is not None else None
    if key is None and place is not None:
        found = _printer_of_kiosk(tx, place)
    if key is None and found is None:
        printers = [one for one in devices.of_site(tx, tx.site) if one.kind == "printer"]
        found = printers[0] if len(printers) == 1 else None
    if found is None:
        raise Refused("no-printer")
    return found


def _device_of(tx: Tx, row: Any) -> Device:
    found = devices.by_key(tx, tx.site, "printer", row.printer_key) if row.printer_key else None
    if found is None:
        raise Refused("no-printer")
    return found
