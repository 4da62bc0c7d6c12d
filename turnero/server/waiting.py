"""What answers while nothing can be kept: static files, `/health/live`, and 503 for all else."""

from collections.abc import Callable

from litestar import Litestar, route
from litestar.datastructures import State
from litestar.enums import HttpMethod

from turnero.server.health import live, not_ready
from turnero.store.errors import Unavailable
from turnero.web import csp
from turnero.web.problems import answer
from turnero.web.wiring import Web


def waiting_app(web: Web, reason: Callable[[], str]) -> Litestar:
    """An application on a `web` whose ledger is not running; `reason` says why it is not ready."""

    @route(
        ["/", "/{path:path}"],
        http_method=[
            HttpMethod.GET,
            HttpMethod.POST,
            HttpMethod.PUT,
            HttpMethod.PATCH,
            HttpMethod.DELETE,
        ],
        opt={"permission": "public"},
    )
    async def anything() -> None:
        raise Unavailable(reason())

    return Litestar(
        route_handlers=[web.assets.handler(), live, not_ready(reason), anything],
        exception_handlers={Exception: answer},
        before_send=[csp.secure],
        state=State({"web": web}),
        logging_config=None,
        openapi_config=None,
    )
