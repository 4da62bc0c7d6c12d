"""How a lever of the supervisor is pulled and answered: one command, then the page as it is.

Every answer is the page's present state with one sentence on what is so now, read after the act:
where two supervisors pull opposite levers at once, each is told how it stands.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from turnero.desk.people import People
from turnero.desk.scope import known_site, reader_language
from turnero.desk.supervisor_now import SiteRead, SupervisorPanel, read_site
from turnero.queue.commands import alarms
from turnero.queue.numbers import next_at
from turnero.queue.requests import AlarmNamed
from turnero.queue.views import Names, PauseView
from turnero.web.forms import Form, read_form
from turnero.web.pages import by_htmx, page, see_other, wants_part, web_of
from turnero.web.principal import PageRequest
from turnero.web.wiring import Web

Key = Annotated[str, Meta(max_length=80)]
Clock = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9])?$")]


class TextsForm(Form, frozen=True, kw_only=True):
    """Words in several languages: two lists side by side."""

    language: list[Annotated[str, Meta(max_length=20)]] = msgspec.field(default_factory=list)
    text: list[str] = msgspec.field(default_factory=list)

    def texts(self) -> dict[str, str]:
        """Language → words, of those that were written."""
        return {name: words for name, words in zip(self.language, self.text, strict=False) if words}


class Done(msgspec.Struct, frozen=True):
    """What is so after an act; lever_words.html says it."""

    what: Literal["service", "kiosk", "line", "desk", "shown", "ended", "seen"]
    name: str = ""
    names: Names = {}
    to_names: Names = {}
    pause: PauseView | None = None
    n: int = 0
    left: bool = False
    here: int = 0
    there: int = 0
    services: str = ""


class Levers:
    """Runs the acts and answers with the page's present state."""

    def __init__(self, now: SupervisorPanel, people: People) -> None:
        self._now = now
        self._people = people

    def known(self, request: PageRequest, site: int) -> Web:
        """Everything, once it is known that the reader may be at this site."""
        web = web_of(request)
        known_site(web, self._people.met(request.user), str(site))
        return web

    async def read(self, web: Web, site: int) -> SiteRead:
        """The site now."""
        clock = web.clock
        return await web.ledger.read(read_site, site, clock.line_ms(), clock.now_ms())

    async def run(
        self, request: PageRequest, site: int, command: Callable[..., Any], act: Any, form: Form
    ) -> Any:
        """One command of this person at this site."""
        return await web_of(request).ledger.run(
            command, act, site=site, actor=request.user.actor, key=form.idempotency_key
        )

    async def answer(
        self, request: PageRequest, site: int, say: Callable[[SiteRead], Done]
    ) -> Response[str]:
        """The site as it is after the act, and `say`'s sentence on it."""
        web = web_of(request)
        if not (by_htmx(request) and wants_part(request)):
            return see_other(request, f"/supervisor?site={web.looks.look(site).key}")
        language = reader_language(request, site)
        read = await self.read(web, site)
        context = self._now.drawn(web, read, site, language) | {"done": say(read)}
        return page(request, self._now.template, context, site=site, language=language)


def wall_clock(web: Web, site: int, clock: str, after_ms: int | None = None) -> int | None:
    """The next moment at which the site's clock says so, UTC; None for ""."""
    if not clock:
        return None
    return next_at(after_ms or web.clock.now_ms(), web.looks.look(site).zone, clock)


def routes(levers: Levers) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @post(
        "/supervisor/{site:int}/alarms/{number:int}/seen",
        opt={"permission": "supervisor.act"},
        status_code=200,
    )
    async def see_alarm(
        request: PageRequest, site: FromPath[int], number: FromPath[int]
    ) -> Response[str]:
        """I see to it."""
        form = await read_form(request, Form)
        levers.known(request, site)
        await levers.run(request, site, alarms.see, AlarmNamed(number), form)
        return await levers.answer(request, site, lambda _: Done("seen"))

    return [see_alarm]
