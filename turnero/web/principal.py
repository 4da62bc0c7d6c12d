"""Who is asking: a person who signed in, a device with a token, or nobody in particular.

Proving it (passwords, sessions, tokens) is behind the `Authenticator` port, which `server` fills.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, Protocol

import msgspec
from litestar import Request
from litestar.datastructures import State

from turnero.store.errors import Refused


class Role(StrEnum):
    """What a principal is. The first four are devices with a token, the others are people."""

    BOX = "box"
    KIOSK = "kiosk"
    BOARD = "board"
    DESK = "desk"
    GREETER = "greeter"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"


#: devices that are a browser, in which their token is entered
SCREENS = frozenset({Role.KIOSK, Role.BOARD, Role.DESK})
DEVICES = SCREENS | {Role.BOX}
PEOPLE = frozenset(Role) - DEVICES


class Principal(msgspec.Struct, frozen=True):
    """Whoever makes a request."""

    #: as the journal names it: "user:3", "token:7", "public"
    actor: str
    #: None only for the public
    role: Role | None = None
    #: the only site it may act on; None: any site (a public principal has none to act on)
    site: int | None = None
    #: key of the box, kiosk, board or desk that a device token belongs to
    place: str | None = None
    #: the language it chose, as a catalogue name ("es", "en", …)
    language: str | None = None
    #: what a person is called on their own screen; never journalled
    name: str = ""
    #: proved by a cookie, so that a page of another origin must not be able to use it
    by_cookie: bool = False
    #: when the proof ends, milliseconds UTC; None: not by itself
    until_ms: int | None = None

    def within(self, site: int) -> int:
        """`site`, if this principal may act there; else `Refused` (403)."""
        if self.role is None or self.site not in (None, site):
            raise Refused("other-site", 403)
        return site

    @property
    def person(self) -> bool:
        """Whether this is somebody who signed in, rather than a device or the public."""
        return self.role in PEOPLE


#: nobody in particular: phone pages, sign-in
PUBLIC = Principal(actor="public")

#: the request that every handler gets: `request.user` is the principal
PageRequest = Request[Principal, Any, State]


class Authenticator(Protocol):
    """Proves who is asking. Both answer None for what is unknown, expired or revoked."""

    async def from_bearer(self, token: str) -> Principal | None:
        """The principal of an `Authorization: Bearer` token."""
        ...

    async def from_cookies(
        self, cookies: Mapping[str, str], wanted: Collection[Role]
    ) -> Principal | None:
        """The principal of a cookie, preferring one whose role is wanted.

        One browser can hold several (a desk and a kiosk side by side): each family of
        roles has its own cookie, see `cookies.py`. With no wanted role among them any
        other valid principal is returned, so that the answer is 403 rather than 401.
        """
        ...
