"""Makes the application of an opened installation: the rooms' slices, wired, and what guards them."""

from collections.abc import Sequence
from typing import Any, Final

from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.types import ControllerRouterHandler

from turnero.server import openapi
from turnero.server.settings import Settings
from turnero.store.clock import Clock
from turnero.store.ledger import Ledger
from turnero.web.look import Looks
from turnero.web.principal import Authenticator
from turnero.web.slice import Slice
from turnero.web.wiring import Web, options, weave

#: a path's handlers where it takes one method: that, and OPTIONS
_ONE_METHOD: Final = 2


def wire(
    settings: Settings,
    slices: Sequence[Slice],
    *,
    ledger: Ledger,
    clock: Clock,
    authenticator: Authenticator,
    looks: Looks,
) -> Web:
    """What all pages share, by these settings."""
    return weave(
        slices,
        ledger=ledger,
        clock=clock,
        authenticator=authenticator,
        looks=looks,
        languages=settings.languages,
        origins=[settings.public_address] if settings.public_address else [],
        proxies=settings.trusted_proxies,
    )


def create_app(web: Web, routes: Sequence[ControllerRouterHandler]) -> Litestar:
    """The application. Raises when a route names no permission (at its start)."""
    given: dict[str, Any] = options(web, routes)
    given["route_handlers"] = [*given["route_handlers"], *openapi.routes()]
    # Described is what asks for it (the API); pages are not.
    app = Litestar(**given, openapi_config=openapi.config(), include_in_schema=False)
    _tell_every_method(app)
    return app


def _tell_every_method(app: Litestar) -> None:
    """Answer OPTIONS with every method of a path, where Litestar 2 knows the first alone (its issue 4169)."""
    for route in app.routes:
        if isinstance(route, HTTPRoute) and len(route.route_handlers) > _ONE_METHOD:
            first, _ = route.route_handler_map["OPTIONS"]
            whole = route.create_options_handler(route.path)
            whole.owner = first.owner
            whole.on_registration(app)
            takes = whole.create_kwargs_model(path_parameters=route.path_parameters)
            route.route_handler_map["OPTIONS"] = whole, takes
