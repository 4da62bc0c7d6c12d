"""ARI's words as the port's: what of its events matters to us, and what we remember of a leg for it."""

import re
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

import phonenumbers

from turnero.telephony.asterisk.causes import SILENCE, outcome
from turnero.telephony.asterisk.settings import AsteriskSettings
from turnero.telephony.exchange import (
    Answered,
    Digit,
    Ended,
    Event,
    Extension,
    Inbound,
    Joined,
    LegState,
    LinkReplaced,
    Outcome,
    Parted,
    Phone,
    Ringing,
    Stage,
)

#: the variable that says which channel is a leg: it holds the leg's own id on that channel alone
LEG: Final = "TURNERO_LEG"
#: what the far end said, in the words of its technology
SAID: Final = "TURNERO_SAID"
#: bridges of ours
JOIN: Final = "turnero-"
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}")
#: a name that cannot change what is dialled: "/", "@", "&" and "," are Asterisk's own
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_STAGES: Final = {"Up": Stage.UP, "Ringing": Stage.RINGING, "Ring": Stage.RINGING}
#: the network plays its own ringing, or its own words, in place of saying that it rings (SIP 183)
_EARLY: Final = "PROGRESS"
_LOCAL: Final = "Local/"
_PAIR: Final = 2


def dialled(to: Phone | Extension, settings: AsteriskSettings) -> str | None:
    """What Asterisk is told to ring; None for what is neither E.164 nor a plain name."""
    if isinstance(to, Phone):
        return settings.phones.format(number=to.e164) if _E164.fullmatch(to.e164) else None
    return settings.desks.format(extension=to.name) if _NAME.fullmatch(to.name) else None


def caller(number: str, region: str) -> Phone | None:
    """A caller's number as the trunk writes it; `region` (ISO 3166) is whose way of writing a number
    without "+" or its two zeros has, "" where every one has it.
    """
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if _E164.fullmatch(number):
        return Phone(number)
    try:
        found = phonenumbers.parse(number, region) if region else None
    except phonenumbers.NumberParseException:
        return None
    if found is None or not phonenumbers.is_valid_number(found):
        return None
    return Phone(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))


def is_leg(channel: dict[str, Any]) -> bool:
    """Whether a channel is one of ours, and not the far end of one."""
    variables = channel.get("channelvars") or {}
    return bool(channel.get("id")) and variables.get(LEG) == channel["id"]


def is_inbound(channel: dict[str, Any]) -> bool:
    """Whether a leg of ours rang us: the others are the near ends of what we rang."""
    return not str(channel.get("name", "")).startswith(_LOCAL)


def asking(event: dict[str, Any]) -> tuple[str, str] | None:
    """A leg and its far end, where that asks whether anybody hears before it rings."""
    channel = event.get("channel") or {}
    if event.get("type") != "StasisStart" or event.get("args") != ["far"]:
        return None
    return str((channel.get("channelvars") or {}).get(LEG)), str(channel.get("id"))


def state_of(channel: dict[str, Any], bridges: list[dict[str, Any]]) -> LegState:
    """A channel as the port tells it; it may be in one of these bridges."""
    leg = str(channel["id"])
    joined = None
    for bridge in bridges:
        inside = [one for one in bridge.get("channels", []) if one != leg]
        if str(bridge.get("id", "")).startswith(JOIN) and leg in bridge.get("channels", []):
            joined = inside[0] if inside else None
    return LegState(leg, _STAGES.get(str(channel.get("state")), Stage.CALLING), joined)


@dataclass(slots=True)
class _Known:
    """Of a leg, while this process lives; all of it can be missing after a restart."""

    rang: bool = False
    cancelled: bool = False
    #: what happened to it before is not known: it may have rung
    missed: bool = False


class Translator:
    """ARI event in, port events out; digits and prompts are the business of `Speaking`."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._known: dict[str, _Known] = {}
        #: who rang us and has gone: that may be told twice
        self._left: deque[str] = deque(maxlen=500)

    def placing(self, leg: str) -> None:
        """It is placed just now: all that happens to it will be heard."""
        self._known.setdefault(leg, _Known())

    def hanging_up(self, leg: str) -> None:
        """We are about to end it."""
        self._known.setdefault(leg, _Known(missed=True)).cancelled = True

    def over(self, leg: str) -> None:
        """It is known to be over, and no event will say so."""
        self._known.pop(leg, None)

    def only(self, legs: Collection[str]) -> None:
        """These are there, after a time in which nothing was heard: of the others no end will be told."""
        for leg in self._known.keys() - legs:
            del self._known[leg]
        for known in self._known.values():
            known.missed = True

    def events(self, event: dict[str, Any]) -> list[Event]:
        """What it means to us, often nothing."""
        kind = event.get("type")
        if kind == "ApplicationReplaced":
            return [LinkReplaced()]
        if kind in {"ChannelEnteredBridge", "ChannelLeftBridge"}:
            return self._bridge(event)
        if kind == "Dial" and event.get("dialstatus") == _EARLY:
            channel = event.get("peer") or {}
            return self._rings(channel) if is_leg(channel) else []
        channel = event.get("channel") or {}
        return self._of_leg(event, channel) if is_leg(channel) else []

    def _of_leg(self, event: dict[str, Any], channel: dict[str, Any]) -> list[Event]:
        kind, leg = event.get("type"), str(channel["id"])
        if kind == "StasisStart":
            return self._started(leg, channel, [str(one) for one in event.get("args") or []])
        if kind == "ChannelStateChange":
            return self._rings(channel) if channel.get("state") == "Ringing" else []
        if kind == "ChannelDtmfReceived":
            return [Digit(leg, str(event.get("digit")))]
        # Who rang us and hangs up leaves our application, and nothing more is told of him.
        if kind == "ChannelDestroyed" or (kind == "StasisEnd" and is_inbound(channel)):
            return self._ended(leg, channel, int(event.get("cause") or 0))
        return []

    def _started(self, leg: str, channel: dict[str, Any], args: list[str]) -> list[Event]:
        if args[:1] == ["inbound"]:
            number = str((channel.get("caller") or {}).get("number") or "")
            return [Inbound(leg, caller(number, self._region), "".join(args[1:2]))]
        return [Answered(leg)]

    def _rings(self, channel: dict[str, Any]) -> list[Event]:
        known = self._known.setdefault(str(channel["id"]), _Known(missed=True))
        if known.rang or is_inbound(channel):
            return []
        known.rang = True
        return [Ringing(str(channel["id"]))]

    def _ended(self, leg: str, channel: dict[str, Any], cause: int) -> list[Event]:
        if is_inbound(channel):
            if leg in self._left:
                return []
            self._left.append(leg)
        return [self._end(leg, channel, cause)]

    def _end(self, leg: str, channel: dict[str, Any], cause: int) -> Ended:
        known = self._known.pop(leg, None) or _Known(missed=True)
        state = channel.get("state")
        inbound = is_inbound(channel)
        rang = known.rang or inbound or state in {"Ringing", "Up"}
        said = str((channel.get("channelvars") or {}).get(SAID) or "")
        if state == "Up":
            return Ended(leg, Outcome.ANSWERED, str(cause), rang)
        if known.cancelled:
            return Ended(leg, Outcome.CANCELLED, str(cause), rang)
        if inbound:
            return Ended(leg, Outcome.NO_ANSWER, str(cause), rang)
        found, word = outcome(said, cause, rang=rang)
        unsaid = found is Outcome.TRUNK_FAULT and word == SILENCE
        # A network's own ringing (183) shows in no channel's state: it may have been told before.
        found = Outcome.UNKNOWN if unsaid and known.missed else found
        return Ended(leg, found, word, rang, unsaid)

    def _bridge(self, event: dict[str, Any]) -> list[Event]:
        bridge = event.get("bridge") or {}
        inside = [str(one) for one in bridge.get("channels") or []]
        if not str(bridge.get("id", "")).startswith(JOIN):
            return []
        leg = str((event.get("channel") or {}).get("id"))
        others = [one for one in inside if one != leg]
        if event.get("type") == "ChannelEnteredBridge" and len(inside) == _PAIR:
            return [Joined(others[0], leg)]
        if event.get("type") == "ChannelLeftBridge" and len(others) == 1:
            return [Parted(leg, others[0])]
        return []
