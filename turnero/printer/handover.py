"""Jobs for a printer that a box hosts: the server gives them away and follows what the box says.

A job stays the server's, in its own row; the box keeps a copy of it, prints that, and reports. What
a box was given is its alone: no worker and no other box prints it. Reports are whole and numbered,
so that one said twice, or late, changes nothing. What people decide here (a ticket that ended, an
answer to "did it come out?") is told to the box until it says so itself.
"""

from typing import Final

import msgspec
from sqlalchemy import Text, and_, bindparam, literal_column, or_, select, update

from turnero.printer import spool
from turnero.printer.port import Reason
from turnero.printer.states import JobMove, JobState
from turnero.printer.tables import QUEUED, SENDING, print_job
from turnero.store import devices
from turnero.store.errors import Refused
from turnero.store.sql import Query, Statement
from turnero.store.tables import device
from turnero.store.tx import Tx

#: jobs given at once; the next ones at the next question
MOST: Final = 20
#: states that change nothing for a cancelled job: nothing has left, or nobody knows
_NO_NEWS: Final = frozenset({JobState.QUEUED, JobState.FAILED, JobState.UNKNOWN})

_PRINTED, _SENT, _CANCELLED = (
    literal_column(f"'{state.value}'", Text)
    for state in (JobState.PRINTED, JobState.SENT, JobState.CANCELLED)
)
_WAITING = Statement(
    select(
        print_job.c.id,
        print_job.c.printer,
        print_job.c.ticket,
        print_job.c.copy,
        print_job.c.place,
        print_job.c.created_ms,
        print_job.c.box,
        device.c.key.label("printer_key"),
    )
    .select_from(print_job.join(device, device.c.id == print_job.c.printer))
    .where(
        print_job.c.printer == bindparam("printer"),
        print_job.c.state == QUEUED,
        or_(print_job.c.box.is_(None), print_job.c.box == bindparam("box")),
    )
    .order_by(print_job.c.id)
    .limit(MOST)
)
_GIVE = Statement(
    update(print_job).where(print_job.c.id == bindparam("b_id")).values(box=bindparam("b_box"))
)
_UNDER_WAY = Statement(
    select(print_job.c.id)
    .where(
        print_job.c.box == bindparam("box"),
        or_(print_job.c.state == QUEUED, print_job.c.state == SENDING),
    )
    .order_by(print_job.c.id)
)
_SETTLED = Statement(
    select(print_job.c.id, print_job.c.state, print_job.c.box_state)
    .where(
        print_job.c.box == bindparam("box"),
        or_(print_job.c.state == _PRINTED, print_job.c.state == _CANCELLED),
        or_(
            print_job.c.box_state.is_(None),
            and_(*(print_job.c.box_state != end for end in (_PRINTED, _CANCELLED, _SENT))),
        ),
        print_job.c.updated_ms > bindparam("since"),
    )
    .order_by(print_job.c.id.desc())  # the oldest may be another machine's, never answered for
    .limit(MOST)
)
_STOOD = Statement(
    select(
        print_job.c.printer, print_job.c.box, print_job.c.box_state, print_job.c.box_version
    ).where(print_job.c.id == bindparam("id"))
)
_FOLLOW = Statement(
    update(print_job)
    .where(print_job.c.id == bindparam("b_id"))
    .values(
        state=bindparam("b_state"),
        reason=bindparam("b_reason"),
        box_state=bindparam("b_said"),
        box_version=bindparam("b_version"),
        updated_ms=bindparam("b_now"),
    )
)
#: how a job can have ended
ENDED: Final = frozenset(
    {
        *(JobState.PRINTED, JobState.SENT, JobState.UNKNOWN),
        *(JobState.FAILED, JobState.CANCELLED),
    }
)
#: what was settled longer ago is told no more: a box that was away for so long prints nothing of it
_TOLD_MS: Final = 24 * 3600 * 1000


class Take(msgspec.Struct, frozen=True):
    """The box (id of its device) asks what there is for these printers (ids)."""

    box: int
    printers: tuple[int, ...]


class Given(msgspec.Struct, frozen=True):
    """A job that is the box's from now on."""

    job: int
    printer: int
    ticket: str
    copy: bool
    place: str | None
    created_ms: int


class Taken(msgspec.Struct, frozen=True):
    """What the box gets."""

    jobs: tuple[Given, ...]
    #: job -> printed | cancelled: decided here, and not yet said by the box
    settled: dict[int, str]


class Report(msgspec.Struct, frozen=True):
    """How a job stands at the box (id of its device): all of it."""

    box: int
    job: int
    state: JobState
    #: counts the job's changes at the box, from 1
    version: int
    reason: str | None = None
    again: bool = False


class Copied(msgspec.Struct, frozen=True):
    """A copy that a box (id of its device) made while it had no server, and how that ended."""

    box: int
    #: key of the printer
    printer: str
    ticket: str
    place: str | None
    state: JobState
    version: int
    reason: str | None = None


def take(tx: Tx, request: Take) -> Taken:
    """Command: give the box what waits for its printers; a paper too late for anybody ends here."""
    given = []
    for printer in request.printers:
        for row in tx.rows(_WAITING, printer=printer, box=request.box):
            if row.box is None and spool.stale(tx, row.created_ms):
                spool.too_late(tx, spool.job_row(tx, row.id))
                continue
            if row.box is None:
                tx.run(_GIVE, b_id=row.id, b_box=request.box)
            given.append(
                Given(row.id, row.printer, row.ticket, bool(row.copy), row.place, row.created_ms)
            )
    return Taken(tuple(given), settled(tx, request.box, tx.now_ms))


def replaced(tx: Tx, box: int) -> int:
    """Command: another machine is this box (id of its device) from now on; how many jobs the one
    before had. Whether they came out there nobody knows: they are not given again.
    """
    found = tx.rows(_UNDER_WAY, box=box)
    for row in found:
        spool.step(tx, spool.job_row(tx, row.id), JobMove.FORGET, reason=Reason.INTERRUPTED)
    return len(found)


def settled(q: Query, box: int, now_ms: int) -> dict[int, str]:
    """What was decided here of the box's jobs, which it does not know of yet."""
    found = q.rows(_SETTLED, box=box, since=now_ms - _TOLD_MS)
    return {row.id: row.state for row in found}


def printer_of(q: Query, job: int) -> int | None:
    """The printer (id of the device) of a job that was given to a box."""
    row = q.row(_STOOD, id=job)
    return int(row.printer) if row is not None and row.box is not None else None


def report(tx: Tx, request: Report) -> str:
    """Command: the server's row follows the box's; how it stands then, "" for no job of this box."""
    stood = tx.row(_STOOD, id=request.job)
    if stood is None or stood.box != request.box:
        return ""
    row = spool.job_row(tx, request.job)
    if stood.box_version is not None and request.version <= stood.box_version:
        return str(row.state)
    before = JobState(stood.box_state) if stood.box_state is not None else None
    state = followed(JobState(row.state), before, request.state)
    own = state is request.state
    reason = _reason(request.reason) if own else row.reason
    tx.run(
        _FOLLOW,
        b_id=row.id,
        b_state=state.value,
        b_reason=reason,
        b_said=request.state.value,
        b_version=request.version,
        b_now=tx.now_ms,
    )
    tx.untimer(spool.RETRY_TIMER, str(row.id))  # it may have failed here, before a box had it
    heard_first = state == row.state == JobState.QUEUED
    if own and state is not JobState.SENDING and not heard_first:
        again = request.again and state is JobState.FAILED
        spool.tell(tx, row, state, reason, again=again)
    return state.value


def copied(tx: Tx, request: Copied) -> int:
    """Command: keep a copy that came out, or did not, without the server; its number from now on."""
    printer = devices.by_key(tx, tx.site, "printer", request.printer)
    if printer is None:
        raise Refused("no-printer")
    spool.ticket_row(tx, request.ticket)
    job = spool.enqueue(tx, printer, request.ticket, copy=True, place=request.place).job
    tx.run(_GIVE, b_id=job, b_box=request.box)
    report(tx, Report(request.box, job, request.state, request.version, request.reason))
    return job


def followed(here: JobState, before: JobState | None, says: JobState) -> JobState:
    """How the server's job stands once the box says how its own does.

    `before`: what the box said last. Of a person's two answers to "did it come out?" the first one
    counts. A cancelled job that had left for its printer before the box heard of it is as it is;
    whether it came out nobody is asked any more.
    """
    if here is JobState.PRINTED:
        return here
    closed = before is JobState.UNKNOWN or says in _NO_NEWS
    if here is JobState.CANCELLED and closed:
        return here
    return says


def _reason(said: str | None) -> str | None:
    """A reason as the spool knows it; a word of another version of the program is a fault."""
    return said if said is None or said in set(Reason) else Reason.FAULT.value
