"""Every security header, in one place.

`frame-ancestors 'self'` lets the demo show kiosk, paper, desk and board side by side and
keeps every other origin out.
"""

from collections.abc import Sequence

from litestar.types import Message, Scope

_DIRECTIVES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self'",
    "font-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'self'",
}
POLICY = "; ".join(f"{name} {source}" for name, source in _DIRECTIVES.items())

HEADERS: Sequence[tuple[bytes, bytes]] = (
    (b"content-security-policy", POLICY.encode()),
    # not `no-referrer`: with it browsers send `Origin: null` on our own forms. This one tells
    # other sites as little: nothing.
    (b"referrer-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=()",
    ),
)

#: half a year of https alone, for whoever came by https; not for subdomains, which are not ours
_HTTPS = (b"strict-transport-security", b"max-age=15552000")

_NO_STORE = (b"cache-control", b"no-store")


async def secure(message: Message, scope: Scope) -> None:
    """Add the headers to a response; what says nothing about caching is not kept."""
    if message["type"] == "http.response.start":
        headers = [*message["headers"], *HEADERS]
        if scope.get("scheme") == "https":
            headers.append(_HTTPS)
        if not any(name == b"cache-control" for name, _ in headers):
            headers.append(_NO_STORE)
        message["headers"] = headers
