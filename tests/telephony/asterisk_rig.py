"""The contract's rig around a real Asterisk."""

import math
import struct
import wave
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Self

import msgspec

from tests.peers.asterisk import PASSWORD, AsteriskPeer
from tests.peers.gate import Gate
from tests.peers.ports import free_port
from tests.peers.telephones import Telephones
from tests.telephony.rig import Heard, soon
from turnero.store.clock import SystemClock
from turnero.telephony.asterisk import Asterisk, AsteriskSettings
from turnero.telephony.asterisk.links import Outward
from turnero.telephony.exchange import Exchange, ExchangeAway, LinkUp, Phone, Say

RATE = 8_000


class Tones:
    """Every sentence is a tone of about its length: sound enough for an exchange under test."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def media(self, say: Say) -> str:
        """See `SoundsPort.media`."""
        milliseconds = max(300, 40 * len(say.text))
        path = self._folder / f"tone-{milliseconds}"
        if not path.with_suffix(".wav").exists():
            tone = (
                round(8_000 * math.sin(2 * math.pi * 440 * n / RATE))
                for n in range(RATE * milliseconds // 1000)
            )
            with wave.open(str(path.with_suffix(".wav")), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(b"".join(struct.pack("<h", one) for one in tone))
        return f"sound:{path}"


class AsteriskRig:
    """Its event link passes a gate; its requests do not."""

    def __init__(self, peer: AsteriskPeer, telephones: Telephones) -> None:
        self.peer = peer
        self._telephones = telephones
        self.gate = Gate(peer.http)
        self.exchange: Exchange
        self.console: Exchange = self.adapter(peer.url)
        self.heard: Heard
        self._ends: AsyncExitStack

    async def __aenter__(self) -> Self:
        """Listen, with the link up; what was begun is ended also where that fails."""
        async with AsyncExitStack() as ends:
            ends.push_async_callback(self.console.close)
            await self._begin(ends)
            await self.heard.of(LinkUp)
            self._ends = ends.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Listen no more."""
        await self._ends.aclose()

    async def _begin(self, ends: AsyncExitStack) -> None:
        """Gate, adapter and ear; nothing of the test before is left there."""
        await self.gate.start()
        ends.push_async_callback(self.gate.stop)
        self.exchange = self.adapter(f"http://127.0.0.1:{self.gate.port}")
        ends.push_async_callback(self.exchange.close)
        for state in await self.exchange.live():
            await self.exchange.hangup(state.id)
        self.heard = Heard(self.exchange)
        ends.push_async_callback(self.heard.close)

    def adapter(self, events: str) -> Asterisk:
        """One that is told of events through that address."""
        settings = AsteriskSettings(password=PASSWORD, url=self.peer.url, silence_s=2)
        clock = SystemClock()
        link = Outward(msgspec.structs.replace(settings, url=events), clock)
        return Asterisk(settings, Tones(self.peer.folder), clock, link=link)

    async def another(self) -> Exchange:
        return self.adapter(self.peer.url)

    async def ring_in(
        self, presses: str = "", *, withheld: bool = False, gives_up_s: float | None = None
    ) -> str:
        return self._telephones.ring_in("5511", presses, withheld=withheld, gives_up_s=gives_up_s)

    async def rings(self, to: Phone) -> int:
        return len(self._telephones.rung(to.e164))

    async def cut(self) -> None:
        self.gate.shut()

    async def mend(self) -> None:
        self.gate.open()

    async def crash(self) -> None:
        self.peer.kill()

    async def boot(self) -> None:
        # not in another thread: processes of ours end with the thread that began them
        self.peer.start()

    async def trunk(self, *, up: bool) -> None:
        self._telephones.trunk(up=up)


class OutwardRig(AsteriskRig):
    """The other direction: Asterisk dials out to us, through a gate; nothing is asked of its HTTP."""

    def __init__(self, peer: AsteriskPeer, telephones: Telephones) -> None:
        super().__init__(peer, telephones)
        self.listens = free_port()

    async def _begin(self, ends: AsyncExitStack) -> None:
        """See `AsteriskRig._begin`."""
        self.gate = Gate(self.listens, self.peer.outward)
        await self.gate.start()
        ends.push_async_callback(self.gate.stop)
        self.exchange = self.listening()
        ends.push_async_callback(self.exchange.close)
        self.heard = Heard(self.exchange)
        ends.push_async_callback(self.heard.close)
        try:
            await soon(self._swept, "it does not dial in", within_s=20)
        except AssertionError as late:
            late.add_note((self.peer.folder / "log" / "full").read_text()[-3000:])
            raise

    def listening(self) -> Asterisk:
        """An adapter that waits for Asterisk to dial in."""
        settings = AsteriskSettings(
            password=PASSWORD, url="", listen=f"127.0.0.1:{self.listens}", silence_s=2
        )
        return Asterisk(settings, Tones(self.peer.folder), SystemClock())

    async def _swept(self) -> bool:
        with suppress(ExchangeAway):
            for state in await self.exchange.live():
                await self.exchange.hangup(state.id)
            return True
        return False
