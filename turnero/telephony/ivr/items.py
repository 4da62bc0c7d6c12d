"""What a session waits for, beside what the exchange says: all in one queue, one after another."""

from typing import NamedTuple

from turnero.telephony.exchange import Event, Gather
from turnero.telephony.ivr import calls
from turnero.telephony.ivr.words import Words


class Overdue(NamedTuple):
    """The end of that prompt should have been heard by now."""

    prompt: int


class Unsaid(NamedTuple):
    """That prompt did not reach the exchange: it is said again, if nothing else was meanwhile."""

    prompt: int
    words: Words
    gather: Gather | None


class Late(NamedTuple):
    """That act takes long: first a word; then its answer is awaited no more."""

    act: int
    over: bool


class Came(NamedTuple):
    """That act's answer."""

    act: int
    result: calls.Result


class Stop(NamedTuple):
    """We end."""


class Look(NamedTuple):
    """The link was away: what became of the legs must be looked up."""


Item = Event | calls.Event | Overdue | Unsaid | Late | Came | Look | Stop
