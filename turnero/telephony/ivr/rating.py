"""One digit after a call says how it went. Pure, as menu.py."""

from typing import Final

from msgspec.structs import replace

from turnero.telephony.exchange import Gather
from turnero.telephony.ivr import texts
from turnero.telephony.ivr.calls import Call, House, Move, Rate, Step

#: 5 is the best, as the catalogue's question is answered at a kiosk
KEYS: Final = "12345"
NOT_SAID: Final = "0"
_KEY: Final = Gather(digits=1, timeout_s=8, ends="")


def start(call: Call) -> Move:
    """The agent has hung up; the caller is still there."""
    if call.ticket is None:
        return Move(replace(call, step=Step.OVER), (texts.THANKS, texts.BYE))
    return Move(replace(call, step=Step.RATING, tries=0, turns=0), texts.RATE, _KEY)


def after(house: House, ticket: str, language: str) -> Move:
    """The same after a callback."""
    return start(Call(house, Step.TALKING, language, ticket=ticket))


def pressed(call: Call, digits: str) -> Move | None:
    """What a key does; None: nothing."""
    if call.ticket is None or digits not in (*KEYS, NOT_SAID):
        return None
    act = Rate(call.ticket, None if digits == NOT_SAID else int(digits))
    return Move(replace(call, step=Step.ACTING, tries=0, acting=act), act=act)
