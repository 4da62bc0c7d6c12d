"""The test page of somebody who sets a printer up: the wizard's place for it, and the key there."""

import asyncio
from typing import Annotated, Final

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from turnero.printer import reads, spool
from turnero.printer.room import Printers
from turnero.printer.spool import PrintTest
from turnero.printer.states import JobState
from turnero.queue import reads as line
from turnero.store.errors import NotFound
from turnero.web.forms import Form, read_form
from turnero.web.pages import language_of, own_path, see_other, web_of
from turnero.web.principal import PageRequest
from turnero.web.slice import Filler
from turnero.web.wiring import Web

#: seconds for which the page waits for the paper
PATIENCE_S: Final = 3.0


class TestForm(Form, frozen=True):
    """Print it, then back to where the key was."""

    #: not a test of ours, whatever its name begins with
    __test__ = False

    next: Annotated[str, Meta(max_length=200)] = ""


@post("/printer/{site:str}/{printer:str}/test", opt={"permission": "sites.manage"}, status_code=200)
async def print_test(
    request: PageRequest, site: FromPath[str], printer: FromPath[str]
) -> Response[str]:
    """Print a test page."""
    form = await read_form(request, TestForm)
    web = web_of(request)
    number = await web.ledger.read(line.site_no, site)
    if number is None:
        raise NotFound("site-unknown", site=site[:100])
    request.user.within(number)
    made = await web.ledger.run(
        spool.print_test,
        PrintTest(printer, language_of(request, web.looks.look(number), web.languages)),
        site=number,
        actor=request.user.actor,
        key=form.idempotency_key,
    )
    await _printed(web, made.job)
    return see_other(request, own_path(form.next, "/admin"))


async def _printed(web: Web, job: int) -> None:
    """Wait a moment for the paper, so that the page that comes next can say how it went."""
    give_up = asyncio.get_running_loop().time() + PATIENCE_S
    while asyncio.get_running_loop().time() < give_up:
        state = await web.ledger.read(reads.job_state, job)
        if state not in (JobState.QUEUED, JobState.SENDING):
            return
        await asyncio.sleep(0.1)


def test_panel(printers: Printers) -> Filler:
    """Fills the slot "setup.printer": a key for a test page on each printer of that site."""

    async def fill(request: PageRequest, site: int) -> str:
        web = web_of(request)
        look = web.looks.look(site)
        found = [one for one in await web.ledger.read(reads.printers) if one.site == site]
        shown = [
            {
                "key": one.key,
                "name": one.name,
                "job": await web.ledger.read(reads.latest_test, one.id),
                "virtual": printers.virtual_of(one) is not None,
            }
            for one in found
        ]
        return web.render(
            "printer/test.html",
            {"principal": request.user, "site_key": look.key, "printers": shown},
            site=site,
            language=language_of(request, look, web.languages),
        )

    return fill


ROUTES: list[HTTPRouteHandler] = [print_test]
