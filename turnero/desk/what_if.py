"""What if a desk more had been open, or another rule kept? A closed day played again.

One day is played at a time in this installation, in a process of its own; who looks at the page
sees how far it is and then the answer, which stays until another is asked for or the server ends.
"""

import asyncio
import logging
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from turnero.desk import pictures
from turnero.desk.contingency import Clock, Day
from turnero.desk.panels import Panel
from turnero.desk.planner import Answer, Asked, CannotPlayError, Planner
from turnero.desk.scope import chosen_site, reader_language
from turnero.queue import reads
from turnero.queue.views import name_in
from turnero.store.errors import NotFound, Refused
from turnero.web.forms import BadForm, Form, Wrong, read_form
from turnero.web.languages import mark
from turnero.web.pages import page, see_other, web_of
from turnero.web.principal import PageRequest
from turnero.web.wiring import Web

log = logging.getLogger("turnero.desk")

FAILED = {
    "day-unknown": mark("This day has no report, so it cannot be played again."),
    "desk-unknown": mark("This desk does not exist any more. Choose another one."),
    "nobody-then": mark("Nobody worked at this desk in these hours, so it cannot be closed then."),
    "few-desks": mark("Fewer desks than that worked in these hours."),
    "rule-same": mark("This site calls by that rule already."),
    "failed": mark(
        "The day could not be played. Please try again; if it fails again, tell your technician."
    ),
}


#: who is next → how it is called
RULES = {
    "share": mark("Priorities first, with a share for the others"),
    "accumulating": mark("By waiting time and target"),
    "strict": mark("Priorities always first"),
}


class WhatIfForm(Form, frozen=True, kw_only=True):
    """Which day, when, and what."""

    day: Day
    start: Clock
    end: Clock
    desks: Literal["0", "1", "2", "3", "-1", "-2"]
    desk: Annotated[str, Meta(max_length=80)] = ""
    rule: Literal["", "share", "accumulating", "strict"] = ""


class Played(msgspec.Struct):
    """What was asked last at a site, and how far it is."""

    asked: Asked
    done: int = 0
    of: int = 0
    answer: Answer | None = None
    #: a key of `FAILED`
    failed: str | None = None

    @property
    def running(self) -> bool:
        """Whether there is no answer yet."""
        return self.answer is None and self.failed is None


class WhatIfs(Panel):
    """`data-live="what-if" data-live-arg="<site number>"`: how far it is, then the answer."""

    name = "what-if"
    template = "desk/what-if-answer.html"
    permission = "supervisor.page"
    kinds: frozenset[str] = frozenset()

    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._played: dict[int, Played] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        """Whether a day is being played."""
        return self._task is not None and not self._task.done()

    def last(self, site: int) -> Played | None:
        """What was asked last there."""
        return self._played.get(site)

    def start(self, web: Web, site: int, asked: Asked) -> None:
        """Begin to play. Raises `Refused` while another is being played."""
        if self.busy:
            raise Refused("what-if-busy", 409)
        played = self._played[site] = Played(asked)
        self._task = asyncio.create_task(self._play(web, site, played), name="what-if")

    async def until_the_end(self, _web: Web) -> None:
        """The slice's task: ends what is being played when the server does."""
        try:
            await asyncio.Event().wait()
        finally:
            if self._task is not None:
                self._task.cancel()
                await asyncio.gather(self._task, return_exceptions=True)

    async def _play(self, web: Web, site: int, played: Played) -> None:
        def advance(done: int, of: int) -> None:
            played.done, played.of = done, of
            web.hub.poke(self.name, site)

        advance(0, 0)
        try:
            played.answer = await self._planner.play(web.ledger, site, played.asked, advance)
        except CannotPlayError as error:
            played.failed = error.code if error.code in FAILED else "failed"
        except Exception:
            log.exception("a day could not be played again")
            played.failed = "failed"
        finally:
            if played.running:
                played.failed = "failed"
            web.hub.poke(self.name, site)

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        played = self._played.get(site)
        labels = await web.ledger.read(reads.labels, site)
        answer = played.answer if played is not None else None

        def service(key: str) -> str:
            return name_in(labels.services[key], language) if key in labels.services else key

        def attention(key: str) -> str:
            return name_in(labels.attentions[key], language) if key in labels.attentions else key

        return {
            "played": played,
            "answer": answer,
            "failures": FAILED,
            "rules": RULES,
            "services": ", ".join(map(service, answer.services)) if answer is not None else "",
            "service_name": service,
            "class_name": attention,
            "picture": None
            if answer is None
            else pictures.pairs(
                [(one.hour, one.median) for one in answer.hours_before],
                [(one.hour, one.median) for one in answer.hours_after],
            ),
        }


def routes(panel: WhatIfs) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/what-if/{site:str}", opt={"permission": "supervisor.page"})
    async def asked(
        request: PageRequest, site: FromPath[str], day: FromQuery[str] = ""
    ) -> Response[str]:
        """What to play, and what came of it."""
        web = web_of(request)
        number = await chosen_site(request, site)
        if number is None:
            raise NotFound("site-unknown", site=site[:100])
        last = panel.last(number)
        language = reader_language(request, number)
        days = await web.ledger.read(reads.reported_days, number)
        here = await web.ledger.read(reads.site, number, web.clock.line_ms())
        context = {
            "site_no": number,
            "days": days,
            "desks": here.desks if here is not None else (),
            "rules": RULES,
            "asked": last.asked if last is not None else Asked("", "09:00", "11:00", 1),
            "day": day if day in days else last.asked.day if last is not None else "",
            "answer": await panel.shown(request, number, str(number), language),
        }
        return page(request, "desk/what-if.html", context, site=number)

    @post("/what-if/{site:str}", opt={"permission": "supervisor.act"}, status_code=200)
    async def play(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """Play it."""
        number = await chosen_site(request, site)
        if number is None:
            raise NotFound("site-unknown", site=site[:100])
        form = await read_form(request, WhatIfForm)
        if form.start >= form.end:
            wrong = Wrong(mark("The hours must end after they begin."))
            raise BadForm({"end": wrong}, {"end": form.end})
        if form.desks == "0" and not form.rule:
            wrong = Wrong(mark("Choose what changes: desks, the rule or both."))
            raise BadForm({"desks": wrong}, {"desks": form.desks})
        asked = Asked(form.day, form.start, form.end, int(form.desks), form.desk, form.rule)
        panel.start(web_of(request), number, asked)
        return see_other(request, f"/what-if/{site}#answer")

    return [asked, play]
