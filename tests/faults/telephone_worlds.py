"""The exchanges beside which lives are lived: a simulated one of the life's own, or a real Asterisk."""

import asyncio
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import structlog

from tests.peers.asterisk import PASSWORD
from tests.telephony.room import CALLING
from turnero.store.clock import Clock
from turnero.telephony.dialler import PREFIX
from turnero.telephony.exchange import Exchange, ExchangeAway
from turnero.telephony.simulated.client import RemoteExchange
from turnero.telephony.simulated.server import run

_CALLBACKS = (
    "\n[callbacks]\nbusy_minutes = 1\nagain_minutes = 1\nlater_minutes = 1\nnotice = false\n"
)


class Simulated(NamedTuple):
    """In a process of its own; a telephone rings 10 s, what is unknown waits a minute."""

    #: so many times as fast as the clock on the wall
    speed: int = 20
    site: str = CALLING + _CALLBACKS + "ring_s = 10\n"
    #: confirms; is busy once, then confirms
    numbers: tuple[str, ...] = ("987654301", "987654316")
    #: seconds of the wall for a life after its death
    limit_s: int = 60
    #: seconds of the wall after which the racy one writes down what it rang
    late_s: float = 0

    def begin(self, folder: Path, seed: int) -> Callable[[], None]:
        """Have an exchange for a life; call what is given back when it is over."""
        address = folder / "exchange"
        stop, hold = os.pipe()

        def live() -> None:
            os.close(hold)
            os.dup2(stop, 0)
            os.close(1)
            os.open(os.devnull, os.O_WRONLY)
            asyncio.run(run(f"unix:{address}", seed=seed, speed=self.speed))

        child = forked(live)
        while not address.exists():
            time.sleep(0.01)

        def end() -> None:
            os.close(hold)
            os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)
            os.close(stop)

        return end

    def exchange(self, folder: Path, clock: Clock) -> Exchange:
        """A way to it."""
        return RemoteExchange(f"unix:{folder / 'exchange'}")

    async def seen(self, exchange: Any) -> dict[str, int]:
        """What there is to say of it at the end."""
        dials = await exchange.dials()
        return {
            "twice": sum(1 for dial in dials if dial.beside and dial.to.startswith("+")),
            "dials": sum(1 for dial in dials if dial.to.startswith("+")),
            "left": len(await exchange.live()),
        }


class Real(NamedTuple):
    """A running Asterisk, whose telephones are as slow as telephones are.

    At four times the speed of the wall our guard of a ring is (40 + 10) / 4 s, longer than the one
    second for which its telephones ring; 1 is awaited for 30 / 4 s.
    """

    url: str
    sounds: Path
    numbers: tuple[str, ...]
    speed: int = 4
    site: str = (
        CALLING.replace('phone = "desk1"', 'phone = "desk"')
        + _CALLBACKS
        + "ring_s = 40\nconfirm_s = 30\n"
    )
    limit_s: int = 90
    late_s: float = 1.0

    def begin(self, folder: Path, seed: int) -> Callable[[], None]:
        """See `Simulated.begin`; it runs already."""
        return lambda: None

    def exchange(self, folder: Path, clock: Clock) -> Exchange:
        """See `Simulated.exchange`."""
        from tests.telephony.asterisk_rig import Tones
        from turnero.telephony.asterisk import Asterisk, AsteriskSettings

        settings = AsteriskSettings(password=PASSWORD, url=self.url)
        return Asterisk(settings, Tones(self.sounds), clock)

    async def seen(self, exchange: Any) -> dict[str, int]:
        """See `Simulated.seen`; what rang is for the telephones to say."""
        with suppress(ExchangeAway):
            return {"left": sum(1 for one in await exchange.live() if one.id.startswith(PREFIX))}
        return {}


World = Simulated | Real


def log_aside() -> None:
    """What is printed is what was seen; what is logged goes to stderr."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def forked(work: Callable[[], None]) -> int:
    """The id of a process that does it and ends."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001 - it is said, and the child ends
            traceback.print_exc()
        finally:
            os._exit(code)
    return child
