"""Makes the application of an opened installation: the rooms' slices, wired, and what guards them."""

from collections.abc import Sequence
from typing import Any

from litestar import Litestar
from litestar.types import ControllerRouterHandler

from turnero.server import openapi
from turnero.server.settings import Settings
from turnero.store.clock import Clock
from turnero.store.ledger import Ledger
from turnero.web.look import Looks
from turnero.web.principal import Authenticator
from turnero.web.slice import Slice
from turnero.web.wiring import Web, options, weave


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
    return Litestar(**given, openapi_config=openapi.config(), include_in_schema=False)
