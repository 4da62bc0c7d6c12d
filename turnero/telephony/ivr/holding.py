"""Those who stay on the line: they hold a place like everybody's, and are joined in their turn.

Pure, as menu.py. The sound never stops: every end of it begins it anew, and now and then a word
about the place comes before.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from turnero.telephony.ivr import rating, texts
from turnero.telephony.ivr.calls import (
    Call,
    Connected,
    DeskGone,
    Event,
    Held,
    Move,
    Said,
    Standing,
    Step,
)
from turnero.telephony.ivr.words import Plural, Words, ngettext

#: in line, or about to be joined
WAITING: Final = frozenset({Step.HOLDING, Step.RINGING})
#: holding sounds (of twenty seconds) between two words about the place
SOUNDS: Final = 3
AHEAD: Final = ngettext("%(n)s person is before you.", "%(n)s people are before you.")


def start(call: Call, held: Held) -> Move:
    """The place is held: committed."""
    first = (texts.NO_KEYS,) if call.keyless else ()
    call = replace(call, step=Step.HOLDING, acting=None, ticket=held.ticket, sounds=0)
    return Move(call, (*first, texts.HELD, *texts.wait(held.wait), texts.SOUND))


def resumed(call: Call) -> Move:
    """The caller stayed on the line while we were away, or was sent on."""
    return Move(replace(call, step=Step.HOLDING, sounds=0), (texts.STILL, texts.SOUND))


def _waiting(call: Call, event: Event) -> Move:
    """In line, or the desk's telephone rings."""
    if isinstance(event, Standing):
        return _stands(replace(call, standing=event), event)
    if isinstance(event, Connected):
        return Move(replace(call, step=Step.TALKING))
    return _sounding(call) if isinstance(event, Said) else Move(call)


def _stands(call: Call, found: Standing) -> Move:
    if found.state == "gone":
        return Move(replace(call, step=Step.OVER), (texts.DROPPED, texts.BYE))
    if found.state == "kept":
        return Move(replace(call, step=Step.OVER), (texts.KEPT, texts.BYE))
    if found.state == "serving":
        return Move(replace(call, step=Step.TALKING))
    if found.state == "waiting":
        # Also after the desk did not pick up: the place is in line again.
        return Move(replace(call, step=Step.HOLDING))
    if call.step is Step.RINGING:
        return Move(call)
    # A short sentence: the one who dials may join both at any moment.
    return Move(replace(call, step=Step.RINGING, sounds=0), (texts.CONNECTING,))


def _talking(call: Call, event: Event) -> Move:
    if isinstance(event, Standing) and event.state == "waiting":
        # Sent on to another desk or service: in line again, and not in silence.
        return resumed(replace(call, standing=event))
    if isinstance(event, Standing) and event.state == "kept":
        return _stands(call, event)
    # An agent who calls the next one without hanging up has ended this talk too.
    over = isinstance(event, Standing) and event.state == "gone"
    return rating.start(call) if over or isinstance(event, DeskGone) else Move(call)


#: what comes of an event while one holds, the desk is rung, or both speak
HEARS: Final[Mapping[Step, Callable[[Call, Event], Move]]] = MappingProxyType(
    {Step.HOLDING: _waiting, Step.RINGING: _waiting, Step.TALKING: _talking}
)


def _sounding(call: Call) -> Move:
    sounds = call.sounds + 1
    told = call.step is Step.HOLDING and sounds >= SOUNDS
    call = replace(call, sounds=0 if told else sounds)
    return Move(call, (*(_word(call) if told else ()), texts.SOUND))


def _word(call: Call) -> Words:
    """How the place stands."""
    found = call.standing
    if found is None or found.state != "waiting" or found.ahead is None:
        return (texts.STILL,)
    if found.ahead == 0:
        return (texts.NEXT,)
    one, many = AHEAD
    return (Plural(one, many, found.ahead), *texts.wait(found.wait))
