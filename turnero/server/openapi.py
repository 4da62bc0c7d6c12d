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
from turnero.web.pages import page
from turnero.web.principal import PageRequest

_OPT = {"permission": "public"}
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
    """The document and its page; made once, when first asked for."""
    kept: list[bytes] = []

    @get("/openapi.json", opt=_OPT, media_type="application/json", sync_to_thread=False)
    def document(request: PageRequest) -> Response[bytes]:
        if not kept:
            kept.append(msgspec.json.encode(_document(request.app)))
        return Response(kept[0], media_type="application/json")

    @get("/docs", opt=_OPT, sync_to_thread=False)
    def docs(request: PageRequest) -> Response[str]:
        return page(request, "server/docs.html", {"api": _document(request.app)})

    return [document, docs]
