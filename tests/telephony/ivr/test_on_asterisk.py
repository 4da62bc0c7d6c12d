"""The menu on a real Asterisk, spoken by espeak-ng, with real telephones: asked for, held, joined, rated."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from tests.peers.asterisk import PASSWORD, AsteriskPeer
from tests.peers.stores import opened
from tests.peers.telephones import Telephones
from tests.queue.hall import SITE, Hall
from tests.telephony.ivr.caller import rings
from tests.telephony.ivr.menus import only_first
from tests.telephony.rig import soon
from turnero.display.voice import espeak
from turnero.display.voice.cache import Cache
from turnero.display.voice.guidance import Guidance
from turnero.display.voice.studio import Studio
from turnero.queue.facts import TicketRated
from turnero.store.clock import SystemClock
from turnero.store.vault import Vault
from turnero.telephony.asterisk import Asterisk, AsteriskSettings
from turnero.telephony.dialler import PREFIX
from turnero.telephony.exchange import Gather, Say
from turnero.telephony.ivr.made import inbounds
from turnero.telephony.service import Telephone
from turnero.telephony.sounds import Sounds

pytestmark = pytest.mark.requires("sip-tester", "baresip-core", "espeak-ng")

#: at any hour of any day; the desk's telephone is a softphone that answers by itself
OPEN = (
    only_first(SITE)
    .replace("callbacks = {}", "callbacks = {}\nall_day = true")
    .replace('phone = "desk1"', 'phone = "desk"')
    .replace(
        "[[service]]",
        '[callbacks]\nweekdays = "00:00-23:59"\nsaturdays = "00:00-23:59"\nsundays = "00:00-23:59"\n'
        "\n[[service]]",
        1,
    )
)


class Told(Asterisk):
    """Remembers what was said."""

    said: list[str]

    async def prompt(self, leg_id: str, says: Sequence[Say], gather: Gather | None = None) -> None:
        """See `Exchange.prompt`."""
        await super().prompt(leg_id, says, gather)
        self.said += [one.text for one in says]


class Site:
    """A site whose line is at a real Asterisk."""

    def __init__(self, hall: Hall, exchange: Told, rings: Callable[..., Awaitable[None]]) -> None:
        self.hall = hall
        self.exchange = exchange
        self.rings = rings

    async def hears(self, sentence: str, within_s: float = 30) -> None:
        async def so() -> bool:
            return sentence in self.exchange.said

        await soon(so, f"{sentence!r} is not said: {self.exchange.said}", within_s)


@pytest.fixture
async def site(
    asterisk_and_telephones: tuple[AsteriskPeer, Telephones], tmp_path: Path
) -> AsyncIterator[Site]:
    peer, telephones = asterisk_and_telephones
    clock = SystemClock()
    speech = Guidance(Studio(espeak.find(), Cache(tmp_path / "wide")))
    settings = AsteriskSettings(password=PASSWORD, url=peer.url)
    exchange = Told(settings, Sounds(speech, tmp_path / "narrow"), clock)
    exchange.said = []
    async with opened(tmp_path / "data", clock=clock) as ledger:
        hall = Hall(ledger, clock)  # type: ignore[arg-type]
        await hall.load(OPEN)
        await hall.open("v1")
        vault = Vault(tmp_path / "data")
        menus = inbounds(ledger, exchange, vault, speech)
        telephone = Telephone(ledger, exchange, vault, holder="one", inbounds=menus)
        running = asyncio.create_task(telephone.run())

        async def ring(caller: str, *presses: tuple[float, str]) -> None:
            await soon(lambda: _linked(telephone), "no link to Asterisk")
            await asyncio.to_thread(rings, peer, telephones, caller, presses)

        yield Site(hall, exchange, ring)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _linked(telephone: Telephone) -> bool:
    return telephone._link


async def test_somebody_rings_and_asks_to_be_called_back(site: Site) -> None:
    await site.rings("+51970000001", (2, "1"), (2, "1"), (2, "2"), (2, "987654321#"), (3, "1"))
    await site.hears("Si es una emergencia, cuelgue y marque 106.")
    await site.hears("9, 7, 0")
    await site.hears("9, 8, 7")
    await site.hears("Listo: su lugar está guardado.")
    await site.hears("Hasta luego.")


async def test_somebody_stays_on_the_line_is_joined_and_rates(site: Site) -> None:
    # Who speaks presses the same key again and again; it counts once it is asked for.
    await site.rings("+51970000002", (2, "1"), (2, "2"), (7, "5"), *[(4, "5")] * 6)
    await site.hears("Ya está en la fila. Por favor, no cuelgue.")
    ticket = await site.hall.next("v1")
    assert ticket is not None

    async def joined() -> bool:
        return any(one.joined for one in await site.exchange.live())

    await soon(joined, "they are not joined", within_s=20)

    async def serving() -> bool:
        return await site.hall.state(ticket) == "serving"

    await soon(serving, "the service does not begin")
    desk = next(one for one in await site.exchange.live() if one.id.startswith(PREFIX))
    await site.exchange.hangup(desk.id, "the agent hangs up")
    await site.hears("Si prefiere no responder, marque 0.")

    async def rated() -> bool:
        return [fact.answer for fact in await site.hall.facts(TicketRated)] == [5]

    await soon(rated, "no rating came", within_s=30)
    await site.hears("Gracias.")

    async def hung_up() -> bool:
        return await site.exchange.live() == []

    await soon(hung_up, "the line is not freed", within_s=30)
