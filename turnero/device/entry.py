"""Who may use a box's pages: the browsers of this machine, as the kiosks that the box hosts.

Its pages listen on 127.0.0.1 alone and answer to that name alone, so that no other page can reach
them by a name of its own. Which kiosk a browser is, a cookie says; it is an HMAC of the kiosk's
key, so that it holds over restarts and is worth nothing when the box is revoked.
"""

import hmac
from collections.abc import Collection, Mapping
from hashlib import sha256
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from turnero.device.box import Box
from turnero.web.cookies import family, find
from turnero.web.principal import Principal, Role

COOKIE: Final = family(Role.KIOSK)
_HERE: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})


class BoxAuthenticator:
    """Fills web's port `Authenticator`."""

    def __init__(self, box: Box) -> None:
        self._box = box

    def proof(self, kiosk: str) -> str:
        """The cookie of that kiosk."""
        name = f"{self._box.site}/{kiosk}".encode()
        return f"{kiosk}.{hmac.new(self._box.ledger.key, name, sha256).hexdigest()}"

    async def from_bearer(self, token: str) -> Principal | None:
        """See `Authenticator.from_bearer`."""
        return None

    async def from_cookies(
        self,
        cookies: Mapping[str, str],
        wanted: Collection[Role],
    ) -> Principal | None:
        """See `Authenticator.from_cookies`."""
        said = find(cookies, COOKIE) or ""
        kiosk = said.rpartition(".")[0]
        box = self._box
        if kiosk not in box.keys("kiosk") or box.link.standing in ("revoked", "unpaired"):
            return None
        if not hmac.compare_digest(said.encode(), self.proof(kiosk).encode()):
            return None
        return Principal(
            actor=f"kiosk:{kiosk}", role=Role.KIOSK, site=box.site, place=kiosk, by_cookie=True
        )


def only_here(app: ASGIApp) -> ASGIApp:
    """Refuse (403) every request that does not call this machine by a name of its own."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            host = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
            name = host if host.endswith("]") else host.rpartition(":")[0] or host
            if name not in _HERE:
                headers = [(b"content-type", b"text/plain"), (b"content-length", b"0")]
                await send({"type": "http.response.start", "status": 403, "headers": headers})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
        await app(scope, receive, send)

    return asked
