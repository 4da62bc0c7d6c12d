"""What can be set for one board, kept in its device's row; a site's file describes it under `[[board]]`.

Only shapes and defaults. A setting that cannot be read costs that board its settings, not its life.
"""

import logging
from typing import Annotated, Literal

import msgspec

from turnero.queue.site_shape import Arrow
from turnero.store.devices import Device

log = logging.getLogger(__name__)


class BoardSettings(msgspec.Struct, frozen=True):
    """One board; everything may be left out."""

    #: whether it sounds; unset: the first board of its zone that can (announce.sounding)
    sound: bool | None = None
    #: black and yellow, for a panel that hangs against a window
    contrast: bool = False
    #: languages spoken for every call, in order; unset: the site's, then the called person's own
    voice: tuple[str, ...] = ()
    #: name of a desk -> where it lies as seen by who reads this board; unset: right
    arrows: dict[str, Arrow] = {}
    #: language -> lines shown one after the other
    notices: dict[str, tuple[str, ...]] = {}


def settings_of(device: Device | None) -> BoardSettings:
    """The settings of a board; defaults where there is none or they cannot be read."""
    if device is None:
        return BoardSettings()
    try:
        return msgspec.json.decode(device.settings or "{}", type=BoardSettings)
    except (msgspec.ValidationError, msgspec.DecodeError) as wrong:
        log.warning("board %s has settings that cannot be read: %s", device.key, wrong)
        return BoardSettings()


class BoardState(msgspec.Struct, frozen=True):
    """What a board says of itself every ten seconds; kept as its heartbeat."""

    #: journal number of the newest call it knows
    seq: int
    #: "ok", "blocked" by the browser, "failed", "unknown" before it tried, "gone" when its page is left
    sound: Literal["ok", "blocked", "failed", "unknown", "gone"]
    #: from the last announced call to the start of its announcement; null: none yet
    lag_ms: int | None = None
    #: calls not yet announced
    backlog: int = 0
    #: whether it is the one that sounds in its zone
    sounding: bool = False
    #: version of the page it runs
    version: Annotated[str, msgspec.Meta(max_length=40)] = ""


def state_of(device: Device) -> BoardState | None:
    """What a board last said of itself; None if it never did."""
    if not device.state:
        return None
    try:
        return msgspec.json.decode(device.state, type=BoardState)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return None
