"""The live parts of the paper roll: what came out, and the switches of the virtual printer."""

from typing import Any, Final

import msgspec

from turnero.printer import reads
from turnero.printer.decode import decode
from turnero.printer.operations import Letters, LineFeed
from turnero.printer.profiles import DOTS_PER_MM, Profile
from turnero.printer.room import Printers
from turnero.printer.virtual import Printout, VirtualPrinter
from turnero.store.devices import Device
from turnero.store.errors import NotFound
from turnero.store.facts import Entry
from turnero.store.ledger import Ledger
from turnero.web.principal import Principal
from turnero.web.view import LiveContext

#: pieces of paper that the page shows
SHOWN: Final = 12


class Sheet(msgspec.Struct, frozen=True):
    """A piece of paper on the roll."""

    number: int
    at_ms: int
    #: what stands on it, for who cannot see the picture
    text: str
    #: of the picture, in pixels
    width: int


async def find(
    ledger: Ledger, printers: Printers, principal: Principal, ref: str
) -> tuple[Device, VirtualPrinter]:
    """A virtual printer by "site.printer", or by the printer's key alone where only one has it.

    Raises `NotFound("paper-unknown")`, also for real printers: they keep no paper.
    """
    for device in await ledger.read(reads.printers_named, ref):
        if principal.site in (None, device.site):
            machine = printers.virtual_of(device)
            if machine is not None:
                return device, machine
    raise NotFound("paper-unknown")


def reading(data: bytes) -> str:
    """What a reader of the paper reads: its lines, joined."""
    lines, line = [], ""
    for operation in decode(data):
        match operation:
            case Letters(text=text):
                line += text
            case LineFeed():
                lines.append(line.strip())
                line = ""
            case _:
                continue
    return " · ".join(one for one in [*lines, line.strip()] if one.strip("─ "))


def roll(ref: str, device: Device, machine: VirtualPrinter) -> dict[str, Any]:
    """What the roll shows."""
    return {
        "ref": ref,
        "printer": device,
        "sheets": [_sheet(paper, machine.profile) for paper in machine.papers[:SHOWN]],
        "faults": machine.faults,
        "held": machine.held_bytes() > 0,
    }


def switches(machine: VirtualPrinter) -> dict[str, bool]:
    """Which switches are thrown, by the name of their text in the template."""
    faults = machine.faults
    return {
        "out": faults.paper == "out",
        "near-end": faults.paper == "near-end",
        "cover": faults.cover_open,
        "offline": faults.offline,
        "unplugged": faults.unplugged,
        "mute": faults.mute,
        "drop": faults.drop_after is not None,
        "slow": faults.bytes_per_s is not None,
    }


def _sheet(paper: Printout, profile: Profile) -> Sheet:
    return Sheet(paper.number, paper.at_ms, reading(paper.data), profile.paper_mm * DOTS_PER_MM)


class PaperView:
    """The roll; `arg` is the printer."""

    name = "paper"
    permission = "paper.see"
    refresh_s: float | None = None
    block = "roll"

    def __init__(self, printers: Printers) -> None:
        self._printers = printers

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        device, _ = await find(ctx.ledger, self._printers, principal, arg)
        return device.site

    def concerns(self, entry: Entry, arg: str) -> bool:
        """Paper lies outside the journal: the printers poke this view."""
        del entry, arg
        return False

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        everywhere = Principal(actor="system", site=site)
        device, machine = await find(ctx.ledger, self._printers, everywhere, arg)
        context = {**roll(arg, device, machine), "switches": switches(machine)}
        return ctx.fragment("printer/paper.html", self.block, context, site=site, language=language)


class SwitchesView(PaperView):
    """The switches, for who may throw them."""

    name = "paper-switches"
    permission = "paper.faults"
    block = "switches"
