"""What pages share while the store is not open: the same, on a ledger that refuses everything."""

from typing import Any

from turnero.server.settings import Settings
from turnero.store.clock import SystemClock
from turnero.store.ids import SystemIds
from turnero.store.ledger import Ledger
from turnero.web.look import Look, OneLook
from turnero.web.principal import Principal
from turnero.web.wiring import Web, weave


class _NoBackend:
    """No database: a ledger on it is never started, so it answers `Unavailable`."""

    dialect = "sqlite"
    alone = True


class _Nobody:
    """Nobody can be proved to be anybody."""

    async def from_bearer(self, token: str) -> Principal | None:
        return None

    async def from_cookies(self, cookies: Any, wanted: Any) -> Principal | None:
        return None


def waiting_web(settings: Settings) -> Web:
    """Templates, texts and files; no slices."""
    clock = SystemClock()
    ledger = Ledger(_NoBackend(), key=b"", clock=clock, ids=SystemIds())  # type: ignore[arg-type]
    look = Look(0, "", "Turnero", settings.languages, settings.profile)
    return weave(
        (),
        ledger=ledger,
        clock=clock,
        authenticator=_Nobody(),
        looks=OneLook(look),
        languages=settings.languages,
        proxies=settings.trusted_proxies,
    )
