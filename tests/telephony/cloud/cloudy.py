"""Our adapter before the stand-in of a service, as tests begin, kill and set it ahead."""

from pathlib import Path

from tests.telephony.cloud.service import ACCOUNT, PUBLIC, TOKEN, Service
from tests.telephony.rig import Heard, leg_id
from turnero.store.clock import SystemClock
from turnero.telephony.cloud.adapter import Cloud
from turnero.telephony.cloud.hearing import BASE
from turnero.telephony.cloud.settings import CloudSettings
from turnero.telephony.cloud.signatures import fields_of
from turnero.telephony.exchange import Answered, Extension, Leg, Phone, Placed


class Later(SystemClock):
    """A clock that can be set ahead."""

    ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms


class Cloudy:
    """The service, and our adapter before it."""

    def __init__(self, service: Service, data: Path) -> None:
        self.service = service
        self.data = data
        self.clock = Later()
        self.settings = CloudSettings(
            ACCOUNT, TOKEN, "+5116117300", PUBLIC, "hospital.sip.example", service.url
        )
        self.begin()

    def begin(self) -> None:
        self.exchange = Cloud(self.settings, self.data, self.clock)
        self.heard = Heard(self.exchange)
        self.service.reach = self.reach

    async def reach(self, path: str, body: bytes, signature: str) -> bytes:
        inner, _, query = path.partition("?")
        return self.exchange.webhook(inner.removeprefix(BASE), query, fields_of(body), [signature])

    async def again(self) -> None:
        """Our process dies and another one begins."""
        await self.end()
        self.begin()

    async def again_heard(self) -> None:
        """Who listens begins anew."""
        await self.heard.close()
        self.heard = Heard(self.exchange)

    async def end(self) -> None:
        self.service.reach = None
        await self.heard.close()
        await self.exchange.close()

    async def rung(self, to: Phone | Extension, ring_s: int = 20) -> str:
        leg = leg_id("leg")
        assert await self.exchange.place(Leg(leg, to, ring_s)) is Placed.ACCEPTED
        return leg

    async def answered(self, to: Phone | Extension) -> str:
        leg = await self.rung(to)
        await self.heard.of(Answered, leg)
        return leg
