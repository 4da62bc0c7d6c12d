"""Commands on the papers of a box: taken from the server, followed, reported.

The box's spool is the printer room's own. Beside each job stands what the room cannot make
here, the document, and how much of the job's life the server has acknowledged.
"""

import logging
from typing import Final

import msgspec
from sqlalchemy import Text, bindparam, cast, exists, insert, or_, select, update

from turnero.boxes.protocol import Copied, Handed, Report
from turnero.device.keeping import Note, kept, note
from turnero.device.offline.tables import AT_HAND, box_ticket
from turnero.device.tables import box_paper
from turnero.printer import spool
from turnero.printer.states import JobMove, JobState
from turnero.printer.tables import QUEUED, SENDING, print_job
from turnero.printer.test_page import TEST
from turnero.queue.facts import PrintChanged
from turnero.store import devices, journal
from turnero.store.errors import Refused
from turnero.store.sql import Query, Statement
from turnero.store.tables import device, timer
from turnero.store.tx import Tx

log = logging.getLogger("turnero.device")

#: what reports are of
KINDS: Final = frozenset({str(PrintChanged.__struct_config__.tag)})
#: facts seen, and reports sent, in one go
MOST: Final = 50

_KNOWN = Statement(
    select(box_paper.c.job, print_job.c.ticket, print_job.c.copy)
    .select_from(box_paper.join(print_job, print_job.c.id == box_paper.c.job))
    .where(box_paper.c.server_job == bindparam("server_job"))
)
_RELEASE = Statement(
    update(box_paper).where(box_paper.c.job == bindparam("b_job")).values(server_job=None)
)
_NEW = Statement(insert(box_paper))
_CREATED = Statement(
    update(print_job)
    .where(print_job.c.id == bindparam("b_id"))
    .values(created_ms=bindparam("b_created"))
)
_CHANGED = Statement(
    update(box_paper)
    .where(box_paper.c.job == bindparam("b_job"))
    .values(version=bindparam("b_version"))
)
_TOLD = Statement(
    update(box_paper)
    .where(box_paper.c.job == bindparam("b_job"), box_paper.c.told < bindparam("b_version"))
    .values(told=bindparam("b_version"))
)
_UNTOLD = Statement(
    select(
        box_paper.c.job,
        box_paper.c.server_job,
        box_paper.c.version,
        print_job.c.state,
        print_job.c.reason,
        timer.c.due_ms,
    )
    .select_from(
        box_paper.join(print_job, print_job.c.id == box_paper.c.job).outerjoin(
            timer,
            (timer.c.kind == spool.RETRY_TIMER)
            & (timer.c.site == print_job.c.site)
            & (timer.c.key == cast(print_job.c.id, Text)),
        )
    )
    .where(box_paper.c.told < box_paper.c.version, box_paper.c.server_job.is_not(None))
    .order_by(box_paper.c.version)
    .limit(MOST)
)
_PRINTER = Statement(
    select(device.c.key).where(device.c.id == bindparam("id"), device.c.kind == "printer")
)
_DOCUMENT = Statement(select(box_paper.c.document).where(box_paper.c.job == bindparam("job")))
_OF_TICKET = Statement(
    select(box_paper.c.document)
    .select_from(box_paper.join(print_job, print_job.c.id == box_paper.c.job))
    .where(print_job.c.ticket == bindparam("ticket"), box_paper.c.document != b"")
    .order_by(box_paper.c.job)
    .limit(1)
)
_COPIES = Statement(
    select(
        print_job.c.id,
        print_job.c.ticket,
        print_job.c.place,
        print_job.c.state,
        print_job.c.reason,
        print_job.c.created_ms,
        device.c.key.label("printer"),
    )
    .select_from(print_job.join(device, device.c.id == print_job.c.printer))
    .where(
        print_job.c.site == bindparam("site"),
        print_job.c.copy == 1,
        print_job.c.ticket.not_like(f"{TEST}%"),
        print_job.c.state != QUEUED,
        print_job.c.state != SENDING,
        ~exists().where(box_paper.c.job == print_job.c.id),
        ~exists().where(
            timer.c.kind == spool.RETRY_TIMER,
            timer.c.site == print_job.c.site,
            timer.c.key == cast(print_job.c.id, Text),
        ),
        # the server has to know the ticket first
        ~exists().where(box_ticket.c.id == print_job.c.ticket, AT_HAND),
    )
    .order_by(print_job.c.id)
    .limit(MOST)
)
_SERVER_JOB = Statement(select(box_paper.c.server_job).where(box_paper.c.job == bindparam("job")))
_OPEN = Statement(
    select(print_job.c.id).where(or_(print_job.c.state == QUEUED, print_job.c.state == SENDING))
)


_OLD = Statement(
    update(box_paper)
    .where(
        box_paper.c.told >= box_paper.c.version,
        box_paper.c.document != b"",
        box_paper.c.job.in_(
            select(print_job.c.id).where(
                print_job.c.updated_ms < bindparam("b_before"),
                print_job.c.state != QUEUED,
                print_job.c.state != SENDING,
                print_job.c.state != bindparam("b_failed"),
            )
        ),
    )
    .values(document=b"")
)
#: milliseconds after which nobody asks for a copy: a paper holds its ticket's code, and fills the disk
KEPT_MS: Final = 7 * 24 * 3600 * 1000


class Keep(msgspec.Struct, frozen=True):
    """A job of the server's, to be printed here."""

    handed: Handed
    #: when its ticket was issued, by this machine's clock
    created_ms: int


class MadeHere(msgspec.Struct, frozen=True):
    """A copy that was made at this box, and of which the server has not heard."""

    job: int
    #: the same for the same copy
    key: str
    copied: Copied


class Heard(msgspec.Struct, frozen=True):
    """The server knows of a copy that was made here, by that number; None: it does not want to."""

    job: int
    server_job: int | None
    version: int


class Settled(msgspec.Struct, frozen=True):
    """How a job of the server's ended was decided there: printed | cancelled."""

    server_job: int
    state: str


class Told(msgspec.Struct, frozen=True):
    """The server has acknowledged this much of a job's life."""

    job: int
    version: int


class Untold(msgspec.Struct, frozen=True):
    """A job whose state the server does not know."""

    job: int
    report: Report


def keep(tx: Tx, request: Keep) -> int:
    """Command: write the job down, before anything is done with it; the number that it has here.

    A job that was taken before is the same job: taking twice is harmless. A server that was brought
    back from a backup gives its numbers again: of another paper, it is another job.
    """
    handed = request.handed
    known = tx.row(_KNOWN, server_job=handed.job)
    if known is not None:
        if (known.ticket, bool(known.copy)) == (handed.ticket, handed.copy):
            return int(known.job)
        tx.run(_RELEASE, b_job=known.job)
    row = tx.row(_PRINTER, id=handed.printer)
    printer = None if row is None else devices.by_key(tx, tx.site, "printer", row.key)
    if printer is None:
        raise Refused("no-printer")
    made = spool.enqueue(tx, printer, handed.ticket, copy=handed.copy, place=handed.place)
    # Whoever waits for it has waited since then: a late paper is as late here as there.
    tx.run(_CREATED, b_id=made.job, b_created=min(request.created_ms, tx.now_ms))
    tx.run(
        _NEW,
        job=made.job,
        server_job=handed.job,
        document=bytes(handed.document),
        version=1,
        told=0,
    )
    return made.job


def copies(q: Query, site: int) -> list[MadeHere]:
    """The copies that ended here without the server, oldest first; as far as `follow` has seen."""
    version = max(1, kept(q, f"papers/{site}", int) or 0)
    return [
        MadeHere(
            row.id,
            f"copy-{row.id}-{row.created_ms}",
            Copied(row.printer, row.ticket, row.place, row.state, row.reason, version),
        )
        for row in q.rows(_COPIES, site=site)
    ]


def heard(tx: Tx, request: Heard) -> None:
    """Command: from now on such a copy is a job like those of the server."""
    found = document_of(tx, request.job, spool.job_row(tx, request.job).ticket)
    tx.run(
        _NEW,
        job=request.job,
        server_job=request.server_job,
        document=found[0] if found is not None else b"",
        version=request.version,
        told=request.version,
    )


def tidy(tx: Tx, _request: None) -> int:
    """Command: forget what stood on papers that ended a week ago, as the server knows; how many."""
    before_ms = tx.now_ms - KEPT_MS
    return tx.run(_OLD, b_before=before_ms, b_failed=JobState.FAILED.value)


def settle(tx: Tx, request: Settled) -> None:
    """Command: follow what was decided at the server. What left for the printer stays as it is."""
    known = tx.row(_KNOWN, server_job=request.server_job)
    if known is None:
        return
    row = spool.job_row(tx, known.job)
    state = JobState(row.state)
    if state is JobState.UNKNOWN:
        printed = request.state == JobState.PRINTED
        spool.step(tx, row, JobMove.CAME_OUT if printed else JobMove.NOT_OUT)
    elif state in (JobState.QUEUED, JobState.FAILED):
        spool.step(tx, row, JobMove.CANCEL)


def follow(tx: Tx, _request: None) -> bool:
    """Command: see which jobs have changed since it was asked last; whether there may be more.

    Not a consumer of the journal: whoever reports must know that what has happened is seen.
    """
    name = f"papers/{tx.site}"
    after = kept(tx, name, int) or 0
    entries = journal.read(tx, tx.site, after, MOST)
    for entry in entries:
        if entry.kind in KINDS and isinstance(fact := entry.fact, PrintChanged):
            tx.run(_CHANGED, b_job=fact.job, b_version=entry.seq)
    if entries:
        note(tx, Note(name, str(entries[-1].seq)))
    return len(entries) == MOST


def told(tx: Tx, request: Told) -> None:
    """Command: the server knows."""
    tx.run(_TOLD, b_job=request.job, b_version=request.version)


def untold(q: Query) -> list[Untold]:
    """What the server does not know yet, oldest first."""
    return [
        Untold(
            row.job,
            Report(
                job=row.server_job,
                state=row.state,
                reason=row.reason,
                again=row.state == JobState.FAILED and row.due_ms is not None,
                version=row.version,
            ),
        )
        for row in q.rows(_UNTOLD)
    ]


def document_of(q: Query, job: int, ticket: str) -> tuple[bytes, bool] | None:
    """What stands on a job's paper; True with it: it is that of the ticket's first paper, of which
    this job is a copy that was made here. None: this box has no paper of it.
    """
    row = q.row(_DOCUMENT, job=job)
    if row is not None:
        return bytes(row.document), False
    row = q.row(_OF_TICKET, ticket=ticket)
    return None if row is None else (bytes(row.document), True)


def server_job(q: Query, job: int) -> int | None:
    """The server's number of a job, None for one made here or unknown."""
    row = q.row(_SERVER_JOB, job=job)
    return None if row is None else row.server_job


def under_way(q: Query) -> int:
    """How many papers wait or are being printed."""
    return len(q.rows(_OPEN))
