"""The gate before every route: who asks, may they, does it come from our own page, how often.

One thin ASGI layer instead of a guard, a middleware and a dependency: it stands on the path
of every ticket. A route says what it wants in `opt`: `permission` (must), `limit` (may).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.exceptions import ImproperlyConfiguredException
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send, WebSocketScope

from turnero.store.errors import NotFound, Refused
from turnero.web import cookies, origin
from turnero.web.limits import LIMITS, client_address
from turnero.web.permissions import PERMISSIONS, PUBLIC, allowed, roles_with
from turnero.web.principal import PUBLIC as NOBODY
from turnero.web.principal import Principal

if TYPE_CHECKING:
    from turnero.web.wiring import Web

_WANTED = frozenset(
    {
        b"authorization",
        b"cookie",
        b"host",
        b"origin",
        b"sec-fetch-site",
        b"x-forwarded-for",
    }
)


class Unproved(Refused):
    """Nobody, or somebody unknown, asks for what needs a name (401)."""

    def __init__(self, code: str = "sign-in-first") -> None:
        super().__init__(code, 401)


def heard(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers that the gate reads, with lower-case names."""
    return {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in headers
        if name in _WANTED
    }


async def identify(web: "Web", headers: Mapping[str, str], permission: str) -> Principal:
    """Who makes a request with these headers, if they have this permission.

    Raises `Unproved` (401) or `Refused` (403). The public is not asked who it is.
    """
    if permission == PUBLIC:
        return NOBODY
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme:
        found = None
        if scheme.lower() == "bearer" and token:
            found = await web.authenticator.from_bearer(token.strip())
        if found is None:
            raise Unproved("token-unknown")
    else:
        jar = cookies.parse(headers.get("cookie", ""))
        found = await web.authenticator.from_cookies(jar, roles_with(permission)) if jar else None
        if found is None:
            raise Unproved
    if not allowed(found.role, permission):
        raise Refused("not-allowed", 403)
    return found


def address_of(web: "Web", scope: HTTPScope | WebSocketScope, headers: Mapping[str, str]) -> str:
    """The address of who asks, as trusted proxies tell it."""
    peer = scope["client"][0] if scope["client"] else ""
    return client_address(peer, headers.get("x-forwarded-for", ""), web.proxies)


class Gate:
    """The ASGI layer around each route."""

    __slots__ = ("app", "web")

    def __init__(self, app: ASGIApp, web: "Web") -> None:
        self.app = app
        self.web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through with `scope["user"]` set, or raise what is wrong."""
        # no address of ours has a NUL, and no text of PostgreSQL's: it must not be asked for one
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            raise NotFound("address-unknown")
        opt: Mapping[str, Any] = scope["route_handler"].opt
        method = scope["method"] if scope["type"] == ScopeType.HTTP else "CONNECT"
        permission = opt.get("permission", PUBLIC if method == "OPTIONS" else None)
        if permission is None:
            raise Refused("not-allowed", 403)
        headers = heard(scope["headers"])
        # first who asks: a program that forgot its token is told that (401), not of origins (403)
        scope["user"] = await identify(self.web, headers, permission)
        # what signs each request proves more than an origin would: `opt={"signed": True}`
        if "authorization" not in headers and not opt.get("signed"):
            origin.check(method, headers, self.web.origins)
        if (limit := opt.get("limit")) is not None:
            self.web.buckets.take(limit, self._client(scope, headers))
        await self.app(scope, receive, send)

    def _client(self, scope: Scope, headers: Mapping[str, str]) -> str:
        principal: Principal = scope["user"]
        if principal.role is not None:
            return principal.actor
        return address_of(self.web, scope, headers)


def demand_permissions(app: Litestar) -> None:
    """Start only when every route names a permission that exists, and a limit that exists."""
    wrong: list[str] = []
    for route in app.routes:
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]:  # type: ignore[union-attr]
            methods = getattr(handler, "http_methods", {"ASGI"})
            if methods == {"OPTIONS"}:
                continue
            permission = handler.opt.get("permission")
            limit = handler.opt.get("limit")
            if permission != PUBLIC and permission not in PERMISSIONS:
                wrong.append(f"{route.path} {sorted(methods)}: permission {permission!r}")
            if limit is not None and limit not in LIMITS:
                wrong.append(f"{route.path} {sorted(methods)}: limit {limit!r}")
    if wrong:
        raise ImproperlyConfiguredException(
            "routes whose opt names no permission (or limit) of ours: " + "; ".join(wrong)
        )
