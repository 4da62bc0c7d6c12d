"""`/api/v1/box/print`: what a box has to print for its printers, and what became of it."""

import logging
from typing import Any, Final

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler

from turnero.boxes import protocol
from turnero.boxes.protocol import CopyKept, Handed, Reported, Taking
from turnero.printer import handover, spool
from turnero.printer.papers import LedgerPapers, Papers
from turnero.printer.spool import Claimed
from turnero.printer.states import JobState
from turnero.server.api.acting import key_of
from turnero.server.boxes.hosting import actor_of, own
from turnero.server.boxes.messages import read_message
from turnero.store.devices import Device
from turnero.store.errors import Invalid, NotFound, Refused, Unavailable
from turnero.store.ledger import Ledger
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest

log = logging.getLogger("turnero.boxes")

_STATES: Final = frozenset(state.value for state in JobState)


def routes(public_address: str, work: dict[str, Any]) -> list[HTTPRouteHandler]:
    """The routes. `public_address`: where phones reach this server, "" when they do not."""
    papers = LedgerPapers(public_address)

    @post("/print/take", opt=work, status_code=200)
    async def take(request: PageRequest) -> Taking:
        wanted = await read_message(request, protocol.Take)
        ledger, principal = web_of(request).ledger, request.user
        box, printers = await own(ledger, principal)
        mine = {
            one.id: one for one in printers if not wanted.printers or one.key in wanted.printers
        }
        if len(mine) < len(set(wanted.printers)):
            strange = set(wanted.printers) - {one.key for one in mine.values()}
            raise Refused("not-hosted", 403, device=min(strange)[:100])
        taken = await ledger.run(
            handover.take,
            handover.Take(box.id, tuple(mine)),
            site=box.site,
            actor=actor_of(principal),
        )
        jobs = []
        for given in taken.jobs:
            made = await _made(ledger, papers, mine[given.printer], given)
            if made is not None:
                jobs.append(made)
            else:
                broken = handover.Report(box.id, given.job, JobState.FAILED, 1, "fault")
                await ledger.run(handover.report, broken, site=box.site, actor=actor_of(principal))
        return Taking(tuple(jobs), taken.settled)

    @post("/print/report", opt=work, status_code=200)
    async def report(request: PageRequest) -> Reported:
        said = await read_message(request, protocol.Report)
        if said.state not in _STATES:
            raise Invalid("message-wrong", why=f"state {said.state[:40]!r}")
        box, _ = await own(web_of(request).ledger, request.user)
        wanted = handover.Report(
            box.id, said.job, JobState(said.state), said.version, said.reason, said.again
        )
        state = await web_of(request).ledger.run(
            handover.report, wanted, site=box.site, actor=actor_of(request.user)
        )
        return Reported(state)

    @post("/print/answer", opt=work, status_code=200)
    async def answer(request: PageRequest) -> Reported:
        said = await read_message(request, protocol.Answer)
        ledger, principal = web_of(request).ledger, request.user
        box, printers = await own(ledger, principal)
        if await ledger.read(handover.printer_of, said.job) not in {one.id for one in printers}:
            raise NotFound("print-job-unknown")
        await ledger.run(
            spool.answer_unknown,
            spool.Answer(said.job, said.came_out),
            site=box.site,
            actor=actor_of(principal),
            key=key_of(request),
        )
        state = JobState.PRINTED if said.came_out else JobState.CANCELLED
        return Reported(state.value)

    return [take, report, answer, _copies(work)]


def _copies(work: dict[str, Any]) -> HTTPRouteHandler:
    @post("/print/copied", opt=work, status_code=200)
    async def copied(request: PageRequest) -> CopyKept:
        said = await read_message(request, protocol.Copied)
        if said.state not in handover.ENDED:
            raise Invalid("message-wrong", why=f"state {said.state[:40]!r}")
        box, printers = await own(web_of(request).ledger, request.user)
        if said.printer not in {one.key for one in printers}:
            raise Refused("not-hosted", 403, device=said.printer[:100])
        job = await web_of(request).ledger.run(
            handover.copied,
            handover.Copied(
                box.id,
                said.printer,
                said.ticket,
                said.place,
                JobState(said.state),
                said.version,
                said.reason,
            ),
            site=box.site,
            actor=actor_of(request.user),
            key=key_of(request),
        )
        return CopyKept(job)

    return copied


async def _made(
    ledger: Ledger, papers: Papers, printer: Device, given: handover.Given
) -> Handed | None:
    """The job with its document; None where it cannot be made, whatever is wrong with it."""
    try:
        document = await papers.make(ledger, printer, Claimed(given.job, given.ticket, given.copy))
    except Unavailable:
        raise
    except Exception:
        # One that cannot be made must not keep the others from the box.
        log.exception("print job %s could not be made", given.job)
        return None
    return Handed(
        job=given.job,
        printer=given.printer,
        ticket=given.ticket,
        copy=given.copy,
        place=given.place,
        created_ms=given.created_ms,
        document=msgspec.Raw(msgspec.json.encode(document)),
    )
