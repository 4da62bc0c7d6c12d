"""`POST /api/v1/desks/{id}/…`: open, break, resume, close, and call next.

A desk is called "site.desk". A bare `next` opens a session that belongs to the desk.
"""

from collections.abc import Callable
from typing import Any, cast

import msgspec
from litestar import post
from sqlalchemy import bindparam, select

from turnero.queue import reads
from turnero.queue.commands import calls
from turnero.queue.commands import desks as sessions
from turnero.queue.facts import Why
from turnero.queue.requests import AtDesk, Called, CloseDesk, DeskMove, Next, OpenDesk, PauseDesk
from turnero.queue.routing import SENTENCES
from turnero.queue.tables import attention, ticket
from turnero.server.api.acting import key_of, language, site_of_desk, translator
from turnero.server.api.answers import DeskAnswer, NextAnswer, ticket_of, why_of
from turnero.server.api.bodies import BreakBody, CloseBody, NextBody, NoBody, OpenBody, read_body
from turnero.server.api.describing import DeskInPath, described
from turnero.store.sql import Statement
from turnero.store.tx import Tx
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest

_TAG = "Desks"
_WORK = "desks.work"

_WHY = Statement(select(ticket.c.why).where(ticket.c.id == bindparam("id")))
_CLASSES = Statement(
    select(attention.c.key, attention.c.names).where(attention.c.site == bindparam("site"))
)


async def _session(
    request: PageRequest, desk: str, command: Callable[[Tx, Any], AtDesk], asked: Any
) -> DeskAnswer:
    at = await web_of(request).ledger.run(
        command,
        asked,
        site=site_of_desk(request, desk),
        actor=request.user.actor,
        key=key_of(request),
    )
    return DeskAnswer(at.desk, cast("Any", at.state))


@post(
    "/desks/{desk:str}/open",
    status_code=200,
    **described(
        "Begin to work at a desk",
        permission=_WORK,
        tag=_TAG,
        takes=OpenBody,
        example={},
        refuses=(404,),
    ),
)
async def open_(request: PageRequest, desk: DeskInPath) -> DeskAnswer:
    """Begin to work at a desk."""
    body = await read_body(request, OpenBody)
    return await _session(request, desk, sessions.open_desk, OpenDesk(desk, body.take_over))


@post(
    "/desks/{desk:str}/break",
    status_code=200,
    **described(
        "Take a break",
        "Refused while somebody is being served.",
        permission=_WORK,
        tag=_TAG,
        takes=BreakBody,
        example={"reason": "Almuerzo"},
        refuses=(404,),
    ),
)
async def break_(request: PageRequest, desk: DeskInPath) -> DeskAnswer:
    """Take a break."""
    body = await read_body(request, BreakBody)
    return await _session(request, desk, sessions.pause_desk, PauseDesk(desk, body.reason))


@post(
    "/desks/{desk:str}/resume",
    status_code=200,
    **described(
        "End the break", permission=_WORK, tag=_TAG, takes=NoBody, example={}, refuses=(404,)
    ),
)
async def resume(request: PageRequest, desk: DeskInPath) -> DeskAnswer:
    """End the break."""
    await read_body(request, NoBody)
    return await _session(request, desk, sessions.resume_desk, DeskMove(desk))


@post(
    "/desks/{desk:str}/close",
    status_code=200,
    **described(
        "Stop working at a desk",
        "Refused while somebody is being served or waits for this desk only, and until it is said "
        "what becomes of those set aside here and of lines that nobody else calls.",
        permission=_WORK,
        tag=_TAG,
        takes=CloseBody,
        example={},
        refuses=(404,),
    ),
)
async def close(request: PageRequest, desk: DeskInPath) -> DeskAnswer:
    """Stop working at a desk."""
    body = await read_body(request, CloseBody)
    asked = CloseDesk(desk, parked=body.parked, line=body.line)
    return await _session(request, desk, sessions.close_desk, asked)


@post(
    "/desks/{desk:str}/next",
    status_code=200,
    **described(
        "Call next",
        "Finishes the one in service, if any, and calls whoever is most due; says why. "
        "`ticket` is null when nobody waits.",
        permission=_WORK,
        tag=_TAG,
        takes=NextBody,
        example={},
        refuses=(404,),
    ),
)
async def next_(request: PageRequest, desk: DeskInPath) -> NextAnswer:
    """Call next."""
    body = await read_body(request, NextBody)
    site = site_of_desk(request, desk)
    say, spoken = translator(request, site), language(request, site)

    def view(tx: Tx, called: Called) -> NextAnswer:
        found = None if called.ticket is None else reads.ticket(tx, called.ticket, tx.line_ms)
        row = None if called.ticket is None else tx.row(_WHY, id=called.ticket)
        why = Why("nobody")
        if row is not None and row.why is not None:
            why = msgspec.json.decode(row.why, type=Why)
        return NextAnswer(
            ticket=None if found is None else ticket_of(found, spoken),
            why=why_of(why, say, _class_names(tx, why)),
            finished=called.finished,
        )

    return await web_of(request).ledger.run(
        calls.call_next,
        Next(desk, body.outcome, body.onward),
        site=site,
        actor=request.user.actor,
        key=key_of(request),
        view=view,
    )


def _class_names(tx: Tx, why: Why) -> dict[str, dict[str, str]]:
    """Names of attention classes, where the sentence has one."""
    if "%(attention)s" not in SENTENCES.get(why.rule, ""):
        return {}
    rows = tx.rows(_CLASSES, site=tx.site)
    return {row.key: msgspec.json.decode(row.names, type=dict[str, str]) for row in rows}
