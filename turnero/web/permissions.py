"""Who may do what: one table. A route names one permission; nothing else decides.

Whether the principal may do it *at that site* is `Principal.within`.
"""

from turnero.web.principal import Role

PUBLIC = "public"

_K, _B, _D, _Y = Role.KIOSK, Role.BOARD, Role.DESK, Role.BOX
_G, _A, _S, _X = Role.GREETER, Role.AGENT, Role.SUPERVISOR, Role.ADMINISTRATOR

#: permission -> roles that have it
PERMISSIONS: dict[str, frozenset[Role]] = {
    # devices' own pages
    "kiosk.use": frozenset({_K, _X}),
    "board.show": frozenset({_Y, _B, _G, _A, _S, _X}),
    "device.report": frozenset({_K, _B, _D}),
    # its own, so that in a browser with several devices' cookies the board's is the one that counts
    "board.report": frozenset({_Y, _B}),
    # a box beside the hardware, and all that it hosts
    "box.work": frozenset({_Y}),
    "boxes.manage": frozenset({_X}),
    # the line
    "sites.read": frozenset(Role),
    "board.read": frozenset(Role),
    "tickets.issue": frozenset({_K, _D, _G, _A, _S, _X}),
    "tickets.read": frozenset(Role),
    "tickets.move": frozenset({_D, _G, _A, _S, _X}),
    "tickets.cancel": frozenset({_D, _G, _A, _S, _X}),
    "tickets.rate": frozenset({_K, _X}),
    "tickets.reprint": frozenset({_D, _G, _A, _S, _X}),
    "prints.answer": frozenset({_K, _G, _S, _X}),
    "desks.work": frozenset({_D, _A, _S, _X}),
    # callbacks: asked for in somebody's stead, seen masked, changed; and a whole number shown
    "callbacks.ask": frozenset({_G, _A, _S, _X}),
    "callbacks.read": frozenset({_G, _A, _S, _X}),
    "callbacks.change": frozenset({_G, _A, _S, _X}),
    # lists of people to call, their script and survey
    "campaigns.manage": frozenset({_S, _X}),
    # the telephone in the page, where the exchange is simulated
    "phones.hold": frozenset({_S, _X}),
    "numbers.reveal": frozenset({_A, _S, _X}),
    "help.answer": frozenset({_D, _G, _A, _S, _X}),
    # people's pages
    "desk.page": frozenset({_D, _A, _S, _X}),
    "greeter.page": frozenset({_G, _S, _X}),
    "supervisor.page": frozenset({_S, _X}),
    "supervisor.act": frozenset({_S, _X}),
    "paper.see": frozenset({_G, _S, _X}),
    "paper.faults": frozenset({_S, _X}),
    "signs.see": frozenset({_G, _S, _X}),
    "signs.faults": frozenset({_S, _X}),
    "account.own": frozenset({_G, _A, _S, _X}),
    # the installation
    "journal.read": frozenset({_Y, _D, _G, _A, _S, _X}),
    "accounts.manage": frozenset({_X}),
    "sites.manage": frozenset({_X}),
    "metrics.read": frozenset({_S, _X}),
}


def roles_with(permission: str) -> frozenset[Role]:
    """The roles that have this permission; `KeyError` for one that the table does not name."""
    return PERMISSIONS[permission]


def allowed(role: Role | None, permission: str) -> bool:
    """Whether this role has this permission. Everybody has "public"."""
    return permission == PUBLIC or (role is not None and role in PERMISSIONS[permission])
