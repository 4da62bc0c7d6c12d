"""What the supervisor's levers ask in a dialog before they are pulled. Only shows."""

from typing import Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from turnero.desk import reads
from turnero.desk.panels import common
from turnero.desk.people import People
from turnero.desk.scope import known_site, reader_language
from turnero.desk.supervisor_now import SiteRead, read_site
from turnero.queue import notices
from turnero.queue.commands import pauses
from turnero.store.errors import NotFound
from turnero.web.languages import NAMES, mark
from turnero.web.pages import page, web_of
from turnero.web.principal import PageRequest
from turnero.web.wiring import Web

#: what a dialog asks → its template
ASKS: Final = {
    "pause-service": "desk/ask-pause.html",
    "pause-kiosk": "desk/ask-pause.html",
    "move-line": "desk/ask-move-line.html",
    "move-desk": "desk/ask-move-desk.html",
    "broadcast": "desk/ask-message.html",
    "emergency": "desk/ask-message.html",
    "end-emergency": "desk/ask-end-emergency.html",
}
#: texts that are ready, for who has no time to write: what it is → what is said
READY_TEXTS: Final = (
    (
        mark("Leave the building"),
        mark("Please leave the building calmly by the nearest exit. Do not use the lifts."),
    ),
    (
        mark("Stay inside"),
        mark("Please stay where you are, away from windows, and wait for instructions."),
    ),
    (
        mark("Power cut"),
        mark("There is a power cut. Please wait calmly: your place in line is kept."),
    ),
)


def zones_of(read: SiteRead) -> list[str]:
    """The zones of the site's desks and boards."""
    boards = {one.zone for one in read.devices if one.kind == "board"}
    return sorted(({one.zone for one in read.view.desks} | boards) - {""})


def ready_texts(web: Web, languages: tuple[str, ...], profile: str) -> list[tuple[str, str]]:
    """Title (msgid) and JSON of language → text, in the languages that have the sentence."""
    found = []
    for title, words in READY_TEXTS:
        told = {name: web.translator(name, profile).gettext(words) for name in languages}
        there = {n: text for n, text in told.items() if text != words or n.startswith("en")}
        found.append((title, msgspec.json.encode(there).decode()))
    return found


def routes(people: People) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/supervisor/{site:int}/ask/{what:str}", opt={"permission": "supervisor.act"})
    async def ask(
        request: PageRequest,
        site: FromPath[int],
        what: FromPath[str],
        origin: FromQuery[str] = "",
        service: FromQuery[str] = "",
        desk: FromQuery[str] = "",
        message: FromQuery[int] = 0,
    ) -> Response[str]:
        """The inside of a dialog: what an act must know before it is done."""
        template = ASKS.get(what)
        if template is None:
            raise NotFound("address-unknown")
        web = web_of(request)
        known_site(web, people.met(request.user), str(site))
        look, clock = web.looks.look(site), web.clock
        read = await web.ledger.read(read_site, site, clock.line_ms(), clock.now_ms())
        services = {one.service: one for one in read.view.services}
        context = common(web, reader_language(request, site)) | {
            "site_no": site,
            "what": what,
            "site": read.view,
            "services": read.view.services,
            "pauses": read.pauses,
            "origin": services.get(origin),
            "target": services.get(service),
            "desk": next((one for one in read.view.desks if one.id == desk), None),
            "serves": await web.ledger.read(reads.serves, desk) if desk else {},
            "zones": zones_of(read),
            "message": next((one for one in read.messages if one.id == message), None),
            "languages": look.languages,
            "language_names": NAMES,
            "longest": notices.MAX_TEXT,
            "most": pauses.MOST,
            "ready_texts": ready_texts(web, look.languages, look.profile),
            "person": people.name,
        }
        return page(request, template, context, site=site)

    return [ask]
