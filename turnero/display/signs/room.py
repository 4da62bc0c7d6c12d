"""The signs that this process paints: a worker for each, started and stopped as the devices
change, and the virtual signs that live here. The same on a server and on a box: what differs
is the station.
"""

import asyncio
import logging
import re
from contextlib import aclosing
from functools import partial
from typing import Final, Protocol
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from turnero.display.signs.machines import machine
from turnero.display.signs.opening import KINDS, Lines, check
from turnero.display.signs.port import Limits
from turnero.display.signs.reads import settings_of
from turnero.display.signs.state import SignSettings
from turnero.display.signs.station import SignBeat, Station
from turnero.display.signs.virtual import Machine, VirtualLine
from turnero.display.signs.worker import Pace, Worker
from turnero.store.devices import Device
from turnero.store.errors import Refused, TurneroError

log = logging.getLogger("turnero.display")

#: seconds between tries while the devices cannot be read
RETRY_S: Final = 1.0
#: a virtual sign of an Alpha has so many places: they find room by themselves
ALPHA_PLACES: Final = 12
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,60}\Z")


class Changed(Protocol):
    """Called with the site of a sign that shows something else."""

    def __call__(self, site: int, *, news: bool) -> None:
        """`news`: it failed, or is well again."""


def _nobody(site: int, *, news: bool) -> None:
    """Nobody watches."""


class Signs:
    """All signs of one process. Lives on one loop."""

    def __init__(self, *, limits: Limits | None = None, pace: Pace | None = None) -> None:
        #: lines with virtual signs, by name
        self.virtual: dict[str, VirtualLine] = {}
        self._lines = Lines(limits, self.virtual)
        self._pace = pace
        self._workers: dict[Device, Worker] = {}
        self._machines: dict[int, tuple[VirtualLine, Machine]] = {}
        self._changed: Changed = _nobody
        self._scanning = asyncio.Lock()

    async def run(self, station: Station, changed: Changed = _nobody) -> None:
        """Paint until cancelled."""
        self._changed = changed
        try:
            async with aclosing(station.rings()) as rings:
                await self._surely_rescan(station)
                async for ring in rings:
                    if ring.devices:
                        await self._surely_rescan(station)
                    for device, worker in self._workers.items():
                        if device.site == ring.site:
                            worker.wake()
        finally:
            await self.stop()

    async def stop(self) -> None:
        """End every worker, each given a moment for the painting under way."""
        workers, self._workers = self._workers, {}
        await asyncio.gather(*(one.stop() for one in workers.values()), return_exceptions=True)

    def beats(self) -> dict[int, SignBeat]:
        """How each sign is, by the id of its device."""
        return {
            device.id: worker.beat
            for device, worker in self._workers.items()
            if worker.beat is not None
        }

    def machine_of(self, device: Device) -> tuple[VirtualLine, Machine] | None:
        """The virtual sign behind a device and its line; None when it is a real one."""
        return self._machines.get(device.id)

    async def rescan(self, station: Station) -> None:
        """Look at the devices: start what is new, restart what changed, stop what is gone."""
        async with self._scanning:
            wanted = {_bare(found) for found in await station.signs()}
            for known in [one for one in self._workers if one not in wanted]:
                await self._workers.pop(known).stop()
                self._take_down(known)
            for one in sorted(wanted, key=lambda found: found.id):
                if one not in self._workers:
                    self._start(one, station)

    async def _surely_rescan(self, station: Station) -> None:
        """Rescan, again and again while nobody can say: the signs that run go on."""
        while True:
            try:
                await self.rescan(station)
            except (TurneroError, OSError):
                log.exception("the signs cannot be looked up; trying again")
                await asyncio.sleep(RETRY_S)
            else:
                return

    def _start(self, device: Device, station: Station) -> None:
        """Start the worker of a device; settings that cannot be are logged, the rest goes on."""
        try:
            settings = settings_of(device)
            settings = self._put_up(device, settings)
            sign = self._lines.sign(settings)
        except (Refused, msgspec.ValidationError) as refusal:
            log.error(  # noqa: TRY400 - a wrong setting, not a defect
                "sign %s cannot be used: %s", device.key, refusal
            )
            self._take_down(device)
            return
        worker = self._workers[device] = Worker(
            device,
            sign,
            station,
            idle=settings.idle,
            changed=partial(self._changed, device.site),
            pace=self._pace,
        )
        worker.start()

    def _put_up(self, device: Device, settings: SignSettings) -> SignSettings:
        """The settings with the name of the virtual line in full; there its machine hangs now."""
        check(settings)
        name = virtual_name(device, settings.url)
        if name is None:
            return settings
        line = self.virtual.setdefault(name, VirtualLine(name))
        kind = KINDS[settings.protocol]
        made = machine(
            device.key,
            settings.protocol,
            kind.address if settings.address is None else settings.address,
            settings.width or kind.width or ALPHA_PLACES,
            tcp=False,
        )

        if not line.machines:
            line.changed.append(lambda: self._show(line))
        line.machines.append(made)
        self._machines[device.id] = (line, made)
        return replace(settings, url=f"virtual://{name}")

    def _show(self, line: VirtualLine) -> None:
        """Something on this line shows something else."""
        here = {id_ for id_, (where, _) in self._machines.items() if where is line}
        for site in {one.site for one in self._workers if one.id in here}:
            self._changed(site, news=False)

    def _take_down(self, device: Device) -> None:
        line, made = self._machines.pop(device.id, (None, None))
        if line is None or made is None:
            return
        line.machines.remove(made)
        if not line.machines:
            self.virtual.pop(line.name, None)


def virtual_name(device: Device, url: str) -> str | None:
    """The name of the virtual line that this sign is on, or None. "virtual:" alone is one of its
    own, named after the device; "virtual://hall" one that several may share.
    """
    parts = urlsplit(url)
    if parts.scheme != "virtual":
        return None
    name = parts.netloc or parts.path or f"{device.site}-{device.key}"
    return name if _NAME.match(name) else None


def _bare(device: Device) -> Device:
    """The device without its heartbeat: what must stay the same for its worker to go on."""
    return replace(device, heard_ms=None, state=None)
