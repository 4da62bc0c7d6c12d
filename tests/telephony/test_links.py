"""The event link where no Asterisk is needed: what keeps closing it is asked less and less often."""

from websockets.asyncio.server import ServerConnection, serve

from turnero.store.clock import SystemClock
from turnero.telephony.asterisk import AsteriskSettings
from turnero.telephony.asterisk.links import PAUSES_S, Outward
from turnero.telephony.exchange import LinkUp


class Patient(SystemClock):
    """Remembers how long it was to sleep, and does not."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`."""
        self.slept.append(seconds)


async def test_who_lets_us_in_and_throws_us_out_is_not_asked_again_at_once_for_ever() -> None:
    async def throws_out(socket: ServerConnection) -> None:
        await socket.close()

    clock = Patient()
    async with serve(throws_out, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        settings = AsteriskSettings(password="x", url=f"http://127.0.0.1:{port}")
        messages = Outward(settings, clock).messages()
        times_up = 0
        async for message in messages:
            times_up += isinstance(message, LinkUp)
            if times_up == len(PAUSES_S) + 2:
                break
        await messages.aclose()
    assert clock.slept == [*PAUSES_S, PAUSES_S[-1]]
