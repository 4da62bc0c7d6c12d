"""All that one sign has to show, from what its site's line is at: the whole state, never a change.

Pure, and small enough to be sent as it is to a box that hosts the sign. Numbers and names of
desks only: nothing here says who a person is or what they came for.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from turnero.display.announce import desk_name
from turnero.display.signs.face import Face
from turnero.queue.views import BoardView, CallView

#: calls that a sign in a hall shows in turn, the newest first; more would take too long to come round
MOST: Final = 4


class SignCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody who is called."""

    number: str
    #: "3" for "Ventanilla 3"; "" on a sign over the desk itself
    desk: str = ""
    #: where the desk lies as seen from the sign: "left"; "" where nobody said
    arrow: str = ""


class SignState(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a sign shows until the next state: its calls in turn, or the idle text."""

    #: the newest first
    calls: tuple[SignCall, ...] = ()
    idle: str = ""

    def face(self, turn: int = 0) -> Face:
        """What stands on it in that turn; the newest call has the first."""
        if not self.calls:
            return Face(text=self.idle)
        call = self.calls[turn % len(self.calls)]
        return Face(number=call.number, desk=call.desk, arrow=call.arrow)


class SignSettings(msgspec.Struct, frozen=True):
    """What a site says of one sign (`[[sign]]`), kept with its device."""

    url: str
    protocol: str
    address: int | None = None
    #: key of the desk that it hangs over; None: it calls for a zone
    desk: str | None = None
    width: int | None = None
    #: per cent
    brightness: int | None = None
    idle: str = ""
    #: name of a desk → where it lies as seen from the sign
    arrows: dict[str, str] = {}


def of_desk(number: str | None, idle: str = "") -> SignState:
    """Over a desk: the number that is called to it or served there, None for nobody's."""
    return SignState((SignCall(number),) if number else (), idle)


def of_zone(view: BoardView, arrows: dict[str, str], idle: str = "") -> SignState:
    """In a hall: everybody who is awaited, in turn; when nobody is, the last one as long as they
    are served. `view`: of that zone. `arrows`: name of a desk → where it lies.
    """
    found = _newest(view)
    awaited = [call for call in found if call.calling]
    last = [call for call in found[:1] if call.in_force]
    return SignState(tuple(_told(call, arrows) for call in (awaited or last)[:MOST]), idle)


def _told(call: CallView, arrows: dict[str, str]) -> SignCall:
    return SignCall(call.number, desk_name(call.desk).name, arrows.get(call.desk, ""))


def _newest(view: BoardView) -> Sequence[CallView]:
    """Every call of somebody here once, the newest first."""
    # Who is rung is not to come: a sign would send them to a desk.
    here = (call for call in (*view.recent, *view.calls) if not call.by_phone)
    calls = {call.seq: call for call in here}
    return [calls[seq] for seq in sorted(calls, reverse=True)]
