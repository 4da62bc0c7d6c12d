"""What the printer's room reads: the next job, a ticket's jobs, and all that a slip says."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, func, or_, select

from turnero.printer.states import JobState
from turnero.printer.tables import QUEUED, print_job
from turnero.printer.test_page import TEST
from turnero.printer.ticket import Slip
from turnero.queue import reads as line
from turnero.queue.tables import attention, site, ticket
from turnero.queue.views import StepView, name_in
from turnero.store import devices
from turnero.store.errors import NotFound
from turnero.store.sql import Query, Statement
from turnero.store.tables import device
from turnero.web.languages import LANGUAGES

_DUE = Statement(
    select(print_job.c.id)
    .where(
        print_job.c.printer == bindparam("printer"),
        print_job.c.state == QUEUED,
        print_job.c.box.is_(None),
    )
    .limit(1)
)
_WAITING = Statement(
    select(func.count().label("n")).where(
        print_job.c.printer == bindparam("printer"), print_job.c.state == QUEUED
    )
)
_PRINTERS = Statement(
    select(device.c.site, device.c.key).where(device.c.kind == "printer").order_by(device.c.id)
)
_LATEST = Statement(
    select(
        print_job.c.id, print_job.c.state, print_job.c.reason, print_job.c.copy, print_job.c.site
    )
    .where(print_job.c.ticket == bindparam("ticket"))
    .order_by(print_job.c.id.desc())
    .limit(1)
)
_LATEST_TEST = Statement(
    select(
        print_job.c.id, print_job.c.state, print_job.c.reason, print_job.c.copy, print_job.c.site
    )
    .where(
        # Not `like`, for which SQLite would read the whole spool.
        or_(*(print_job.c.ticket == f"{TEST}{language}" for language in LANGUAGES)),
        print_job.c.printer == bindparam("printer"),
    )
    .order_by(print_job.c.id.desc())
    .limit(1)
)
_JOB = Statement(
    select(print_job.c.site, print_job.c.place).where(print_job.c.id == bindparam("id"))
)
_STATE = Statement(select(print_job.c.state).where(print_job.c.id == bindparam("id")))
_USUAL = Statement(
    select(attention.c.usual, ticket.c.site)
    .select_from(ticket.join(attention, attention.c.id == ticket.c.attention))
    .where(ticket.c.id == bindparam("id"))
)
_SITES = Statement(select(site.c.no, site.c.key))


class JobNow(msgspec.Struct, frozen=True):
    """How a ticket's paper stands."""

    job: int
    site: int
    state: JobState
    reason: str | None
    copy: bool


def due(q: Query, printer: int) -> bool:
    """Whether a job waits for the worker of this printer (id of the device)."""
    return q.row(_DUE, printer=printer) is not None


def waiting(q: Query, printer: int) -> int:
    """How many jobs wait for this printer."""
    found = q.row(_WAITING, printer=printer)
    return found.n if found is not None else 0


def latest(q: Query, ticket_id: str) -> JobNow | None:
    """The newest print job of a ticket, or None when it never had one."""
    row = q.row(_LATEST, ticket=ticket_id)
    if row is None:
        return None
    return JobNow(row.id, row.site, JobState(row.state), row.reason, bool(row.copy))


def latest_test(q: Query, printer: int) -> JobNow | None:
    """The newest test page of a printer (id of the device), or None when it never had one."""
    row = q.row(_LATEST_TEST, printer=printer)
    if row is None:
        return None
    return JobNow(row.id, row.site, JobState(row.state), row.reason, bool(row.copy))


def job_state(q: Query, job: int) -> JobState | None:
    """How a print job stands, or None."""
    row = q.row(_STATE, id=job)
    return JobState(row.state) if row is not None else None


def job_place(q: Query, job: int) -> tuple[int, str | None] | None:
    """The site of a job and the kiosk that shows it, or None."""
    row = q.row(_JOB, id=job)
    return (row.site, row.place) if row is not None else None


def printers(q: Query) -> list[devices.Device]:
    """Every printer of every site."""
    found = [devices.by_key(q, row.site, "printer", row.key) for row in q.rows(_PRINTERS)]
    return [one for one in found if one is not None]


def printers_named(q: Query, ref: str) -> list[devices.Device]:
    """The printers that "site.printer" or a printer's key alone can mean."""
    named = {row.no: row.key for row in q.rows(_SITES)}
    return [one for one in printers(q) if ref in (one.key, f"{named.get(one.site, '')}.{one.key}")]


class ToPrint(msgspec.Struct, frozen=True):
    """A slip with what decides its words and its hours."""

    slip: Slip
    language: str
    profile: str
    zone: str


def to_print(
    q: Query, ticket_id: str, now_ms: int, public_address: str, copied_ms: int | None
) -> ToPrint:
    """All that the paper of a ticket says. `NotFound` when there is no such ticket."""
    paper = line.paper(q, ticket_id, now_ms)
    if paper is None:
        raise NotFound("ticket-unknown")
    usual = q.row(_USUAL, id=ticket_id)
    seen, language = paper.ticket, paper.ticket.language
    notes: dict[str, Any] = {}
    if usual is not None and paper.place is not None:
        kiosk = devices.by_key(q, usual.site, "kiosk", paper.place)
        notes = msgspec.json.decode(kiosk.settings) if kiosk is not None else {}
    ordinary = usual is None or bool(usual.usual)
    slip = Slip(
        site=paper.site_name,
        number=seen.number,
        service=name_in(seen.names, language),
        issued_ms=seen.issued_ms,
        code=paper.code,
        url=f"{public_address}/t/{paper.code}" if public_address else None,
        attention=None if ordinary else name_in(paper.attention_names, language),
        ahead=seen.ahead,
        wait=seen.wait,
        no_desk=seen.no_desk,
        people=seen.people,
        steps=_steps(seen.path, language),
        where=note(notes.get("where"), language),
        footer=note(notes.get("footer"), language),
        large="large-type" in seen.aids,
        copied_ms=copied_ms,
    )
    return ToPrint(slip, language, paper.profile, paper.zone)


def _steps(path: tuple[StepView, ...], language: str) -> tuple[str, ...]:
    """What is still to do, this step first."""
    left = [one for one in path if one.state in ("now", "next")]
    return tuple(
        ", ".join(filter(None, (name_in(one.names, language), name_in(one.where, language))))
        for one in left
    )


def note(setting: Any, language: str) -> str | None:
    """A text of the kiosk's settings: one for all, or one for each language."""
    if isinstance(setting, dict):
        setting = name_in({str(k): str(v) for k, v in setting.items()}, language)
    return str(setting) if setting else None
