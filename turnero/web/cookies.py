"""The cookies by which a browser proves who it is, one name for each family of roles.

So one browser can show a kiosk, a board and a desk side by side. `__Host-` wherever the
browser accepts it (TLS or loopback); on plain http from another host it would be dropped.
"""

from collections.abc import Mapping
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie

from turnero.web.principal import DEVICES, Role

PREFIX = "__Host-"
LANGUAGE = "turnero_lang"

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})


def family(role: Role) -> str:
    """The cookie name of a role, without prefix: devices have one each, people share one."""
    return f"turnero_{role}" if role in DEVICES else "turnero_user"


#: every name, so that a reader of cookies need not know the roles
FAMILIES = tuple(sorted({family(role) for role in Role}))


def find(cookies: Mapping[str, str], name: str) -> str | None:
    """The value of a family's cookie; the prefixed one, which nobody else can set, first."""
    return cookies.get(PREFIX + name) or cookies.get(name)


def trusted(request: Request[Any, Any, Any]) -> bool:
    """Whether this browser accepts `__Host-` cookies here: TLS, or the machine itself."""
    host = request.headers.get("host", "").lower()
    name = host if host.startswith("[") and host.endswith("]") else host.rpartition(":")[0] or host
    return request.url.scheme == "https" or name in _LOOPBACK


def issue(request: Request[Any, Any, Any], name: str, value: str, max_age: int | None) -> Cookie:
    """A cookie for this browser: HttpOnly, SameSite=Strict, the whole site. `max_age` in seconds."""
    secure = trusted(request)
    return Cookie(
        key=PREFIX + name if secure else name,
        value=value,
        path="/",
        max_age=max_age,
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def withdraw(request: Request[Any, Any, Any], name: str) -> Cookie:
    """The cookie that removes a family's cookie."""
    return issue(request, name, "", 0)


def parse(header: str) -> dict[str, str]:
    """A `Cookie` header as names and values. Ours need no quoting and no decoding."""
    found: dict[str, str] = {}
    for part in header.split(";"):
        name, equals, value = part.strip().partition("=")
        if equals:
            found[name] = value.strip('"')
    return found
