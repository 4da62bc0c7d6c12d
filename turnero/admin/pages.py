"""The administration's pages: overview, the parts of a site, their forms, settings and history."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from turnero.admin import history
from turnero.admin.call_parts import CALL_FIELDS
from turnero.admin.edits import Act, Edit, changed, edit
from turnero.admin.fields import one
from turnero.admin.frame import (
    Here,
    Person,
    Ports,
    context,
    say_of,
    site_here,
    typed,
    words_of,
)
from turnero.admin.parts import SECTIONS, SETTINGS_FIELDS, SITE_FIELDS
from turnero.admin.sections import Section
from turnero.admin.wrongs import said
from turnero.queue import reads
from turnero.queue.commands import drafts
from turnero.queue.commands.sites import Loaded
from turnero.store.errors import NotFound, Refused
from turnero.store.facts import Entry
from turnero.store.sql import Query
from turnero.web.pages import language_of, page, see_other, web_of
from turnero.web.principal import PageRequest

_DIGITS = 18


def _section(key: str) -> Section:
    if key not in SECTIONS:
        raise NotFound("part-unknown")
    return SECTIONS[key]


def reader(request: PageRequest, site: int) -> str:
    """The language in which this reader sees a page of that site."""
    web = web_of(request)
    return language_of(request, web.looks.look(site), web.languages)


def routes(ports: Ports) -> list[HTTPRouteHandler]:
    """The routes of this module."""
    return [*_of_overview(ports), *_of_parts(ports), *_of_site(ports)]


def _of_overview(ports: Ports) -> list[HTTPRouteHandler]:
    @get("/admin", opt={"permission": "sites.manage"})
    async def admin_page(request: PageRequest) -> Response[str]:
        """To the only site, to the wizard when there is none, else a choice."""
        web = web_of(request)
        known = await web.ledger.read(reads.sites, web.clock.line_ms())
        mine = [one for one in known if request.user.site in (None, one.no)]
        if not mine:
            return see_other(request, "/setup/on")
        if len(mine) == 1:
            return see_other(request, f"/admin/{mine[0].key}")
        return page(request, "admin/sites.html", {"sites": mine})

    @get("/admin/{site:str}", opt={"permission": "sites.manage"})
    async def site_page(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """What the site has, and what was changed last."""
        found = await site_here(request, site)
        language = reader(request, found.no)
        moments = await _moments(request, ports, found, None, 5)
        draft = await web_of(request).ledger.read(drafts.newest)
        more = {"moments": moments, "how": HOW, "unfinished": draft is not None}
        return page(request, "admin/home.html", context(found, "", language, **more), site=found.no)

    @get("/admin/{site:str}/history", opt={"permission": "sites.manage"})
    async def history_page(
        request: PageRequest, site: FromPath[str], before: FromQuery[str] = ""
    ) -> Response[str]:
        """Who changed what, when, from what to what."""
        found = await site_here(request, site)
        language = reader(request, found.no)
        seq = int(before) if before.isdecimal() and len(before) <= _DIGITS else None
        moments = await _moments(request, ports, found, seq, history.PAGE)
        older = moments[-1].seq if len(moments) == history.PAGE else None
        more = {"moments": moments, "older": older, "how": HOW}
        return page(
            request,
            "admin/history.html",
            context(found, "history", language, **more),
            site=found.no,
        )

    return [admin_page, site_page, history_page]


#: how a row of configuration changed → tone of its badge
HOW = {"made": "good", "changed": "info", "removed": "warn"}


async def _moments(
    request: PageRequest, ports: Ports, found: Here, before: int | None, limit: int
) -> list[history.Moment]:
    def read(q: Query) -> tuple[list[Entry], list[Person]]:
        return history.before(q, found.no, before, limit), ports.people(q)

    entries, people = await web_of(request).ledger.read(read)
    return history.told(entries, words_of(request, found, people))


def _of_parts(ports: Ports) -> list[HTTPRouteHandler]:
    @get("/admin/{site:str}/{section:str}", opt={"permission": "sites.manage"})
    async def section_page(
        request: PageRequest, site: FromPath[str], section: FromPath[str]
    ) -> Response[str]:
        """All parts of a kind."""
        found, shown = await site_here(request, site), _section(section)
        language = reader(request, found.no)
        more = {"section": shown, "wrong": "", "since": None}
        return page(
            request, "admin/section.html", context(found, section, language, **more), site=found.no
        )

    @get("/admin/{site:str}/{section:str}/new", opt={"permission": "sites.manage"})
    async def new_page(
        request: PageRequest, site: FromPath[str], section: FromPath[str]
    ) -> Response[str]:
        """A form for a new one."""
        found = await site_here(request, site)
        return _form(request, found, _section(section), "", {})

    @get("/admin/{site:str}/{section:str}/of/{item:str}", opt={"permission": "sites.manage"})
    async def item_page(
        request: PageRequest, site: FromPath[str], section: FromPath[str], item: FromPath[str]
    ) -> Response[str]:
        """The form of one."""
        found, shown = await site_here(request, site), _section(section)
        part = shown.find(found.file, item)
        given: dict[str, Any] = {}
        for field in shown.fields:
            given |= field.show(part)
        return _form(request, found, shown, item, given)

    @post(
        "/admin/{site:str}/{section:str}/save", opt={"permission": "sites.manage"}, status_code=200
    )
    async def save(
        request: PageRequest, site: FromPath[str], section: FromPath[str]
    ) -> Response[str]:
        """A part as it was typed."""
        found, shown = await site_here(request, site), _section(section)
        given = await typed(request)
        item = one(given, "item")
        try:
            wanted = Edit(one(given, "base"), shown.key, "save", item, own(given))
            await _run(request, ports, found, wanted, one(given, "idempotency_key"))
        except Refused as refused:
            return await _refused(request, ports, found, shown, item, given, refused)
        return see_other(request, f"/admin/{site}/{section}")

    @post(
        "/admin/{site:str}/{section:str}/act", opt={"permission": "sites.manage"}, status_code=200
    )
    async def act(
        request: PageRequest, site: FromPath[str], section: FromPath[str]
    ) -> Response[str]:
        """Move a part up or down, or take it out."""
        found, shown = await site_here(request, site), _section(section)
        given = await typed(request)
        item = one(given, "item")
        try:
            wanted = msgspec.convert(one(given, "act"), Act)
        except msgspec.ValidationError:
            raise NotFound("part-unknown") from None
        try:
            change = Edit(one(given, "base"), shown.key, wanted, item)
            await _run(request, ports, found, change, one(given, "idempotency_key"))
        except Refused as refused:
            language = reader(request, found.no)
            wrong = said(refused, None, None, web_of(request), say_of(request, found.no))
            more = {
                "section": shown,
                "wrong": next(iter(wrong.values()), ""),
                "since": await _since(request, ports, found, given, refused),
                "how": HOW,
            }
            return page(
                request,
                "admin/section.html",
                context(found, section, language, **more),
                site=found.no,
                status=refused.status,
            )
        return see_other(request, f"/admin/{site}/{section}")

    return [section_page, new_page, item_page, save, act]


def _of_site(ports: Ports) -> list[HTTPRouteHandler]:
    def show(
        request: PageRequest, found: Here, which: str, given: dict[str, Any], **more: Any
    ) -> Response[str]:
        fields, part = {
            "site": (SITE_FIELDS, found.file.site),
            "settings": (SETTINGS_FIELDS, found.file.site.settings),
            "callbacks": (CALL_FIELDS, found.file.callbacks),
        }[which]
        if not given:
            for field in fields:
                given |= field.show(part)
        status = more.pop("status", 200)
        shown = {
            "which": which,
            "fields_shown": fields,
            "given": given,
            "errors": {},
            "since": None,
        }
        shown |= {"how": HOW} | more
        return page(
            request,
            "admin/single.html",
            context(found, which, reader(request, found.no), **shown),
            site=found.no,
            status=status,
        )

    async def save(request: PageRequest, site: str, which: str) -> Response[str]:
        found = await site_here(request, site)
        given = await typed(request)
        try:
            wanted = Edit(one(given, "base"), which, "save", "", own(given))
            await _run(request, ports, found, wanted, one(given, "idempotency_key"))
        except Refused as refused:
            since = await _since(request, ports, found, given, refused)
            errors = said(refused, None, None, web_of(request), say_of(request, found.no))
            return show(
                request,
                found,
                which,
                {} if since is not None else dict(given),
                errors=errors,
                since=since,
                status=refused.status,
            )
        return see_other(request, f"/admin/{site}")

    def forms(which: str) -> list[HTTPRouteHandler]:
        @get(f"/admin/{{site:str}}/{which}", opt={"permission": "sites.manage"})
        async def form(request: PageRequest, site: FromPath[str]) -> Response[str]:
            """The site itself, its settings, or those of its callbacks."""
            return show(request, await site_here(request, site), which, {})

        @post(f"/admin/{{site:str}}/{which}", opt={"permission": "sites.manage"}, status_code=200)
        async def stored(request: PageRequest, site: FromPath[str]) -> Response[str]:
            """The same as it was typed."""
            return await save(request, site, which)

        return [form, stored]

    return [route for which in ("site", "settings", "callbacks") for route in forms(which)]


def own(given: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """What was typed, without what the page itself wrote into the form."""
    ours = ("idempotency_key", "base", "seq", "item", "act")
    return {name: values for name, values in given.items() if name not in ours}


async def _run(request: PageRequest, ports: Ports, found: Here, wanted: Edit, key: str) -> Loaded:
    """Make the change; its devices are looked at before, where the description still is the same."""
    if wanted.section in ("printers", "signs") and wanted.base == found.base:
        ports.check_devices(changed(found.file, wanted))
    return await web_of(request).ledger.run(
        edit, wanted, site=found.no, actor=request.user.actor, key=key or None
    )


async def _since(
    request: PageRequest,
    ports: Ports,
    found: Here,
    given: dict[str, tuple[str, ...]],
    refused: Refused,
) -> list[history.Moment] | None:
    """What others changed since the form was made; None when that is not why it was refused."""
    if refused.code != "site-changed":
        return None
    seq = one(given, "seq")
    after = int(seq) if seq.isdecimal() and len(seq) <= _DIGITS else found.seq
    return await since(request, ports, found, after)


async def since(request: PageRequest, ports: Ports, found: Here, seq: int) -> list[history.Moment]:
    """The changes after that fact, in words."""

    def read(q: Query) -> tuple[list[Entry], list[Person]]:
        return history.since(q, found.no, seq), ports.people(q)

    entries, people = await web_of(request).ledger.read(read)
    return history.told(entries, words_of(request, found, people))


def _form(
    request: PageRequest,
    found: Here,
    section: Section,
    item: str,
    given: dict[str, Any],
    **more: Any,
) -> Response[str]:
    status = more.pop("status", 200)
    part = section.find(found.file, item) if item else None
    shown = {
        "section": section,
        "item": item,
        "part": part,
        "given": given,
        "errors": {},
        "since": None,
        "how": HOW,
        "options": {
            field.name: [*options(found.file, part)]
            for field in section.fields
            if (options := getattr(field, "options", None)) is not None
        },
    }
    return page(
        request,
        "admin/item.html",
        context(found, section.key, reader(request, found.no), **(shown | more)),
        site=found.no,
        status=status,
    )


async def _refused(
    request: PageRequest,
    ports: Ports,
    found: Here,
    section: Section,
    item: str,
    given: dict[str, tuple[str, ...]],
    refused: Refused,
) -> Response[str]:
    """The form again: with what was typed and what is wrong, or as it stands after others' changes."""
    since = await _since(request, ports, found, given, refused)
    known = {getattr(one, section.by) for one in section.parts(found.file)}
    if since is not None:
        shown: dict[str, Any] = {}
        item = item if item in known else ""
        if item:
            for field in section.fields:
                shown |= field.show(section.find(found.file, item))
        else:
            shown = own(given)
    else:
        if item and item not in known:
            raise refused
        shown = own(given)
    place = section.place(found.file, item) if item else len(section.parts(found.file))
    errors = said(refused, section, place, web_of(request), say_of(request, found.no))
    return _form(
        request, found, section, item, shown, errors=errors, since=since, status=refused.status
    )
