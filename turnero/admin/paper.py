"""The page for what a site's tickets say, with a picture of the ticket before it is stored.

The picture is drawn elsewhere, from the bytes that a printer would get; this room only knows
that it can ask for one (`Ports`).
"""

from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from turnero.admin.edits import Edit, changed, edit
from turnero.admin.fields import Given, bad, one
from turnero.admin.frame import Here, Ports, Sample, context, say_of, site_here
from turnero.admin.pages import HOW, reader, since
from turnero.admin.ticket_parts import TICKET_FIELDS
from turnero.admin.wrongs import said
from turnero.queue.site_shape import SiteFile
from turnero.store.errors import Invalid, Refused
from turnero.web import texts
from turnero.web.forms import Wrong
from turnero.web.languages import mark
from turnero.web.pages import page, see_other, web_of
from turnero.web.principal import PageRequest
from turnero.web.problem_texts import Text

#: bytes of the form: a photograph, and the logo that is there
_MOST: Final = 6 * 1024 * 1024
_DIGITS: Final = 18
_WIDTHS: Final = ("80", "58")
#: why a picture cannot be a logo
_NO_LOGO: Final = mark("This picture cannot be a logo")
PROBLEMS: Final = {
    "logo-large": Text(_NO_LOGO, mark("This picture is too large: at most %(most)s MB.")),
    "logo-unreadable": Text(
        _NO_LOGO, mark("This is no picture that can be read. Please choose a PNG or a JPEG.")
    ),
    "logo-empty": Text(
        _NO_LOGO, mark("This picture is all white: nothing of it would be on paper.")
    ),
}


def routes(ports: Ports) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/admin/{site:str}/ticket", opt={"permission": "sites.manage"})
    async def ticket_page(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """What the paper says, and how it looks."""
        return _show(request, await site_here(request, site), {})

    @get("/admin/{site:str}/ticket/picture.png", opt={"permission": "sites.manage"})
    async def stored_picture(
        request: PageRequest,
        site: FromPath[str],
        language: FromQuery[str] = "",
        mm: FromQuery[str] = "",
    ) -> Response[bytes]:
        """The ticket as it is stored."""
        found = await site_here(request, site)
        given = {"show.language": (language,), "show.mm": (mm,)}
        drawn = await ports.paper(_sample(found.file, given, web_of(request).clock.now_ms()))
        return Response(drawn, media_type="image/png")

    @post(
        "/admin/{site:str}/ticket/picture",
        opt={"permission": "sites.manage"},
        status_code=200,
        request_max_body_size=_MOST,
    )
    async def typed_picture(request: PageRequest, site: FromPath[str]) -> Response[bytes]:
        """The ticket as it is typed; in words what is wrong with it."""
        found = await site_here(request, site)
        try:
            given = await _with_logo(request, ports, await _read(request))
            wanted = changed(found.file, Edit(found.base, "ticket", "save", "", _own(given)))
            drawn = await ports.paper(_sample(wanted, given, web_of(request).clock.now_ms()))
        except Refused as refused:
            wrong = said(refused, None, None, web_of(request), say_of(request, found.no))
            words = " ".join(dict.fromkeys(wrong.values()))
            return Response(words.encode(), media_type="text/plain; charset=utf-8", status_code=422)
        return Response(drawn, media_type="image/png")

    @post(
        "/admin/{site:str}/ticket",
        opt={"permission": "sites.manage"},
        status_code=200,
        request_max_body_size=_MOST,
    )
    async def save(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """Store what was typed."""
        found = await site_here(request, site)
        given: dict[str, tuple[str, ...]] = {}
        try:
            given = await _read(request)
            given = await _with_logo(request, ports, given)
            await web_of(request).ledger.run(
                edit,
                Edit(one(given, "base"), "ticket", "save", "", _own(given)),
                site=found.no,
                actor=request.user.actor,
                key=one(given, "idempotency_key") or None,
            )
        except Refused as refused:
            if refused.code == "site-changed":
                seq = one(given, "seq")
                after = int(seq) if seq.isdecimal() and len(seq) <= _DIGITS else found.seq
                moments = await since(request, ports, found, after)
                return _show(request, found, {}, since=moments, status=refused.status)
            errors = said(refused, None, None, web_of(request), say_of(request, found.no))
            return _show(request, found, given, errors=errors, status=refused.status)
        return see_other(request, f"/admin/{site}/ticket")

    return [ticket_page, stored_picture, typed_picture, save]


async def _read(request: PageRequest) -> dict[str, tuple[str, ...]]:
    """Every input with what was typed there; a chosen file is not among them."""
    given: dict[str, list[str]] = {}
    for name, value in (await request.form()).multi_items():
        if isinstance(value, str):
            given.setdefault(name, []).append(texts.plain(value, name.partition(".")[0]))
    return {name: tuple(values) for name, values in given.items()}


async def _with_logo(
    request: PageRequest, ports: Ports, given: dict[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The same with the chosen picture as its logo, or without one. Raises `BadForm`."""
    if one(given, "logo.none") == "1":
        return given | {"logo": ("",)}
    chosen = (await request.form()).get("logo.file")
    data = await chosen.read() if isinstance(chosen, UploadFile) else b""
    if isinstance(chosen, UploadFile):
        await chosen.seek(0)
    if not data:
        return given
    try:
        return given | {"logo": (await ports.logo(data),)}
    except Invalid as refused:
        raise bad("logo", Wrong(PROBLEMS[refused.code].detail, refused.params)) from None


def _own(given: Given) -> dict[str, tuple[str, ...]]:
    """What belongs to the ticket, without what the page itself needs."""
    names = {"logo", *(field.name for field in TICKET_FIELDS)}
    return {
        name: tuple(values)
        for name, values in given.items()
        if name.partition(".")[0] in names and name not in ("logo.file", "logo.none")
    }


def _sample(file: SiteFile, given: Given, now_ms: int) -> Sample:
    """How the sample is to be drawn; what nobody offers is as usual."""
    language = one(given, "show.language")
    return Sample(
        file=file,
        language=language if language in file.site.languages else file.site.languages[0],
        mm=58 if one(given, "show.mm") == "58" else 80,
        now_ms=now_ms,
        large=one(given, "show.large") == "1",
        whole=one(given, "show.whole") == "1",
    )


def _show(request: PageRequest, found: Here, given: dict[str, Any], **more: Any) -> Response[str]:
    status = more.pop("status", 200)
    if not given:
        for field in TICKET_FIELDS:
            given |= field.show(found.file.ticket)
        given["logo"] = [found.file.ticket.logo or ""]
    shown = {
        "fields_shown": TICKET_FIELDS,
        "given": given,
        "errors": {},
        "since": None,
        "how": HOW,
        "widths": _WIDTHS,
    }
    return page(
        request,
        "admin/ticket.html",
        context(found, "ticket", reader(request, found.no), **(shown | more)),
        site=found.no,
        status=status,
    )
