"""How a box comes to belong to a site: it asks, shows a code, waits, and gets its token."""

import asyncio
import contextlib
import logging
import sys
from typing import Final

import msgspec

from turnero import __version__
from turnero.boxes.protocol import Pair, Pairing
from turnero.device import keeping
from turnero.device.box import Box, hardware
from turnero.device.link import Pause
from turnero.store.errors import TurneroError

log = logging.getLogger("turnero.device")

#: seconds between two questions
POLL_S: Final = 2.0
#: seconds after which a box that was turned away asks again by itself
REFUSED_S: Final = 600.0
#: the pairing under way, so that a restart shows the same code
KEPT: Final = "pairing"


class Pairer:
    """Asks to be let in whenever the box has no token that is worth anything."""

    def __init__(self, box: Box, poll_s: float = POLL_S) -> None:
        self._box = box
        self._poll_s = poll_s
        self._again = asyncio.Event()
        box.link.changed.append(self._again.set)

    def ask_again(self) -> None:
        """Somebody at the box wants it to ask: after it was revoked, or turned away."""
        box = self._box
        box.refused = False
        if box.link.standing != "unpaired":
            box.link.use(None)
        self._again.set()
        box.tell()

    async def run(self) -> None:
        """Ask until cancelled."""
        pause = Pause()
        while True:
            self._again.clear()
            if self._box.link.standing != "unpaired":
                await self._again.wait()
                continue
            try:
                await self._once()
                pause.well()
            except TurneroError as error:
                log.info("not let in yet: %s", error)
                await pause.rest()

    async def _once(self) -> None:
        box = self._box
        if box.refused:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REFUSED_S):
                    await self._again.wait()
            box.refused = False
        asked = await box.ledger.read(keeping.kept, KEPT, Pairing)
        if asked is None:
            asked = await box.link.pair(Pair(box.fingerprint, __version__, hardware()))
            await box.note(KEPT, msgspec.json.encode(asked).decode())
        if box.pairing != asked:
            box.pairing = asked
            _say(box, asked)
            box.tell()
        stands = await box.link.poll(asked.secret)
        if stands.state == "waiting":
            await asyncio.sleep(self._poll_s)
            return
        if stands.state == "approved" and stands.token is not None:
            await box.let_in(stands)
        box.refused = stands.state == "refused"
        await box.note(KEPT, None)
        box.pairing = None
        box.tell()


def _say(box: Box, asked: Pairing) -> None:
    """On the terminal too: a box may have no screen yet."""
    for line in (
        "This box wants to be let in. An administrator opens",
        f"  {asked.url}",
        f"  code         {asked.code[:4]} {asked.code[4:]}",
        f"  fingerprint  {box.fingerprint}",
    ):
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - the command line's voice
