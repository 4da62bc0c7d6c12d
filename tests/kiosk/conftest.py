"""The kiosk's room on a real ledger in this process, on a clock that moves when it is told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from tests.kiosk.clinic import ADDRESS, HOST, MORNING_MS, Clinic, Kiosks, Recorded, described
from tests.peers.stores import opened
from turnero.kiosk import slice as kiosk
from turnero.queue.commands.sites import load_site
from turnero.queue.site_file import decode
from turnero.store.clock import VirtualClock
from turnero.store.vault import Vault
from turnero.telephony.sealing import SealedNumbers
from turnero.web.guards import demand_permissions
from turnero.web.look import Look, OneLook
from turnero.web.wiring import options, weave


@pytest.fixture
def profile() -> str:
    """The country whose words the clinic uses; a test overrides it."""
    return "pe"


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str | None:
    """None for SQLite, else the URL of a fresh PostgreSQL database."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url: str = request.getfixturevalue("migrated_postgres")
        return url
    return None


@pytest.fixture
async def clinic(tmp_path: Path, profile: str, database: str | None) -> AsyncIterator[Clinic]:
    clock = VirtualClock(MORNING_MS)
    voice = Recorded()
    telephones = SealedNumbers(Vault(tmp_path / "data"))
    look = Look(number=1, key="main", name="Clínica", profile=profile, zone="America/Lima")
    async with opened(tmp_path / "data", database, clock=clock) as ledger:
        await ledger.run(load_site, decode(described(profile)), site=1, actor="system")
        web = weave(
            [replace(kiosk.make(ADDRESS, telephones=telephones), speech=voice)],
            ledger=ledger,
            clock=clock,
            authenticator=Kiosks(),
            looks=OneLook(look),
        )
        app = Litestar(**options(web), openapi_config=None)
        demand_permissions(app)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as client:
            yield Clinic(ledger, clock, web, client, voice, telephones)
        web.hub.stop()
