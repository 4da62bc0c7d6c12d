"""The API's description: `/openapi.json`, and `/docs`, a page of ours that shows it.

No viewer is loaded from elsewhere. Only routes that ask for it are described; pages are no API.
"""

from typing import Any

import msgspec
from litestar import Litestar, Response, Router, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ControllerRouterHandler

from turnero import __version__
from turnero.web.look import Look
from turnero.web.pages import language_of, page, web_of
from turnero.web.principal import PageRequest

_OPT = {"permission": "public"}
_LIMITED = {**_OPT, "limit": "public"}
_DESCRIPTION = (
    "Tickets, desks, boards and the journal of a site. Within v1 things are only added. "
    "Send a token as `Authorization: Bearer …`, and an `Idempotency-Key` with every POST "
    "that may be repeated."
)


def config() -> OpenAPIConfig:
    """How the API is described. Litestar's own pages load their viewer from elsewhere, so none is on."""
    return OpenAPIConfig(
        title="Turnero",
        version=__version__,
        description=_DESCRIPTION,
        components=Components(
            security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}
        ),
        security=[{"token": []}],
        use_handler_docstrings=True,
        render_plugins=[JsonRenderPlugin()],
        openapi_router=Router("/openapi", route_handlers=[], opt=_OPT),
    )


def _document(app: Litestar) -> dict[str, Any]:
    return app.openapi_schema.to_schema()


def routes() -> list[ControllerRouterHandler]:
    """The document and its page; made once (the page for each language), when first asked for."""
    kept: list[bytes] = []
    #: language -> the look it was made with, and the page
    pages: dict[str, tuple[Look, Response[bytes]]] = {}

    @get("/openapi.json", opt=_LIMITED, media_type="application/json", sync_to_thread=False)
    def document(request: PageRequest) -> Response[bytes]:
        if not kept:
            kept.append(msgspec.json.encode(_document(request.app)))
        return Response(kept[0], media_type="application/json")

    @get("/docs", opt=_LIMITED, sync_to_thread=False)
    def docs(request: PageRequest) -> Response[bytes]:
        web = web_of(request)
        look = web.looks.look(None)
        language = language_of(request, look, web.languages)
        made = pages.get(language)
        if made is None or made[0] != look:
            fresh = page(
                request, "server/docs.html", {"api": _document(request.app)}, language=language
            )
            content = Response(
                fresh.content.encode(), media_type=fresh.media_type, headers=dict(fresh.headers)
            )
            made = pages[language] = look, content
        return Response(
            made[1].content, media_type=made[1].media_type, headers=dict(made[1].headers)
        )

    return [document, docs]
