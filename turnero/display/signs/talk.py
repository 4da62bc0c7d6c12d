"""Waiting for a sign's answer, the same for all that have one."""

import asyncio
from collections.abc import Callable
from typing import Final

from turnero.display.signs.links import Link
from turnero.display.signs.port import Outcome, Reason, Result

#: more than any answer: what goes on longer is noise
_MOST: Final = 1024


async def answer(link: Link, limit_s: float, judge: Callable[[bytes], Outcome | None]) -> Outcome:
    """What all that was heard means, as soon as it means something.

    `judge`: gets everything since the question; None while no whole answer is in it. Once the
    time is up, silence is MUTE and anything else GARBLED: no answer is never "ok".
    """
    loop = asyncio.get_running_loop()
    give_up = loop.time() + limit_s
    heard = b""
    while (left := give_up - loop.time()) > 0 and len(heard) < _MOST:
        heard += await link.read(left)
        found = judge(heard)
        if found is not None:
            return found
    return Outcome(Result.UNCONFIRMED, Reason.GARBLED if heard else Reason.MUTE)
