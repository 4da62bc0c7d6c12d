"""What people are called on staff's screens: of who has an account once at the start, of others from
their own requests; kept in memory.

What somebody did before a restart keeps their name, though they have gone home since.
"""

from collections.abc import Callable, Mapping

from turnero.store.sql import Query
from turnero.web.principal import Principal
from turnero.web.wiring import Web

#: actor → what they are called
Names = Callable[[Query], Mapping[str, str]]


class People:
    """Actor → the name they use on their own screen."""

    def __init__(self, names: Names) -> None:
        self._accounts = names
        self._names: dict[str, str] = {}

    async def learn(self, web: Web) -> None:
        """Task: who has an account, read once; a newer name of one's own is kept."""
        self._names = {**await web.ledger.read(self._accounts), **self._names}

    def met(self, principal: Principal) -> Principal:
        """Remember somebody who is here."""
        if principal.person and principal.name:
            self._names[principal.actor] = principal.name
        return principal

    def name(self, actor: str | None) -> str:
        """Their name; "" for who is not known here, or no person."""
        return self._names.get(actor or "", "")
