"""The port over a real Asterisk 22 by ARI.

A leg is the near end (";1") of a Local channel that runs through the dialplan's list of what may be
dialled, with the leg's id; its far end rings the telephone once we say that we hear, and hands back
what that said. An answered
one goes through the dialplan into our application, or hears there that we are away. A leg that rang us
is the caller's own channel. Both carry TURNERO_LEG, by which they are known again after a restart.
"""

import asyncio
import contextlib
import logging
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from urllib.parse import quote

from turnero.store.clock import Clock
from turnero.telephony.asterisk.events import (
    JOIN,
    LEG,
    Translator,
    asking,
    dialled,
    is_leg,
    state_of,
)
from turnero.telephony.asterisk.links import Inward, Link, Outward
from turnero.telephony.asterisk.rest import CONFLICT, NOT_FOUND, Ari, HttpAri, Unsent
from turnero.telephony.asterisk.settings import AsteriskSettings
from turnero.telephony.asterisk.speaking import Speaking, keep
from turnero.telephony.exchange import (
    HOLDING,
    Answered,
    Caps,
    Digit,
    Ended,
    Event,
    ExchangeAway,
    Gather,
    Health,
    Inbound,
    Joined,
    Leg,
    LegState,
    LinkDown,
    LinkReplaced,
    LinkUp,
    Parted,
    Placed,
    Say,
    Stage,
)
from turnero.telephony.sounds_port import SoundsPort

log = logging.getLogger(__name__)

#: modules that run once Asterisk is of use to us: ARI answers long before
MODULES: Final = ("chan_pjsip.so", "pbx_config.so", "app_stasis.so", "res_stasis_playback.so")
#: what tells that our dialplan is there: without it every call looks like a fault of the trunk
DIALPLAN: Final = "TURNERO_PATIENCE"
#: the dialplan's context for who finds nobody here
AWAY: Final = "turnero-away"
_ALONE: Final = 2
#: what the slowest voice needs at most
_SENTENCE_S: Final = 2.0
_CHARACTER_S: Final = 0.15


class Asterisk:
    """See `Exchange`. It reconnects while somebody reads `events`."""

    caps = Caps(idempotent_place=True, lookup=True, gather=True, in_call_digits=True)

    def __init__(
        self,
        settings: AsteriskSettings,
        sounds: SoundsPort,
        clock: Clock,
        *,
        link: Link | None = None,
    ) -> None:
        """`link`: another way to the events than the settings'."""
        self._settings = settings
        self._sounds = sounds
        self._ari: Ari
        self._link: Link
        if settings.listen:
            self._ari = self._link = Inward(settings)
        else:
            self._ari, self._link = HttpAri(settings), link or Outward(settings, clock)
        #: None: the link is given up, by `close` or because it cannot work
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._translator = Translator(settings.region)
        self._speaking = Speaking(
            self._ari, clock, self._events.put_nowait, alone_s=settings.alone_s
        )
        #: legs that speak with another: a sentence would be heard over the talk
        self._joined: set[str] = set()
        #: a leg is spoken to, or joined
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._read: asyncio.Task[None] | None = None

    # --- legs ----------------------------------------------------------------------------

    async def place(self, leg: Leg) -> Placed:
        """See `Exchange.place`."""
        ours = self._settings
        endpoint = dialled(leg.to, ours)
        if endpoint is None:
            log.error(
                "a leg is not placed: what it would ring is no number and no telephone's name"
            )
            return Placed.REFUSED
        query = {
            "endpoint": endpoint,
            "context": ours.answered,
            "extension": "s",
            "priority": "1",
            "channelId": leg.id,
            "otherChannelId": f"{leg.id}~",
            "timeout": str(leg.ring_s),
        }
        if leg.shows is not None:
            query["callerId"] = leg.shows
        self._translator.placing(leg.id)
        try:
            reply = await self._ari.ask("POST", "channels", query, {"variables": {LEG: leg.id}})
        except Unsent:
            self._translator.over(leg.id)
            return Placed.REFUSED
        except ExchangeAway:
            return Placed.UNKNOWN
        if reply.status == CONFLICT:
            return Placed.DUPLICATE
        if not reply.done:
            self._translator.over(leg.id)
            log.warning("Asterisk does not ring a leg: ARI answered %s", reply.status)
            return Placed.REFUSED
        return Placed.ACCEPTED

    async def lookup(self, leg_id: str) -> LegState | None:
        """See `Exchange.lookup`."""
        reply = await self._ari.ask("GET", f"channels/{quote(leg_id, safe='')}")
        if reply.status == NOT_FOUND:
            return None
        channel = reply.needed()
        bridges = (await self._ari.ask("GET", "bridges")).needed()
        return state_of(channel, bridges)

    async def live(self) -> list[LegState]:
        """See `Exchange.live`."""
        channels = (await self._ari.ask("GET", "channels")).needed()
        bridges = (await self._ari.ask("GET", "bridges")).needed()
        return [state_of(channel, bridges) for channel in channels if is_leg(channel)]

    async def join(self, a: str, b: str) -> str:
        """See `Exchange.join`."""
        if a == b:
            raise ExchangeAway("a leg does not speak with itself")
        first, second = sorted((a, b))
        async with self._turns[first], self._turns[second]:
            self._joined |= {a, b}
            try:
                return await self._join(a, b)
            except ExchangeAway:
                self._joined -= {a, b}
                raise

    async def _join(self, a: str, b: str) -> str:
        for leg in (a, b):  # two who speak are never cut off because we are away
            await self._speaking.silence(leg)
            await keep(self._ari, leg, self._settings.longest_s)
        for bridge in (await self._ari.ask("GET", "bridges")).needed():
            if str(bridge["id"]).startswith(JOIN) and {a, b} <= {*bridge["channels"]}:
                return str(bridge["id"])  # of before: its answer was lost, or we died meanwhile
        name = f"{JOIN}{secrets.token_hex(8)}"
        # where Asterisk joins two channels natively, only dtmf_events lets us hear keys in the call
        kind = {"type": "mixing,dtmf_events", "bridgeId": name}
        (await self._ari.ask("POST", "bridges", kind)).needed()
        reply = await self._ari.ask("POST", f"bridges/{name}/addChannel", {"channel": f"{a},{b}"})
        if not reply.done:
            with contextlib.suppress(ExchangeAway):
                await self._ari.ask("DELETE", f"bridges/{name}")
            raise ExchangeAway(f"not joined: ARI answered {reply.status}")
        return name

    async def prompt(self, leg_id: str, says: Sequence[Say], gather: Gather | None = None) -> None:
        """See `Exchange.prompt`."""
        media = [await self._sounds.media(say) for say in says]
        async with self._turns[leg_id]:
            if leg_id in self._joined:
                raise ExchangeAway("it speaks with another")
            channel = (await self._ari.ask("GET", f"channels/{quote(leg_id, safe='')}")).needed()
            if channel.get("state") == "Ring":  # who rings us is answered with the first word
                (await self._ari.ask("POST", f"channels/{leg_id}/answer")).needed()
            holds = bool(says) and says[-1] == HOLDING
            lasts_s = sum(_SENTENCE_S + _CHARACTER_S * len(one.text) for one in says)
            await self._speaking.start(leg_id, media, gather, lasts_s=lasts_s, holds=holds)

    async def hangup(self, leg_id: str, why: str = "") -> None:
        """See `Exchange.hangup`."""
        self._translator.hanging_up(leg_id)
        reply = await self._ari.ask("DELETE", f"channels/{quote(leg_id, safe='')}")
        if reply.status == NOT_FOUND:
            self._translator.over(leg_id)
        else:
            reply.needed()

    async def leave(self, leg_id: str) -> None:
        """See `Exchange.leave`: the dialplan says what it says while we are away."""
        await self._speaking.silence(leg_id)
        away = {"context": AWAY, "extension": "s", "priority": "1"}
        await self._ari.ask("POST", f"channels/{quote(leg_id, safe='')}/continue", away)

    # --- events --------------------------------------------------------------------------

    async def events(self) -> AsyncIterator[Event]:
        """See `Exchange.events`."""
        # a reader that was dropped and not closed must not go on beside the new one
        await self._stop_reading()
        while not self._events.empty():
            self._events.get_nowait()
        read = self._read = asyncio.ensure_future(self._follow())
        read.add_done_callback(lambda _: self._events.put_nowait(None))
        try:
            while (event := await self._events.get()) is not None:
                yield event
            if not read.cancelled():
                read.result()
        finally:
            if self._read is read:
                await self._stop_reading()

    async def _stop_reading(self) -> None:
        read, self._read = self._read, None
        if read is not None:
            read.cancel()
            await asyncio.gather(read, return_exceptions=True)
            self._speaking.close()

    async def _follow(self) -> None:
        async with contextlib.aclosing(self._link.messages()) as messages:
            async for message in messages:
                if isinstance(message, LinkUp):
                    await self._resume()
                    self._events.put_nowait(message)
                elif isinstance(message, LinkDown):
                    self._events.put_nowait(message)
                elif far := asking(message):
                    with contextlib.suppress(ExchangeAway):  # it is let go, and rings nobody
                        await self._ring(*far)
                elif message.get("type") == "PlaybackFinished":
                    playback = message.get("playback") or {}
                    if playback.get("state") == "failed":
                        log.warning(
                            "Asterisk cannot play a sentence: can it read the folder of sounds?"
                        )
                    self._speaking.played(str(playback.get("id")))
                elif message.get("type") == "PlaybackContinuing":
                    self._speaking.went_on(str((message.get("playback") or {}).get("id")))
                else:
                    for event in self._translator.events(message):
                        await self._tell(event, message)
                        if isinstance(event, LinkReplaced):
                            return

    async def _tell(self, event: Event, message: dict[str, Any]) -> None:
        if isinstance(event, Digit):
            self._speaking.key(event)
            return
        if isinstance(event, Ended):
            self._speaking.drop(event.leg)
            self._turns.pop(event.leg, None)
        if isinstance(event, Joined | Parted | Ended):
            legs = {*event} if isinstance(event, Joined | Parted) else {event.leg}
            self._joined = self._joined | legs if isinstance(event, Joined) else self._joined - legs
        if isinstance(event, Answered | Inbound | Parted):
            alone = event.b if isinstance(event, Parted) else event.leg
            with contextlib.suppress(ExchangeAway):  # the dialplan lets it go
                await keep(self._ari, alone, self._settings.alone_s)
        self._events.put_nowait(event)
        if isinstance(event, Parted):
            with contextlib.suppress(ExchangeAway):  # swept up after the next loss of the link
                await self._ari.ask("DELETE", f"bridges/{message['bridge']['id']}")

    async def _resume(self) -> None:
        """The link is new: forget who has gone, and put away joins that nobody is in.

        What we asked to hear of we hear again: Asterisk keeps that while there is anything of ours.
        """
        try:
            states = await self.live()
            legs = {state.id for state in states}
            self._translator.only(legs)
            self._speaking.only(legs)
            self._joined = {state.id for state in states if state.joined is not None}
            for gone in self._turns.keys() - legs:
                del self._turns[gone]
            for state in states:
                if state.stage is Stage.UP and state.joined is None:
                    await self._speaking.catch_up(state.id)
            for bridge in (await self._ari.ask("GET", "bridges")).needed():
                if str(bridge["id"]).startswith(JOIN) and len(bridge["channels"]) < _ALONE:
                    await self._ari.ask("DELETE", f"bridges/{bridge['id']}")
        except ExchangeAway as away:
            log.warning("Asterisk's link is there, and it does not answer: %s", away)

    async def _ring(self, leg: str, far: str) -> None:
        """We hear, from now on and before it is answered: let the far end ring its telephone."""
        source = {"eventSource": f"channel:{leg}"}
        subscription = f"applications/{self._settings.app}/subscription"
        (await self._ari.ask("POST", subscription, source)).needed()
        await self._ari.ask("POST", f"channels/{quote(far, safe='~')}/continue")

    # --- itself --------------------------------------------------------------------------

    async def health(self) -> Health:
        """See `Exchange.health`."""
        try:
            if not (info := await self._ari.ask("GET", "asterisk/info", {"only": "system"})).done:
                refused = f"ARI answered {info.status}"
                return Health(reachable=True, booted=False, trunk=None, detail=refused)
            for module in MODULES:
                found = await self._ari.ask("GET", f"asterisk/modules/{module}")
                if not found.done or found.body.get("status") != "Running":
                    waits = f"{module} does not run"
                    return Health(reachable=True, booted=False, trunk=None, detail=waits)
            given = await self._ari.ask("GET", "asterisk/variable", {"variable": DIALPLAN})
            if given.done and not given.body.get("value"):
                lacks = f"its dialplan has no {DIALPLAN}: our extensions.conf is not in it"
                return Health(reachable=True, booted=False, trunk=None, detail=lacks)
            version = str((info.body.get("system") or {}).get("version", ""))
            trunk = await self._trunk()
        except ExchangeAway as away:
            return Health(reachable=False, booted=False, trunk=None, detail=str(away))
        return Health(reachable=True, booted=True, trunk=trunk, detail=f"Asterisk {version}")

    async def _trunk(self) -> bool | None:
        if not self._settings.trunk:
            return None
        found = await self._ari.ask("GET", f"endpoints/{self._settings.trunk}")
        state = found.body.get("state") if found.done else "offline"
        return {"online": True, "offline": False}.get(str(state))

    async def close(self) -> None:
        """See `Exchange.close`."""
        await self._stop_reading()
        await self._link.close()
        await self._ari.close()
