"""What a board is given to announce: its zone's calls in order, in which languages, by which board.

Pure rules over what the line and the devices say. *When* each is said, and how much of it when many
wait, is decided where it sounds: static/queue.js, so that a late or busy board cannot be overrun.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from turnero.display.settings import BoardSettings, settings_of, state_of
from turnero.queue.reads.boards import RECENT
from turnero.queue.views import BoardView, CallView
from turnero.store.devices import Device

#: A board that was not heard for this long does not sound: two heartbeats and a little, since until
#: then nobody hears who is called.
ALIVE_MS: Final = 25_000

#: Languages that nobody's own choice turns on: the voice waits for a native speaker's approval.
_BY_SITE_ONLY: Final = frozenset({"qu"})
_NUMBERED: Final = re.compile(r"(?P<kind>\D*?)[\s#-]*(?P<number>\d{1,4}[A-Za-z]?)")
_LONGEST_KIND: Final = 16


class DeskName(NamedTuple):
    """A desk's name for people who read from afar: "Ventanilla" small, "3" huge."""

    #: "Ventanilla"; "" where the name is only a number, or has none
    kind: str
    #: "3", or the whole name where it has no number
    name: str
    numbered: bool


def desk_name(name: str) -> DeskName:
    """'Ventanilla 3' -> ('Ventanilla', '3'); '3' -> ('', '3'); 'Farmacia' -> ('', 'Farmacia')."""
    found = _NUMBERED.fullmatch(name.strip())
    if found and len(found["kind"]) <= _LONGEST_KIND:
        return DeskName(found["kind"].strip(), found["number"], numbered=True)
    return DeskName("", name.strip(), numbered=False)


class Heard(msgspec.Struct, frozen=True):
    """The calls that a board lists, oldest first, and from which number on none is left out."""

    calls: tuple[CallView, ...]
    #: a call at or above this number that is not among them was taken back
    floor: int


def heard(board: BoardView) -> Heard:
    """The calls a board is given: those in force and the last ones, each once, in order."""
    calls = {call.seq: call for call in (*board.recent, *board.calls)}
    full = len(board.recent) >= RECENT
    floor = min(call.seq for call in board.recent) if full else 0
    return Heard(tuple(calls[seq] for seq in sorted(calls)), floor)


def languages(call: CallView, site: Sequence[str], chosen: Sequence[str]) -> tuple[str, ...]:
    """In which languages a call is said: those chosen for the board, else the site's own first
    language and then, where it is another, the one the person took the ticket in.
    """
    if chosen:
        return tuple(dict.fromkeys(chosen))
    own = spoken((call.language,), ())
    return tuple(dict.fromkeys((*spoken(site, ())[:1], *own)))


def spoken(languages: Sequence[str], chosen: Sequence[str]) -> tuple[str, ...]:
    """In which of these languages a board may speak: those chosen for it, else all but Quechua, which
    a site approves by choosing it.
    """
    return tuple(chosen) or tuple(name for name in languages if name not in _BY_SITE_ONLY)


def sounding(devices: Sequence[Device], zone: str, now_ms: int) -> str | None:
    """The key of the one board that sounds in a zone; None where no board may.

    One that is heard from and can sound before one that cannot, one that is set to before one that
    is not, then the first by key: so a second one takes over when the first goes dark or is blocked.
    """
    candidates: list[tuple[bool, bool, str]] = []
    for device in devices:
        settings = settings_of(device)
        if device.kind != "board" or device.zone != zone or settings.sound is False:
            continue
        candidates.append((not _able(device, now_ms), settings.sound is None, device.key))
    return min(candidates)[2] if candidates else None


def _able(device: Device, now_ms: int) -> bool:
    state = state_of(device)
    recent = device.heard_ms is not None and now_ms - device.heard_ms < ALIVE_MS
    return recent and state is not None and state.sound in ("ok", "unknown")


def arrow(call: CallView, settings: BoardSettings) -> str:
    """Which way to the call's desk from this board."""
    return settings.arrows.get(call.desk, "right")
