"""How an act at a desk is run and answered: one command, then the person's panel anew."""

from collections.abc import Callable
from typing import Any

from litestar import Response

from turnero.desk.pages import DeskPanels
from turnero.desk.people import People
from turnero.desk.scope import desk_site, reader_language
from turnero.web.pages import by_htmx, page, see_other, wants_part, web_of
from turnero.web.principal import PageRequest


class Answering:
    """Runs commands at a desk for whoever asks, and answers with what became of it."""

    def __init__(self, panels: DeskPanels, people: People) -> None:
        self._seat = panels.seat
        self._people = people

    async def run(
        self, request: PageRequest, ref: str, command: Callable[..., Any], act: Any, key: str
    ) -> tuple[int, Any]:
        """Run the command at the desk's site; the site and what it answered."""
        web = web_of(request)
        site = await desk_site(web, self._people.met(request.user), ref)
        result = await web.ledger.run(command, act, site=site, actor=request.user.actor, key=key)
        return site, result

    async def answer(
        self, request: PageRequest, ref: str, site: int, note: str = ""
    ) -> Response[str]:
        """The person's panel, to a page that asked for it; else to the whole page."""
        if not (by_htmx(request) and wants_part(request)):
            return see_other(request, f"/desk/{ref}")
        web = web_of(request)
        language = reader_language(request, site)
        arg = f"{ref}/{request.user.actor}"
        context = await self._seat.context(web, site, arg, language)
        return page(
            request, self._seat.template, context | {"note": note}, site=site, language=language
        )
