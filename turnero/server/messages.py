"""What `turnero doctor` says of the ways by which messages leave."""

import asyncio
from collections.abc import Iterator
from typing import Final

from turnero.queue.outbox import Channel
from turnero.server.doctor_devices import Finding
from turnero.server.settings import Settings, ways_of
from turnero.store.clock import SystemClock
from turnero.telephony.messages.opening import open_ways

#: seconds that doctor gives each
_PATIENCE_S: Final = 15
_WHAT: Final[dict[Channel, str]] = {"phone": "messages to phones", "mail": "e-mail"}


def examine(settings: Settings) -> Iterator[Finding]:
    """Whether each is set, and answers."""
    ways = ways_of(settings)
    for channel, address in (("phone", ways.phone), ("mail", ways.mail)):
        name = _WHAT[channel]  # type: ignore[index]
        if not address:
            yield Finding(name, "ok", "none are sent: no way is set")
        elif address == "console":
            yield Finding(name, "warning", "only logged, not sent", f"Set messages_{channel}.")
    for channel, why in asyncio.run(_checked(settings)).items():
        if why is None:
            yield Finding(_WHAT[channel], "ok", "the way out answers")
        else:
            yield Finding(
                _WHAT[channel],
                "fault",
                f"the way out does not work: {why}",
                f"Check messages_{channel}, and that the server may reach it.",
            )


async def _checked(settings: Settings) -> dict[Channel, str | None]:
    """Channel → why its way out does not work, None where it does; of those that are not logs."""
    ways = ways_of(settings)
    ways = ways._replace(
        phone="" if ways.phone == "console" else ways.phone,
        mail="" if ways.mail == "console" else ways.mail,
    )
    found: dict[Channel, str | None] = {}
    for channel, way in open_ways(ways, settings.data, SystemClock().now_ms).items():
        try:
            async with asyncio.timeout(_PATIENCE_S):
                found[channel] = await way.check()
        except TimeoutError:
            found[channel] = "no answer in time"
        finally:
            await way.close()
    return found
