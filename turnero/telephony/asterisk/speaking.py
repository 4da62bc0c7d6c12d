"""Prompts at Asterisk: what is being played to which leg, and the digits waited for.

ARI plays and tells each key; when enough were pressed, and how long to wait, is decided here.
Who holds is given holding sounds for minutes in one playback, so that he hears on while we are
away, and a time after which the dialplan speaks to him. Asterisk does nothing else with a
channel while it plays: each playback's name is left there, for whoever comes after us to stop it.
"""

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from turnero.store.clock import Clock
from turnero.telephony.asterisk.rest import NOT_FOUND, Ari
from turnero.telephony.exchange import Digit, Event, ExchangeAway, Gather, PromptDone

#: the channel's variable with the name of what is played to it
PLAYS: Final = "TURNERO_PLAYS"
#: holding sounds in one playback: 16 minutes of ours, and minutes of a site's own short one too
HOLDS: Final = 48
#: seconds after a sentence and its keys in which we must have said another word
ANSWER_S: Final = 30

_numbers = itertools.count(1)


async def keep(ari: Ari, leg: str, seconds: int) -> None:
    """After so many seconds the dialplan takes the leg over, unless told anew: we may have gone."""
    longest = {"variable": "TIMEOUT(absolute)", "value": str(seconds)}
    (await ari.ask("POST", f"channels/{quote(leg, safe='')}/variable", longest)).needed()


@dataclass
class _Prompt:
    """One that is being played, or waits for digits."""

    leg: str
    gather: Gather | None
    #: sounds until its end is told; holding sounds go on after that
    left: int
    #: until when it may go on without the leg's time being renewed, milliseconds; 0: it ends
    holds_ms: int = 0
    #: of this process too: another one's playback is never taken for ours
    playback: str = field(default_factory=lambda: f"{secrets.token_hex(4)}-{next(_numbers)}")
    playing: bool = True
    digits: int = 0
    patience: asyncio.Task[None] | None = None


class Speaking:
    """Prompts of all legs; `tell` hands an event to whoever reads them."""

    def __init__(
        self, ari: Ari, clock: Clock, tell: Callable[[Event], None], *, alone_s: int
    ) -> None:
        """`alone_s`: seconds that who holds may hear no word of ours."""
        self._ari = ari
        self._clock = clock
        self._tell = tell
        self._alone_s = alone_s
        self._prompts: dict[str, _Prompt] = {}
        self._stopping: set[asyncio.Task[None]] = set()

    async def start(
        self,
        leg: str,
        media: Sequence[str],
        gather: Gather | None,
        *,
        lasts_s: float,
        holds: bool = False,
    ) -> None:
        """Play it in place of what is being played; `ExchangeAway` where the leg cannot hear it.

        `lasts_s`: about so long. `holds`: its last sound goes on after its end was told.
        """
        now_ms = self._clock.line_ms()
        sounds, holds_ms = [*media], 0
        answers_s = round(lasts_s) + (gather.timeout_s * gather.digits if gather else 0)
        alone_s = min(self._alone_s, answers_s + ANSWER_S)
        if holds and gather is None:
            going = self._prompts.get(leg)
            if going is not None and len(media) == 1 and not going.left and now_ms < going.holds_ms:
                going.left = 1
                return
            sounds += [media[-1]] * (HOLDS - 1)
            alone_s = self._alone_s
            holds_ms = now_ms + self._alone_s * 500
        await self.silence(leg)
        prompt = self._prompts[leg] = _Prompt(leg, gather, len(media), holds_ms)
        try:
            await keep(self._ari, leg, alone_s)
            name = {"variable": PLAYS, "value": prompt.playback}
            (await self._ari.ask("POST", f"channels/{leg}/variable", name)).needed()
            play = {"media": sounds, "playbackId": prompt.playback}
            (await self._ari.ask("POST", f"channels/{leg}/play", body=play)).needed()
        except ExchangeAway:
            if self._prompts.get(leg) is prompt:
                self.drop(leg)
            raise

    async def silence(self, leg: str) -> None:
        """Stop what is being played, another life's too; nobody is told.

        It is asked for before anything that waits for the playback: where Asterisk has dialled out to
        us, it does one request after another.
        """
        prompt = self._forget(leg)
        playback = prompt.playback if prompt and prompt.playing else None
        if prompt is None:
            named = await self._ari.ask("GET", f"channels/{leg}/variable", {"variable": PLAYS})
            playback = named.body.get("value") if named.done else None
        if playback:
            await self._ari.ask("DELETE", f"playbacks/{playback}")

    def drop(self, leg: str) -> None:
        """Stop what is being played and wait for nothing; nobody is told."""
        prompt = self._forget(leg)
        if prompt is not None and prompt.playing:
            self._stop(prompt)

    def key(self, event: Digit) -> None:
        """A key was pressed."""
        prompt = self._prompts.get(event.leg)
        gather = prompt.gather if prompt else None
        if prompt is None or gather is None:
            self._tell(event)
            return
        if prompt.playing:
            prompt.playing = False
            self._stop(prompt)
        if event.digit == gather.ends:
            self._done(prompt)
            return
        prompt.digits += 1
        self._tell(event)
        if prompt.digits >= gather.digits:
            self._done(prompt)
        else:
            self._wait(prompt, gather)

    def went_on(self, playback: str) -> None:
        """One sound of a playback is over, and the next begins."""
        prompt = self._playing(playback)
        if prompt is not None and prompt.left:
            prompt.left -= 1
            if not prompt.left:
                self._tell(PromptDone(prompt.leg))

    def played(self, playback: str) -> None:
        """A playback is over."""
        prompt = self._playing(playback)
        if prompt is not None:
            prompt.playing = False
            if prompt.gather is None:
                self._done(prompt)
            else:
                self._wait(prompt, prompt.gather)

    def only(self, legs: Collection[str]) -> None:
        """These are there: wait for nothing of any other."""
        for leg in self._prompts.keys() - legs:
            self.drop(leg)

    async def catch_up(self, leg: str) -> None:
        """The link is new: what is played to this leg may have ended unheard."""
        prompt = self._prompts.get(leg)
        if prompt is None or not prompt.playing:
            return
        found = await self._ari.ask("GET", f"playbacks/{prompt.playback}")
        if found.status == NOT_FOUND:
            self.played(prompt.playback)
        elif prompt.holds_ms and prompt.left:  # how many sounds have passed cannot be asked
            prompt.left = 0
            self._tell(PromptDone(leg))

    def close(self) -> None:
        """Wait for nothing any more; what is played goes on."""
        for prompt in self._prompts.values():
            if prompt.patience is not None:
                prompt.patience.cancel()
        self._prompts.clear()

    def _forget(self, leg: str) -> _Prompt | None:
        prompt = self._prompts.pop(leg, None)
        if prompt is not None and prompt.patience is not None:
            prompt.patience.cancel()
        return prompt

    def _playing(self, playback: str) -> _Prompt | None:
        return next(
            (one for one in self._prompts.values() if one.playing and one.playback == playback),
            None,
        )

    def _wait(self, prompt: _Prompt, gather: Gather) -> None:
        if prompt.patience is not None:
            prompt.patience.cancel()

        async def over() -> None:
            await self._clock.sleep(gather.timeout_s)
            prompt.patience = None
            self._done(prompt)

        prompt.patience = asyncio.ensure_future(over())

    def _done(self, prompt: _Prompt) -> None:
        if self._prompts.get(prompt.leg) is prompt:
            del self._prompts[prompt.leg]
            if prompt.patience is not None:
                prompt.patience.cancel()
            if prompt.left:
                self._tell(PromptDone(prompt.leg))

    def _stop(self, prompt: _Prompt) -> None:
        async def stop() -> None:
            with contextlib.suppress(ExchangeAway):  # it ends by itself
                await self._ari.ask("DELETE", f"playbacks/{prompt.playback}")

        task = asyncio.ensure_future(stop())
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)
