"""Where each role belongs: what `/` sends it to."""

from turnero.web.principal import Principal, Role
from turnero.web.wiring import Web

#: role -> its first page
HOMES = {
    Role.KIOSK: "/kiosk",
    Role.BOARD: "/board",
    Role.DESK: "/desk",
    Role.GREETER: "/greeter",
    Role.AGENT: "/desk",
    Role.SUPERVISOR: "/supervisor",
    Role.ADMINISTRATOR: "/accounts",
}


def home_of(web: Web, principal: Principal | None) -> str:
    """The first page of this principal; nobody in particular signs in."""
    if principal is None or principal.role is None:
        return web.sign_in or "/sign-in"
    path = HOMES[principal.role]
    if principal.role == Role.DESK and principal.site is not None and principal.place:
        return f"{path}/{web.looks.look(principal.site).key}.{principal.place}"
    return path
