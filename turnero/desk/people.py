"""What people are called on staff's screens: learned from their own requests, kept in memory.

A name comes with its person's session; this room stores none. After a restart each is known
again as soon as that person's page is back, which is within seconds.
"""

from turnero.web.principal import Principal


class People:
    """Actor → the name they use on their own screen."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def met(self, principal: Principal) -> Principal:
        """Remember somebody who is here."""
        if principal.person and principal.name:
            self._names[principal.actor] = principal.name
        return principal

    def name(self, actor: str | None) -> str:
        """Their name; "" for who is not known here, or no person."""
        return self._names.get(actor or "", "")
