"""The first-run wizard: nine steps from nothing to a site that is ready to open.

Each step stores what was typed in a draft, so that it can be left and resumed, on another device
too; when the desks are stored the site is made, and the steps after that equip it.
"""

from typing import Any, Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.admin import setting_up
from turnero.admin.fields import one
from turnero.admin.frame import Here, Ports, here, inputs, names_of, say_of, typed
from turnero.admin.lacks import WHY, lacking
from turnero.admin.pages import own
from turnero.admin.parts import SECTIONS
from turnero.admin.plan import (
    BEFORE,
    MOST_DESKS,
    ORDER,
    STEPS,
    Plan,
    PlannedDesk,
    chosen_services,
    file_of,
)
from turnero.admin.plan import told as told_plan
from turnero.admin.setting_up import LATER, Step, body_of, plan_of
from turnero.admin.starters import COUNTRIES, STARTERS
from turnero.admin.wrongs import said
from turnero.queue import reads
from turnero.queue.commands import drafts
from turnero.queue.site_shape import SiteFile, SitePart
from turnero.store.errors import NotFound, Refused
from turnero.store.sql import Query
from turnero.web.pages import language_of, page, see_other, web_of
from turnero.web.principal import PageRequest

_DIGITS: Final = 12


def routes(ports: Ports) -> list[HTTPRouteHandler]:
    """The routes of this module."""
    return [*_of_steps(ports), *_of_ends()]


def _of_steps(ports: Ports) -> list[HTTPRouteHandler]:
    @get("/setup/{step:str}", opt={"permission": "sites.manage"})
    async def step_page(request: PageRequest, step: FromPath[str]) -> Response[str]:
        """A step as it stands; "on" is where somebody left off."""
        if step == "on" and not await _unfinished(request):
            return see_other(request, "/admin")
        draft = await _draft(request)
        plan = plan_of(draft)
        if step != "on" and step not in STEPS:
            raise NotFound("part-unknown")
        if step == "on" or ORDER.index(step) > ORDER.index(draft.step):
            return see_other(request, f"/setup/{draft.step}")
        if plan.site and step in BEFORE:
            return see_other(
                request, f"/setup/{draft.step if draft.step not in BEFORE else 'kiosk'}"
            )
        return await _show(request, ports, draft, step)

    @post("/setup/{step:str}", opt={"permission": "sites.manage"}, status_code=200)
    async def step_stored(request: PageRequest, step: FromPath[str]) -> Response[str]:
        """Store a step and go on to the next."""
        given = await typed(request)
        draft = await _draft(request)
        if step not in STEPS:
            raise NotFound("part-unknown")
        try:
            await _store(request, ports, draft, step, given)
        except Refused as refused:
            return await _refused(request, ports, step, given, refused)
        after = await _draft(request)
        return see_other(request, f"/setup/{after.step}")

    return [step_page, step_stored]


def _of_ends() -> list[HTTPRouteHandler]:
    @post("/setup/ready/done", opt={"permission": "sites.manage"}, status_code=200)
    async def done(request: PageRequest) -> Response[str]:
        """The wizard is done with."""
        given = await typed(request)
        draft = await _draft(request)
        wanted = drafts.End(draft.id, _number(given, "version"))
        await web_of(request).ledger.run(
            drafts.end,
            wanted,
            site=0,
            actor=request.user.actor,
            key=one(given, "idempotency_key") or None,
        )
        return see_other(request, "/admin")

    @get("/setup/voice/{name:str}", opt={"permission": "sites.manage"})
    async def voice(request: PageRequest, name: FromPath[str]) -> Response[bytes]:
        """The sound of the voice test."""
        speech = web_of(request).speech
        sound = await speech.sound(name.removesuffix(".wav")) if speech is not None else None
        if sound is None:
            raise NotFound("part-unknown")
        return Response(sound, media_type="audio/wav")

    return [done, voice]


async def _unfinished(request: PageRequest) -> bool:
    """Whether there is something to go on with: a draft, or no site at all yet."""

    def read(q: Query) -> bool:
        return drafts.newest(q) is not None or reads.site_no_for(q, "") == 1

    return await web_of(request).ledger.read(read)


async def _draft(request: PageRequest) -> drafts.Draft:
    """The draft there is; begun when there is none. Who has one site makes no other."""
    if request.user.site is not None:
        raise Refused("other-site", 403)
    ledger = web_of(request).ledger
    found = await ledger.read(drafts.newest)
    if found is None:
        begin = drafts.Begin("start", body_of(Plan()))
        await ledger.run(drafts.begin, begin, site=0, actor=request.user.actor)
        found = await ledger.read(drafts.newest)
    if found is None:
        raise NotFound("part-unknown")
    return found


def _number(given: dict[str, tuple[str, ...]], name: str) -> int:
    text = one(given, name)
    return int(text) if text.isdecimal() and len(text) <= _DIGITS else 0


async def _store(
    request: PageRequest,
    ports: Ports,
    draft: drafts.Draft,
    step: str,
    given: dict[str, tuple[str, ...]],
) -> None:
    web = web_of(request)
    plan = plan_of(draft)
    ours = ("version", "draft")
    fields = {name: values for name, values in own(given).items() if name not in ours}
    wanted = Step(_number(given, "draft"), _number(given, "version"), step, fields)
    command, site = setting_up.pass_over, 0
    if step in BEFORE:
        command = setting_up.keep
        if step == "desks" and "add" not in fields:
            command = setting_up.make
            # The site's number decides whose transaction it is; a new one gets the next.
            key = file_of(told_plan(plan, step, fields)).site.key
            site = await web.ledger.read(reads.site_no_for, key)
    elif step in LATER and "skip" not in fields:
        command = setting_up.equip
        found = await web.ledger.read(here, plan.site)
        site = request.user.within(found.no)
        if step == "printer":
            ports.check_devices(setting_up.equipped(found.file, wanted))
    await web.ledger.run(
        command,
        wanted,
        site=site,
        actor=request.user.actor,
        key=one(given, "idempotency_key") or None,
    )


async def _refused(
    request: PageRequest,
    ports: Ports,
    step: str,
    given: dict[str, tuple[str, ...]],
    refused: Refused,
) -> Response[str]:
    """The step again: what was typed with what is wrong, or the present state where somebody went on."""
    draft = await _draft(request)
    if refused.code == "draft-changed":
        more: dict[str, Any] = {"moved": draft, "status": refused.status}
        return await _show(request, ports, draft, draft.step, **more)
    section = SECTIONS[LATER[step]] if step in LATER else None
    site = plan_of(draft).site
    place = 0
    found = await web_of(request).ledger.read(here, site) if site else None
    if section is not None and found is not None:
        place = 0 if section.parts(found.file) else len(section.parts(found.file))
    say = say_of(request, found.no if found is not None else None)
    errors = said(refused, section, place, web_of(request), say)
    return await _show(
        request, ports, draft, step, errors=errors, given=own(given), status=refused.status
    )


async def _show(
    request: PageRequest, ports: Ports, draft: drafts.Draft, step: str, **more: Any
) -> Response[str]:
    web = web_of(request)
    plan = plan_of(draft)
    found: Here | None = await web.ledger.read(here, plan.site) if plan.site else None
    number = found.no if found is not None else None
    language = language_of(request, web.looks.look(number), web.languages)
    people = await web.ledger.read(ports.people)
    status = more.pop("status", 200)
    moved = more.get("moved")
    context: dict[str, Any] = {
        "draft": draft,
        "plan": plan,
        "step": step,
        "steps": STEPS,
        "order": ORDER,
        "reached": ORDER.index(draft.step),
        "here": found,
        "errors": {},
        "given": {},
        "moved": None,
        "moved_by": names_of(people).get(moved.by, moved.by) if moved else "",
        "countries": COUNTRIES,
        "starters": STARTERS,
        "own_language": plan.languages[0],
        "crew": [one for one in people if number is not None and one.site in (None, number)],
        "role_names": ports.role_names,
        "sound": None,
        "slot": "",
        "ready": None,
        "why": WHY,
        "rows": _rows(plan, step, more.get("given") or {}),
        "chosen": [part for part in chosen_services(plan) if part.prefix] if plan.starter else [],
        "zones": sorted({zone for one in COUNTRIES.values() for zone in one.zones}),
    }
    context |= inputs(_file_for_inputs(found, plan), language)
    context |= more
    if found is not None and step in LATER:
        section = SECTIONS[LATER[step]]
        parts = section.parts(found.file)
        context |= {"section": section, "part": parts[0] if parts else None}
        if not context["given"]:
            context["given"] = _shown(section, parts[0]) if parts else {}
    if found is not None and step in ("printer", "people"):
        context["slot"] = await web.slots.fill(f"setup.{step}", request, site=found.no)
    if found is not None and step == "board" and web.speech is not None:
        context["sound"] = web.speech.name(_sentence(request, found), plan.languages[0])
    if found is not None and step == "ready":
        context["ready"] = await web.ledger.read(_ready, found.no, ports, web.clock.now_ms())
    return page(
        request, f"admin/setup-{step}.html", context, site=number, language=language, status=status
    )


def _ready(q: Query, site: int, ports: Ports, now_ms: int) -> Any:
    return lacking(q, site, ports.people(q), now_ms)


def _sentence(request: PageRequest, found: Here) -> str:
    """What the voice test says: a call as the board will say it."""
    web = web_of(request)
    look = web.looks.look(found.no)
    own_words = web.translator(found.file.site.languages[0], look.profile)
    prefix = next((one.prefix for one in found.file.service if one.prefix), "A")
    desk = found.file.desk[0].name if found.file.desk else ""
    return own_words.gettext("Number %(number)s, %(desk)s.", number=f"{prefix}001", desk=desk)


def _shown(section: Any, part: Any) -> dict[str, list[str]]:
    shown: dict[str, list[str]] = {}
    for field in section.fields:
        shown |= field.show(part)
    return shown


def _file_for_inputs(found: Here | None, plan: Plan) -> SiteFile:
    """What the inputs' macros look at: the site, or its languages while there is none."""
    if found is not None:
        return found.file
    return SiteFile(SitePart("new", plan.name, plan.zone, languages=plan.languages), ())


def _rows(plan: Plan, step: str, given: dict[str, Any]) -> list[PlannedDesk]:
    """The desks as they were typed, else as planned; with one more where that was asked for."""
    if step != "desks":
        return []
    rows = list(plan.desks)
    if given:
        rows = [
            PlannedDesk(given[f"desk.{n}.name"][-1], tuple(given.get(f"desk.{n}.serves", ())))
            for n in range(MOST_DESKS)
            if "".join(given.get(f"desk.{n}.name", ())).strip()
        ]
    return rows
