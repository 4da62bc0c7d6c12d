"""The signs of a site as a page shows them: a picture of each, and how it is.

Of a virtual sign the picture is what its bytes lit; of a real one what was painted last.
"""

from typing import TYPE_CHECKING, Any, Final

import msgspec

from turnero.display.signs import reads
from turnero.display.signs.face import Face, TooNarrowError, digits_only, laid_out
from turnero.display.signs.opening import KINDS
from turnero.display.signs.picture import Drawing, drawn
from turnero.display.signs.room import ALPHA_PLACES, Signs
from turnero.display.signs.state import SignSettings
from turnero.display.signs.station import SignBeat
from turnero.display.signs.virtual import Faults, Machine, VirtualLine
from turnero.queue import reads as line
from turnero.store.devices import Device
from turnero.store.errors import NotFound
from turnero.store.facts import Entry
from turnero.store.sql import Query
from turnero.web.principal import Principal
from turnero.web.view import LiveContext

if TYPE_CHECKING:
    from turnero.web.wiring import Web

#: a sign that was not heard for so long may show anything: three heartbeats
ALIVE_MS: Final = 65_000
#: protocols of signs whose characters are made of bars
_BARS: Final = frozenset({"modbus-ditel", "modbus-dm"})


class Shown(msgspec.Struct, frozen=True):
    """A sign as the template draws it."""

    key: str
    name: str
    #: key of its desk; "" where it calls for a zone
    desk: str
    zone: str
    protocol: str
    #: what stands on it, in words
    words: str
    drawing: Drawing
    virtual: bool
    #: shown | sent | failed | unconfirmed | silent
    state: str
    #: a `port.Reason`, or ""
    reason: str
    #: wall clock; None: it is well
    since_ms: int | None
    #: switch → thrown; None: a real sign
    switches: dict[str, bool] | None


def shown(device: Device, signs: Signs, now_ms: int) -> Shown | None:
    """One sign; None where its settings cannot be read."""
    try:
        settings = reads.settings_of(device)
    except msgspec.ValidationError:
        return None
    beat = signs.beats().get(device.id) or _heard(device, now_ms)
    found = signs.machine_of(device)
    face = beat.face if beat is not None else Face()
    if found is not None:
        panel, look = found[1].panel, found[1].look
        text = panel.text.ljust(found[1].width)
        drawing = drawn(text, look, panel.brightness)
        words = panel.text.strip()
    else:
        look = "segments" if settings.protocol in _BARS else "dots"
        drawing = drawn(_painted(face, settings), look, settings.brightness or 100)
        words = face.words
    well = beat is not None and beat.reason is None
    return Shown(
        key=device.key,
        name=device.name,
        desk=settings.desk or "",
        zone=device.zone,
        protocol=settings.protocol,
        words=words,
        drawing=drawing,
        virtual=found is not None,
        state=beat.result.value if beat is not None else "silent",
        reason=beat.reason.value if beat is not None and beat.reason is not None else "",
        since_ms=None if well or beat is None else beat.since_ms,
        switches=switches(found[1].faults) if found is not None else None,
    )


def switches(faults: Faults) -> dict[str, bool]:
    """Which switches are thrown, by the name of their text in the template."""
    return {
        "unplugged": faults.unplugged,
        "mute": faults.mute,
        "garbage": faults.garbage,
        "half": faults.half,
        "refuse": faults.refuse,
        "late": faults.late_s > 0,
        "drop": faults.drop_after is not None,
    }


def _heard(device: Device, now_ms: int) -> SignBeat | None:
    """What a sign of a box said last, if that is not long ago."""
    if device.heard_ms is None or now_ms - device.heard_ms > ALIVE_MS:
        return None
    try:
        return msgspec.json.decode(device.state or "", type=SignBeat)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None


def _painted(face: Face, settings: SignSettings) -> str:
    """The characters on a real sign."""
    width = settings.width or KINDS[settings.protocol].width or ALPHA_PLACES
    lay = digits_only if settings.protocol == "modbus-dm" else laid_out
    try:
        return lay(face, width)
    except TooNarrowError:
        return " " * width


async def all_of(web: "Web", signs: Signs, site: int) -> dict[str, Any]:
    """The context of the page's live blocks."""
    found = await web.ledger.read(reads.signs_of, site)
    now_ms = web.clock.now_ms()
    drawings = [shown(one, signs, now_ms) for one in found]
    desks = await web.ledger.read(_desk_names, site)
    return {
        "signs": [one for one in drawings if one is not None],
        "desks": desks,
    }


def _desk_names(q: Query, site: int) -> dict[str, str]:
    return {row.key: row.name for row in q.rows(reads.DESKS, site=site)}


async def machine(web: "Web", signs: Signs, site: int, key: str) -> tuple[VirtualLine, Machine]:
    """A virtual sign of a site. Raises `NotFound("sign-unknown")`, for real ones too."""
    for device in await web.ledger.read(reads.signs_of, site):
        found = signs.machine_of(device)
        if device.key == key and found is not None:
            return found
    raise NotFound("sign-unknown", sign=key[:100])


class SignsView:
    """All signs of a site; `arg` is the site's key."""

    name = "signs"
    permission = "signs.see"
    #: heartbeats, of signs that boxes host
    refresh_s: float | None = 20.0
    block = "signs"

    def __init__(self, signs: Signs) -> None:
        self._signs = signs

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        site = await ctx.ledger.read(line.site_no, arg)
        if site is None:
            raise NotFound("site-unknown", site=arg[:100])
        return principal.within(site)

    def concerns(self, entry: Entry, arg: str) -> bool:
        """What is lit lies outside the journal: the room of signs pokes this view."""
        del arg
        return entry.kind == "site-loaded"

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        context = await all_of(ctx.web, self._signs, site) | {"key": arg}
        return ctx.fragment("display/signs.html", self.block, context, site=site, language=language)


class SignsFaultsView(SignsView):
    """The switches of the virtual ones, for who may throw them."""

    name = "signs-faults"
    permission = "signs.faults"
    block = "switches"
