"""The closed days' reports: a page for each, and the same as PDF. Only shows what was kept."""

import asyncio

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.desk import accuracy, papers
from turnero.desk.day_sheet import sheet
from turnero.desk.scope import chosen_site, reader_language
from turnero.desk.sheets import Sheet, Words
from turnero.queue import reads
from turnero.store.errors import NotFound
from turnero.web.formats import formats
from turnero.web.pages import page, see_other, web_of
from turnero.web.principal import PageRequest


def routes() -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/reports/{site:str}", opt={"permission": "supervisor.page"})
    async def latest(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """The newest report, or that there is none yet."""
        number = await _site(request, site)
        days = await web_of(request).ledger.read(reads.reported_days, number, 1)
        if days:
            return see_other(request, f"/reports/{site}/{days[0]}")
        return page(request, "desk/report.html", {"sheet": None, "days": ()}, site=number)

    @get("/reports/{site:str}/{day:str}", opt={"permission": "supervisor.page"})
    async def shown(request: PageRequest, site: FromPath[str], day: FromPath[str]) -> Response[str]:
        """The report of a day."""
        number = await _site(request, site)
        days = await web_of(request).ledger.read(reads.reported_days, number)
        context = {
            "sheet": await _sheet(request, number, day),
            "day": day,
            "days": days,
            "later": next((one for one in reversed(days) if one > day), None),
            "earlier": next((one for one in days if one < day), None),
        }
        return page(request, "desk/report.html", context, site=number)

    @get("/reports/{site:str}/{day:str}/pdf", opt={"permission": "supervisor.page"})
    async def as_pdf(
        request: PageRequest, site: FromPath[str], day: FromPath[str]
    ) -> Response[bytes]:
        """The same as PDF."""
        number = await _site(request, site)
        web = web_of(request)
        look = web.looks.look(number)
        made = await _sheet(request, number, day)
        say = web.translator(reader_language(request, number), look.profile)
        foot = say.gettext("From the site's journal alone, by Turnero")
        body = await asyncio.to_thread(papers.report_pdf, made, look.name, foot)
        return pdf_answer(body, f"{look.key}-{day}.pdf")

    return [latest, shown, as_pdf]


def pdf_answer(body: bytes, name: str) -> Response[bytes]:
    """A PDF that the browser shows, and saves under that name."""
    return Response(
        body,
        media_type="application/pdf",
        headers={"content-disposition": f'inline; filename="{name}"', "cache-control": "no-store"},
    )


async def _site(request: PageRequest, key: str) -> int:
    number = await chosen_site(request, key)
    if number is None:
        raise NotFound("site-unknown", site=key[:100])
    return number


async def _sheet(request: PageRequest, number: int, day: str) -> Sheet:
    web = web_of(request)
    kept = await web.ledger.read(reads.day_report, number, day)
    if kept is None:
        raise NotFound("report-unknown", day=day[:20])
    look = web.looks.look(number)
    say = web.translator(reader_language(request, number), look.profile)
    labels = await web.ledger.read(reads.labels, number)
    words = Words(say, formats(say.tag, kept.report.zone), labels)
    promises = await web.ledger.read(reads.promises_kept, number, day)
    return sheet(kept.report, words, accuracy.of_a_day(promises, words))
