"""The exchange's port over a service on the internet. Every leg is written down before it is placed.

The service knows no id of ours: after a request that had no answer, a leg may ring or not, and
nothing is concluded until the service has no call that we cannot name. The account must be
Turnero's alone: a call that nobody here knows is hung up.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

import structlog

from turnero.store.clock import Clock
from turnero.telephony.cloud import twiml
from turnero.telephony.cloud.book import Book, Row
from turnero.telephony.cloud.hearing import BASE, Hearing
from turnero.telephony.cloud.rest import NotPlacedError, Rest
from turnero.telephony.cloud.settings import CloudSettings
from turnero.telephony.cloud.signatures import Fields, check_form
from turnero.telephony.exchange import (
    Caps,
    Event,
    ExchangeAway,
    Extension,
    Gather,
    Health,
    Leg,
    LegState,
    LinkDown,
    LinkUp,
    Outcome,
    Placed,
    Say,
    Stage,
)

#: seconds after which the service is asked again what became of open calls
LOOK_S: Final = 15.0
#: one that began so recently is not asked for, milliseconds: its webhooks are on their way
QUIET_MS: Final = 20_000
#: a request to ring may take effect so long after it was given up, milliseconds
SETTLE_MS: Final = 30_000
#: a call that has been without a leg of ours for so long is nobody's, milliseconds
STRAY_MS: Final = 10_000

log = structlog.get_logger("turnero.telephony")


class Cloud:
    """See the module's text."""

    caps = Caps(
        idempotent_place=False, lookup=True, gather=True, in_call_digits=False, own_voice=True
    )

    def __init__(self, settings: CloudSettings, data: Path, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._rest = Rest(settings)
        self._book = Book(data)
        self._events: asyncio.Queue[Event] = asyncio.Queue()
        self._hearing = Hearing(self._book, settings.public_address, self._events.put_nowait)
        self._reachable = True
        #: call without a leg of ours → when it was seen first
        self._strays: dict[str, int] = {}

    def webhook(self, path: str, query: str, fields: Fields, signatures: Sequence[str]) -> bytes:
        """One webhook, as it came below `BASE`: what it is answered. Raises `Refused`, `NotFound`."""
        address = f"{self._settings.public_address.rstrip('/')}{BASE}{path}"
        if query:
            address += f"?{query}"
        check_form(self._settings.token, address, fields, signatures)
        return self._hearing.hear(path, query, fields, self._clock.now_ms())

    async def place(self, leg: Leg) -> Placed:
        """See `Exchange.place`."""
        known = self._book.leg(leg.id)
        if known is not None and known.stage != Stage.ENDED:
            return Placed.DUPLICATE
        if isinstance(leg.to, Extension) and not self._settings.sip_domain:
            return Placed.REFUSED
        now_ms = self._clock.now_ms()
        if known is not None:
            now_ms = max(now_ms, known.at_ms + 1)  # webhooks of the one before name another call
        row = Row.new(leg.id, None, now_ms)
        self._book.put(row)
        try:
            sid = await self._rest.place(
                f"sip:{leg.to.name}@{self._settings.sip_domain}"
                if isinstance(leg.to, Extension)
                else leg.to.e164,
                leg.shows or self._settings.number,
                leg.ring_s,
                self._hearing.address(row, "answered"),
                self._hearing.address(row, "status"),
            )
        except NotPlacedError:
            self._book.forget(leg.id)
            return Placed.REFUSED
        except ExchangeAway:
            return Placed.UNKNOWN
        now = self._book.leg(leg.id)  # a webhook may have been quicker
        if now is not None and now.sid is None:
            self._book.put(now._replace(sid=sid))
        return Placed.ACCEPTED

    async def lookup(self, leg_id: str) -> LegState | None:
        """See `Exchange.lookup`."""
        row = self._book.leg(leg_id)
        if row is None:
            return None
        if row.stage == Stage.ENDED:
            return _state(row)
        if row.sid is None:
            return await self._unnamed(row)
        return _state(await self._asked(row, row.sid))

    async def live(self) -> list[LegState]:
        """See `Exchange.live`: legs of ours. A call that is nobody's leg is hung up."""
        alive = await self._rest.alive()
        await self._nameless(alive)
        rows = [self._book.of_sid(sid) for sid in alive]
        return [_state(row) for row in rows if row is not None]

    async def join(self, a: str, b: str) -> str:
        """See `Exchange.join`."""
        room = f"{a}.{b}"
        for one in (self._up(a), self._up(b)):
            order = twiml.meet(room, self._hearing.room(a, b), self._hearing.address(one, "wait"))
            await self._order(one, order)
        return room

    async def prompt(self, leg_id: str, says: Sequence[Say], gather: Gather | None = None) -> None:
        """See `Exchange.prompt`."""
        row = self._book.leg(leg_id)
        if row is None or row.sid is None or row.stage not in {Stage.RINGING, Stage.UP}:
            raise ExchangeAway("no such leg")
        if row.joined is not None:
            raise ExchangeAway("it speaks with another")
        row = row._replace(prompt=row.prompt + 1)
        self._book.put(row)
        if gather is None:
            order = twiml.say(says, self._hearing.address(row, f"said/{row.prompt}"))
        else:
            order = twiml.gather(says, gather, self._hearing.address(row, f"digits/{row.prompt}"))
        await self._order(row, order)
        if row.stage == Stage.RINGING:
            self._hearing.moved(self._book.leg(leg_id) or row, "in-progress")  # or it has ended

    async def hangup(self, leg_id: str, why: str = "") -> None:
        """See `Exchange.hangup`."""
        row = self._book.leg(leg_id)
        if row is None or row.stage == Stage.ENDED:
            return
        if row.sid is None:
            raise ExchangeAway("it is not known which call it is")
        self._hearing.hung_up.add(leg_id)
        if not await self._rest.tell(row.sid, Status="completed"):
            await self._asked(row, row.sid)

    async def leave(self, leg_id: str) -> None:
        """See `Exchange.leave`: there is nobody behind us who could say it."""
        await self.hangup(leg_id)

    async def events(self) -> AsyncIterator[Event]:
        """See `Exchange.events`. A webhook that never came is made up for by asking."""
        yield LinkUp()
        looking = asyncio.create_task(self._look_on())
        try:
            while True:
                yield await self._events.get()
        finally:
            looking.cancel()

    async def _look_on(self) -> None:
        """Beside the events: neither waits for the other."""
        while True:
            await asyncio.sleep(LOOK_S)
            was = self._reachable
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the next look may go well
                log.error("calls were not looked at", why=type(error).__name__)  # noqa: TRY400
            if was != self._reachable:
                self._events.put_nowait(LinkUp() if self._reachable else LinkDown())

    async def look(self) -> None:
        """Ask what became of calls that have been quiet."""
        now_ms = self._clock.now_ms()
        try:
            for row in self._book.open():
                if now_ms - row.at_ms < QUIET_MS:
                    continue
                if row.sid is None:
                    await self._unnamed(row)
                else:
                    await self._asked(row, row.sid)
        except ExchangeAway:
            self._reachable = False
        else:
            self._reachable = True

    async def health(self) -> Health:
        """See `Exchange.health`."""
        return await self._rest.health()

    async def close(self) -> None:
        """See `Exchange.close`."""
        await self._rest.close()
        self._book.close()

    async def _asked(self, row: Row, sid: str) -> Row:
        """The leg, after the service was asked for its call."""
        status = await self._rest.call(sid)
        now = self._book.leg(row.id) or row
        return self._hearing.lost(now) if status is None else self._hearing.moved(now, status)

    async def _unnamed(self, row: Row) -> LegState | None:
        """A leg whose request had no answer: over once the service has no call without a name.

        Raises `ExchangeAway` while that cannot be said.
        """
        if self._clock.now_ms() - row.at_ms < SETTLE_MS:
            raise ExchangeAway("it may still begin to ring")
        nameless = await self._nameless(await self._rest.alive())
        now = self._book.leg(row.id)
        if now is not None and now.sid is not None:
            return _state(now)
        if nameless:
            raise ExchangeAway("the service has calls that may be this one")
        self._hearing.lost(now or row)
        return None

    async def _nameless(self, alive: Sequence[str]) -> list[str]:
        """Those of the calls that are no leg of ours; hung up once they have been so for long."""
        now_ms = self._clock.now_ms()
        found = [sid for sid in alive if self._book.of_sid(sid) is None]
        self._strays = {sid: self._strays.get(sid, now_ms) for sid in found}
        for sid, since_ms in self._strays.items():
            if now_ms - since_ms >= STRAY_MS:
                log.warning("a call that nobody here knows is hung up", call=sid)
                await self._rest.tell(sid, Status="completed")
        return found

    def _up(self, leg_id: str) -> Row:
        row = self._book.leg(leg_id)
        if row is None or row.sid is None or row.stage != Stage.UP:
            raise ExchangeAway("no such leg")
        return row

    async def _order(self, row: Row, order: bytes) -> None:
        if not await self._rest.tell(row.sid or "", Twiml=order.decode()):
            raise ExchangeAway("the call is over")


def _state(row: Row) -> LegState:
    outcome = Outcome(row.outcome) if row.outcome else None
    return LegState(row.id, Stage(row.stage), row.joined, outcome)
