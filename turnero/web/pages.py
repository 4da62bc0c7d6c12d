"""The answer to a browser: a whole page, or the one block that htmx asked for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, quote

from litestar import Request, Response
from litestar.datastructures import Cookie

from turnero.web import cookies
from turnero.web.languages import DEFAULT, negotiate
from turnero.web.look import Look
from turnero.web.principal import DEVICES, PUBLIC, Principal

if TYPE_CHECKING:
    from turnero.web.wiring import Web

_HTML = "text/html"
#: signs that stand for themselves in an address
_OF_ADDRESSES = "/?#[]@!$&'()*+,;=%:"
_VARY = {"vary": "HX-Request, HX-Request-Type, Accept-Language, Cookie"}


def web_of(request: Request[Any, Any, Any]) -> "Web":
    """What the composition made: templates, hub, ledger and the rest."""
    return cast("Web", request.app.state.web)


def principal_of(request: Request[Any, Any, Any]) -> Principal:
    """The principal; the public where no route was reached (an unknown address)."""
    return cast("Principal", request.scope.get("user") or PUBLIC)


def by_htmx(request: Request[Any, Any, Any]) -> bool:
    """Whether htmx asks."""
    return request.headers.get("hx-request") == "true"


def wants_part(request: Request[Any, Any, Any]) -> bool:
    """Whether htmx asks for a part of the page, rather than for a page to put in place of it."""
    return by_htmx(request) and request.headers.get("hx-request-type") != "full"


def language_of(request: Request[Any, Any, Any], look: Look, offered: tuple[str, ...]) -> str:
    """The language for this reader, of those that the installation and the site offer.

    What the address asks (`?lang=`) comes first. A kiosk or a board is shared by strangers,
    so it then speaks the site's own language; a person gets what they chose, then what
    their browser prefers.
    """
    here = tuple(name for name in look.languages if name in offered) or offered or (DEFAULT,)
    principal = principal_of(request)
    asked = ""
    if b"lang=" in request.scope["query_string"]:
        asked = parse_qs(request.scope["query_string"].decode("latin-1")).get("lang", [""])[-1]
    candidates = [asked]
    shared = principal.role in DEVICES and principal.by_cookie
    if not shared:
        candidates += [request.cookies.get(cookies.LANGUAGE, ""), principal.language or ""]
    for name in candidates:
        if name in here:
            return name
    if not shared:
        liked = negotiate(request.headers.get("accept-language", ""), here)
        if liked is not None:
            return liked
    elif principal.language in here:
        return principal.language
    return here[0]


def page(  # noqa: PLR0913 - each is what an answer may need
    request: Request[Any, Any, Any],
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    block: str | None = None,
    site: int | None = None,
    language: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    cookies: list[Cookie] | None = None,
) -> Response[str]:
    """A template as an answer: the whole page, or `block` alone when htmx wants a part.

    `site` decides words, formats and the languages on offer; by default the principal's own.
    """
    web = web_of(request)
    principal = principal_of(request)
    number = site if site is not None else principal.site
    look = web.looks.look(number)
    html = web.render(
        template,
        {"principal": principal, **(context or {})},
        block=block if wants_part(request) else None,
        site=number,
        language=language or language_of(request, look, web.languages),
    )
    return Response(
        html,
        status_code=status,
        media_type=_HTML,
        headers={**_VARY, **(headers or {})},
        cookies=cookies,
    )


def see_other(
    request: Request[Any, Any, Any], path: str, cookies: list[Cookie] | None = None
) -> Response[str]:
    """Send the browser to another page of ours after an act.

    `path` is our own ("/desk"), or a client's after `own_path`. htmx follows the redirect itself
    and puts the page in place.
    """
    path = quote(path, safe=_OF_ADDRESSES)  # a header holds no other letters
    if by_htmx(request) and wants_part(request):
        return Response("", status_code=200, headers={"hx-redirect": path}, cookies=cookies)
    return Response(
        "", status_code=303, media_type=_HTML, headers={"location": path}, cookies=cookies
    )


def own_path(candidate: str | None, otherwise: str = "/") -> str:
    """A path of ours that a client gave (`?next=`), or `otherwise` when it leads elsewhere."""
    if (
        candidate
        and candidate.startswith("/")
        and not candidate.startswith(("//", "/\\"))
        and candidate.isprintable()
        and "\\" not in candidate
    ):
        return candidate
    return otherwise
