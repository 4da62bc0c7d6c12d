"""`/`: to the page where this browser's role belongs."""

from litestar import Response, get

from turnero.server.accounts.service import Accounts
from turnero.server.looks import SiteLooks
from turnero.web import cookies
from turnero.web.pages import see_other, web_of
from turnero.web.principal import PageRequest, Principal, Role
from turnero.web.slice import Slice
from turnero.web.wiring import Web

#: role -> its first page
HOMES = {
    Role.KIOSK: "/kiosk",
    Role.BOARD: "/board",
    Role.DESK: "/desk",
    Role.GREETER: "/greeter",
    Role.AGENT: "/desk",
    Role.SUPERVISOR: "/supervisor",
    Role.ADMINISTRATOR: "/admin",
}


def home_of(web: Web, principal: Principal | None) -> str:
    """The first page of this principal; nobody in particular signs in."""
    if principal is None or principal.role is None:
        return web.sign_in or "/sign-in"
    path = HOMES[principal.role]
    if principal.role == Role.DESK and principal.site is not None and principal.place:
        return f"{path}/{web.looks.look(principal.site).key}.{principal.place}"
    return path


def make(_accounts: Accounts, _looks: SiteLooks) -> Slice:
    """The slice."""

    @get("/", opt={"permission": "public"})
    async def home(request: PageRequest) -> Response[str]:
        jar = cookies.parse(request.headers.get("cookie", ""))
        everybody = frozenset(Role)
        known = await web_of(request).authenticator.from_cookies(jar, everybody) if jar else None
        return see_other(request, home_of(web_of(request), known))

    return Slice(name="home", routes=[home])
