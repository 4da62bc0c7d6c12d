"""One call: prompts out, keys in, acts done, the desk rung. What it leads to is the menu's.

Events of an exchange may be late, doubled or lost. So a key counts when it comes; the end of a
prompt counts only when it can be the present one's; and every wait has an end of its own.
"""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Sequence
from typing import Any, Final

from turnero.store.clock import Clock
from turnero.telephony.exchange import (
    HOLDING,
    Digit,
    Ended,
    Event,
    Exchange,
    ExchangeAway,
    Gather,
    Joined,
    PromptDone,
    Say,
    Stage,
)
from turnero.telephony.ivr import calls, holding, items, menu, texts
from turnero.telephony.ivr.acts import Acts
from turnero.telephony.ivr.calls import Call, Move, Step
from turnero.telephony.ivr.items import Item
from turnero.telephony.ivr.spoken import spoken
from turnero.telephony.ivr.words import Words

log = logging.getLogger(__name__)

#: seconds after which an act is covered by a word, and after which its answer is not awaited
PATIENCE_S: Final = 1.5
AWAIT_S: Final = 20
#: seconds between two looks at a held place
LOOK_S: Final = 1.0
#: seconds by which the end of a prompt may be told late
GRACE_S: Final = 6
#: the end of a prompt that comes sooner was another's, milliseconds
_SOONEST_MS: Final = 300
#: the same key sooner is the same press told twice, or a trembling finger's: it must not choose
#: what was not heard yet
_DOUBLED_MS: Final = 700
#: and so late does nobody tell the end of another any more: what was typed is ended by its key
_LATEST_MS: Final = 1_500
#: times that a prompt is tried again, in a row
_UNSAID: Final = 20
#: about how long a voice needs: seconds for each character, and for each sentence
_CHARACTER_S: Final = 0.09
_SENTENCE_S: Final = 1.0
_HOLDING_S: Final = 31


class Session:
    """See the module."""

    def __init__(self, leg: str, exchange: Exchange, acts: Acts, clock: Clock) -> None:
        self.leg = leg
        self._exchange = exchange
        self._acts = acts
        self._clock = clock
        self._items: asyncio.Queue[Item] = asyncio.Queue()
        #: timers and looks, which end with the call; and what is being done, which is seen through
        self._tasks: set[asyncio.Task[None]] = set()
        self._works: set[asyncio.Task[None]] = set()
        self._call: Call
        self._words: Words = ()
        self._gather: Gather | None = None
        self._typed = ""
        self._saying = False
        self._unsaid = 0
        #: numbers of the present prompt and act: what belongs to another is void
        self._prompt = self._act = 0
        self._acting = False
        #: when the prompt began, milliseconds
        self._began_ms = 0
        #: the last key that chose something, and when
        self._last_key: tuple[str, int] | None = None
        self._looking = False

    def hear(self, event: Event) -> None:
        """What happens to a leg of this call."""
        self._items.put_nowait(event)

    def look(self) -> None:
        """Events may have been missed."""
        self._items.put_nowait(items.Look())

    def hang_up(self) -> None:
        """The agent has hung up, or is done."""
        self._items.put_nowait(calls.DeskGone())

    def stop(self) -> None:
        """Our own end: two who speak go on, and who holds is taken up by the next process."""
        self._items.put_nowait(items.Stop())

    async def run(self, first: Move) -> None:
        """Until the call is over."""
        self._call = first.call
        try:
            await self._perform(first)
            while not self._finished():
                item = await self._items.get()
                if isinstance(item, items.Stop) and self._call.step in holding.HEARS:
                    return
                await self._handle(item)
        finally:
            for task in tuple(self._tasks):
                task.cancel()
        with contextlib.suppress(ExchangeAway):
            await self._exchange.hangup(self.leg, "over")
        while self._works:
            await asyncio.gather(*self._works)

    def _finished(self) -> bool:
        call = self._call
        return call.step is Step.OVER and not self._acting and (call.gone or not self._saying)

    # --- what happens --------------------------------------------------------------------

    async def _handle(self, item: Item) -> None:  # noqa: C901, PLR0912 - one line for each kind
        if isinstance(item, Digit):
            await self._key(item.digit)
        elif isinstance(item, PromptDone):
            if self._plausible():
                await self._said()
        elif isinstance(item, Joined):
            await self._step(calls.Connected())
        elif isinstance(item, Ended):
            await self._step(calls.Gone())
        elif isinstance(item, items.Overdue):
            if item.prompt == self._prompt:
                await self._said()
        elif isinstance(item, items.Unsaid):
            if item.prompt == self._prompt:
                await self._say(item.words, item.gather)
        elif isinstance(item, items.Came):
            await self._came(item)
        elif isinstance(item, items.Late):
            await self._late(item)
        elif isinstance(item, items.Look):
            await self._looked_up()
        elif isinstance(item, items.Stop):
            await self._step(calls.Gone())
        elif isinstance(item, calls.Standing | calls.DeskGone):
            await self._step(item)

    async def _step(self, event: calls.Event) -> None:
        await self._perform(menu.step(self._call, event))

    async def _key(self, digit: str) -> None:
        gather, last, now_ms = self._gather, self._last_key, self._clock.line_ms()
        if gather is None:
            return
        if gather.digits == 1:
            self._last_key = digit, now_ms
            if last is None or last[0] != digit or now_ms - last[1] >= _DOUBLED_MS:
                await self._gathered(digit)
            else:
                # Pressed indeed, it has broken off what is said.
                await self._say(self._words, gather)
            return
        # A star begins anew.
        self._typed = "" if digit == "*" else self._typed + digit
        if digit == gather.ends or len(self._typed) >= gather.digits:
            await self._gathered(self._typed.removesuffix(gather.ends))
        else:
            self._wait_for_prompt(gather.timeout_s + GRACE_S)

    async def _gathered(self, digits: str) -> None:
        self._gather, self._typed, self._saying = None, "", False
        self._prompt += 1
        await self._step(calls.Pressed(digits) if digits else calls.Silent())

    def _plausible(self) -> bool:
        """Whether the end of a prompt, told just now, can be the present one's."""
        passed_ms = self._clock.line_ms() - self._began_ms
        if self._gather is None:
            return self._saying and passed_ms >= _SOONEST_MS
        if self._gather.digits > 1:
            return passed_ms >= _LATEST_MS
        return passed_ms >= self._gather.timeout_s * 1000 - _SOONEST_MS

    async def _said(self) -> None:
        """The present prompt is over."""
        if self._gather is not None:
            await self._gathered(self._typed)
            return
        if not self._saying:
            return
        self._saying = False
        self._prompt += 1
        if self._call.step is Step.ACTING:
            await self._say((texts.SOUND,))
        else:
            await self._step(calls.Said())

    # --- what is done --------------------------------------------------------------------

    async def _perform(self, move: Move) -> None:
        self._call = move.call
        if move.call.step is Step.TALKING:
            self._saying, self._gather = False, None
            self._prompt += 1
        if move.says and not move.call.gone:
            await self._say(move.says, move.gather)
        if move.act is not None:
            self._do(move.act)
        if move.call.step in holding.WAITING and not self._looking:
            self._looking = True
            self._start(self._keep_looking(str(move.call.ticket)))

    async def _say(self, words: Words, gather: Gather | None = None) -> None:
        call = self._call
        says = spoken(words, call.language, profile=call.house.profile, home=call.house.home)
        self._words, self._saying, self._gather, self._typed = words, True, gather, ""
        self._began_ms = self._clock.line_ms()
        self._wait_for_prompt(_lasts_s(says) + (gather.timeout_s if gather else 0) + GRACE_S)
        number = self._prompt
        try:
            await self._exchange.prompt(self.leg, says, gather)
        except ExchangeAway:
            # Gone, or only away, or still leaving a conversation: looked up, and said again.
            self._items.put_nowait(items.Look())
            self._unsaid += 1
            if self._unsaid <= _UNSAID:
                self._later(LOOK_S, items.Unsaid(number, words, gather))
        else:
            self._unsaid = 0

    def _wait_for_prompt(self, seconds: float) -> None:
        self._prompt += 1
        self._later(seconds, items.Overdue(self._prompt))

    def _do(self, act: calls.Act) -> None:
        self._act += 1
        self._acting = True
        self._work(self._doing(self._act, act))
        self._later(PATIENCE_S, items.Late(self._act, over=False))
        self._later(AWAIT_S, items.Late(self._act, over=True))

    async def _doing(self, number: int, act: calls.Act) -> None:
        try:
            result = await self._acts.do(self.leg, self._call.house, act)
        except Exception:
            log.exception("an act of a call that came in failed: %s", type(act).__name__)
            result = calls.Failed()
        self._items.put_nowait(items.Came(number, result))

    async def _came(self, item: items.Came) -> None:
        if item.act == self._act and self._acting:
            self._acting = False
            await self._step(calls.Answer(item.result))

    async def _late(self, item: items.Late) -> None:
        if item.act != self._act or not self._acting or self._call.step is not Step.ACTING:
            return
        if not item.over:
            if not self._saying and not self._call.gone:
                await self._say((texts.ONE_MOMENT, texts.SOUND))
            return
        self._acting = False
        await self._step(calls.Answer(calls.Failed()))

    # --- looking -------------------------------------------------------------------------

    async def _keep_looking(self, ticket: str) -> None:
        seen = True
        while self._call.step in holding.HEARS and not self._call.gone:
            try:
                found = await self._acts.standing(self._call.house, ticket)
            except Exception:
                if seen:
                    log.exception("a held place cannot be looked at")
                seen = False
            else:
                seen = True
                self._items.put_nowait(found)
            await self._clock.sleep(LOOK_S)
        self._looking = False

    async def _looked_up(self) -> None:
        try:
            mine = await self._exchange.lookup(self.leg)
        except ExchangeAway:
            return
        if mine is None or mine.stage is Stage.ENDED:
            await self._step(calls.Gone())
        elif mine.joined is not None:
            await self._step(calls.Connected())

    # --- tasks ---------------------------------------------------------------------------

    def _later(self, seconds: float, item: Item) -> None:
        async def later() -> None:
            await self._clock.sleep(seconds)
            self._items.put_nowait(item)

        self._start(later())

    def _start(self, running: Coroutine[Any, Any, None]) -> None:
        _among(self._tasks, running)

    def _work(self, running: Coroutine[Any, Any, None]) -> None:
        _among(self._works, running)


def _among(tasks: set[asyncio.Task[None]], running: Coroutine[Any, Any, None]) -> None:
    task = asyncio.create_task(running)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


def _lasts_s(says: Sequence[Say]) -> float:
    return sum(
        _HOLDING_S if say == HOLDING else _SENTENCE_S + _CHARACTER_S * len(say.text) for say in says
    )
