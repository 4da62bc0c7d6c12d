"""Campaigns' pages: a list that is uploaded, its progress and answers; and the survey's keys at a desk."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from turnero.queue.numbers import minutes
from turnero.queue.reads import callbacks as calls
from turnero.queue.reads.patients_calls import number_policy
from turnero.queue.telephones import Telephones
from turnero.store.errors import Invalid, Refused
from turnero.telephony.calls_page import service_names, site_of
from turnero.telephony.campaigns import at_desk, commands, lists, reads
from turnero.telephony.campaigns.progress import CampaignPanel
from turnero.telephony.desk_calls import DeskCallPanel, desk_site
from turnero.web.forms import Form, read_form
from turnero.web.languages import Translator, mark
from turnero.web.pages import language_of, page, see_other, web_of
from turnero.web.principal import PageRequest
from turnero.web.problem_texts import Text
from turnero.web.problems import problem_of, text_of
from turnero.web.wiring import Web

#: lines that were not taken, on the page
_SHOWN: Final = 50
_MOST: Final = lists.MOST_BYTES + 100_000
PROBLEMS: Final = {
    "campaign-unknown": Text(
        mark("There is no such campaign"), mark("Look for it in the list of campaigns.")
    ),
    "campaign-day-over": Text(
        mark("The last day is over already"), mark("Please give one that is to come, or none.")
    ),
    "campaign-no-hours": Text(
        mark("Nobody may be called in these hours"),
        mark("The site's own hours for calls lie outside of them, on every day."),
    ),
    "list-columns": Text(
        mark("The list has no column of numbers"),
        mark("Its first line names the columns: numero, nombre, idioma, nota."),
    ),
    "list-large": Text(
        mark("The list is too long"), mark("At most %(most)s people; please split it.")
    ),
    "list-unreadable": Text(
        mark("The list cannot be read"),
        mark("Its line %(line)s has a quotation mark that is not closed, or is too long."),
    ),
    "list-empty": Text(
        mark("The list is empty"), mark("One person a line, below the names of the columns.")
    ),
    "list-twice": Text(mark("This number is in the list already"), mark("Its first line counts.")),
}


class MoveForm(Form, frozen=True, kw_only=True):
    """Stop it, or let it go on."""

    runs: Annotated[str, Meta(max_length=3)] = ""


class AnswerForm(Form, frozen=True, kw_only=True):
    """What somebody answered."""

    callback: Annotated[str, Meta(max_length=40)]
    question: Annotated[str, Meta(max_length=20)]
    answer: Annotated[str, Meta(max_length=20)]


class LeaveForm(Form, frozen=True, kw_only=True):
    """They want no surveys any more."""

    callback: Annotated[str, Meta(max_length=40)]


def _minute(text: str) -> int | None:
    if not text:
        return None
    try:
        return minutes(text)
    except ValueError:
        raise Invalid("callback-hours") from None


def _day(text: str) -> str | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise Invalid("day-unreadable", day=text[:20]) from None


async def _sent(request: PageRequest) -> tuple[dict[str, str], bytes]:
    """The form's fields, and the list."""
    given: dict[str, str] = {}
    raw = b""
    for name, value in (await request.form()).multi_items():
        if isinstance(value, UploadFile):
            raw = await value.read() if name == "list" else raw
        else:
            given[name] = str(value)[:8_000]
    return given, raw


def _say(request: PageRequest, site: int) -> tuple[Web, Translator, str]:
    web = web_of(request)
    look = web.looks.look(site)
    language = language_of(request, look, web.languages)
    return web, web.translator(language, look.profile), language


def routes(
    panel: DeskCallPanel, progress: CampaignPanel, telephones: Telephones
) -> list[HTTPRouteHandler]:
    """The routes of this module."""
    return [*_of_lists(progress, telephones), *_of_desk(panel)]


def _of_lists(progress: CampaignPanel, telephones: Telephones) -> list[HTTPRouteHandler]:
    async def one(
        request: PageRequest, site: int, campaign: int, refused: Sequence[tuple[int, str]] = ()
    ) -> Response[str]:
        web, _, language = _say(request, site)
        context = await progress.context(web, site, campaign, language)
        context |= {"refused": refused, "shown": _SHOWN}
        return page(request, "telephony/campaign.html", context, site=site)

    async def show(
        request: PageRequest, site: int, given: dict[str, str], wrong: str = ""
    ) -> Response[str]:
        web, _, language = _say(request, site)
        context = {
            "campaigns": await web.ledger.read(reads.all_of, site),
            "offering": await web.ledger.read(calls.offering, site),
            "names": await service_names(web, site, language),
            "given": given,
            "wrong": wrong,
        }
        status = 422 if wrong else 200
        return page(request, "telephony/campaigns.html", context, site=site, status=status)

    @get("/campaigns/{site:str}", opt={"permission": "campaigns.manage"})
    async def campaigns_page(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """The campaigns there are, and a new one."""
        return await show(request, await site_of(web_of(request), request.user, site), {})

    @post(
        "/campaigns/{site:str}",
        opt={"permission": "campaigns.manage"},
        status_code=200,
        request_max_body_size=_MOST,
    )
    async def make(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """A list, as it was uploaded."""
        number = await site_of(web_of(request), request.user, site)
        web, say, _ = _say(request, number)
        given, raw = await _sent(request)
        try:
            profile, regions = await web.ledger.read(number_policy, number)
            languages = web.looks.look(number).languages
            # Two thousand numbers take a second: nobody else's page waits for them.
            listed = await asyncio.to_thread(
                lists.read, raw, telephones, profile, regions, languages
            )
            if not listed.people:
                raise Invalid(listed.refused[0].code)
            made = await web.ledger.run(
                commands.make,
                commands.MakeCampaign(
                    name=given.get("name", ""),
                    service=given.get("service", ""),
                    script=given.get("script", ""),
                    people=tuple(commands.Listee(*one) for one in listed.people),
                    from_minute=_minute(given.get("from", "")),
                    to_minute=_minute(given.get("to", "")),
                    until_day=_day(given.get("until", "")),
                ),
                site=number,
                actor=request.user.actor,
                key=given.get("idempotency_key") or None,
            )
        except Refused as refused:
            title, detail = text_of(problem_of(refused), web.texts, say)
            return await show(request, number, given, f"{title}. {detail}")
        why = {
            one.code: text_of(problem_of(Invalid(one.code)), web.texts, say)[0]
            for one in listed.refused
        }
        refusals_ = [(one.line, why[one.code]) for one in listed.refused]
        return await one(request, number, made.campaign, refusals_)

    @get("/campaigns/{site:str}/{campaign:int}", opt={"permission": "campaigns.manage"})
    async def campaign_page(
        request: PageRequest, site: FromPath[str], campaign: FromPath[int]
    ) -> Response[str]:
        """How far it is, how calls ended and what was answered."""
        return await one(request, await site_of(web_of(request), request.user, site), campaign)

    @post(
        "/campaigns/{site:str}/{campaign:int}/move",
        opt={"permission": "campaigns.manage"},
        status_code=200,
    )
    async def move(
        request: PageRequest, site: FromPath[str], campaign: FromPath[int]
    ) -> Response[str]:
        """Stop it, or let it go on."""
        web = web_of(request)
        number = await site_of(web, request.user, site)
        form = await read_form(request, MoveForm)
        await web.ledger.run(
            commands.move,
            commands.OfCampaign(campaign, runs=form.runs == "yes"),
            site=number,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return see_other(request, f"/campaigns/{site}/{campaign}")

    return [campaigns_page, make, campaign_page, move]


def _of_desk(panel: DeskCallPanel) -> list[HTTPRouteHandler]:
    @post("/campaigns/at/{ref:str}/answer", opt={"permission": "desks.work"}, status_code=200)
    async def answer(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """What the person at this desk's telephone answered."""
        web = web_of(request)
        site = await desk_site(web, request.user, ref)
        form = await read_form(request, AnswerForm)
        await web.ledger.run(
            at_desk.answer,
            at_desk.Answer(form.callback, form.question, form.answer, ref),
            site=site,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await panel.answer(request, ref, site)

    @post("/campaigns/at/{ref:str}/leave-out", opt={"permission": "desks.work"}, status_code=200)
    async def leave_out(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """They want no surveys any more."""
        web = web_of(request)
        site = await desk_site(web, request.user, ref)
        form = await read_form(request, LeaveForm)
        await web.ledger.run(
            at_desk.leave_out,
            at_desk.LeaveOut(form.callback, ref),
            site=site,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return await panel.answer(request, ref, site)

    return [answer, leave_out]
