"""A hall with three desks and three signs: one over a desk, one for a zone, one for all."""

from tests.queue.hall import Hall
from turnero.display.signs import reads
from turnero.display.signs.state import SignState
from turnero.store import devices
from turnero.store.devices import Device

SITE = """
[site]
key = "hnc"
name = "Hospital Nacional"
zone = "America/Lima"
profile = "pe"

[[service]]
key = "caja"
prefix = "C"
name = { es = "Caja" }
all_day = true

[[desk]]
key = "v1"
name = "Ventanilla 1"
zone = "a"
primary = ["caja"]

[[desk]]
key = "v2"
name = "Ventanilla 2"
zone = "a"
primary = ["caja"]

[[desk]]
key = "v3"
name = "Farmacia"
zone = "b"
primary = ["caja"]

[[sign]]
key = "s1"
name = "Sobre la ventanilla 1"
url = "virtual://pasillo"
protocol = "ditel"
address = 1
desk = "v1"
width = 4
idle = "LIBRE"

[[sign]]
key = "sa"
name = "Sala A"
url = "virtual://pasillo"
protocol = "ditel"
address = 2
zone = "a"
width = 8
arrows = { "Ventanilla 2" = "left" }

[[sign]]
key = "todo"
name = "Entrada"
url = "virtual:"
protocol = "modbus-dm"
"""

BOXED = SITE.replace(
    "[[sign]]", '[[box]]\nkey = "caja"\nname = "Caja"\n\n[[sign]]\nbox = "caja"', 1
)


class Signed(Hall):
    """A hall with three desks and three signs; who is at each desk."""

    at: dict[str, str]

    async def press(self, desk: str, *moves: str) -> None:
        """Call the next person to a desk, or do these moves with who is there."""
        if not moves:
            ticket = await self.next(desk)
            assert ticket is not None
            self.at[desk] = ticket
        for move in moves:
            if move == "finish":
                await self.finish(self.at[desk])
            else:
                await self.move(move, self.at[desk])

    async def sign(self, key: str) -> Device:
        found = await self.read(devices.by_key, self.site, "sign", key)
        assert found is not None
        return found

    async def shown(self, key: str) -> SignState:
        return await self.read(reads.state, await self.sign(key), self.clock.line_ms())

    async def beat(self, sign: Device, said: str) -> None:
        """A box says how its sign is."""
        await self.act(devices.beat, devices.Beat(sign.id, said))
