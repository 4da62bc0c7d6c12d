"""Where the sound of an announcement is asked for: names out, WAV bytes in return.

Only what this server itself announced has a name here: nobody can have other words rendered.
It does not decide when anything is played.
"""

import asyncio
import logging
from collections import OrderedDict
from typing import Final, NamedTuple

from turnero.display.voice.cache import Cache
from turnero.display.voice.port import Voice, VoiceError
from turnero.display.voice.script import Script, key, render, wav

log = logging.getLogger(__name__)

#: Scripts remembered by name; older ones are on disk or no longer announced by any board.
REMEMBERED: Final = 2_000


class Sound(NamedTuple):
    """A WAV, and whether this name will always sound so (false: the voice failed this time)."""

    wav: bytes
    lasting: bool


class Studio:
    """One for the whole server. Its methods belong to the event loop; threads do the rendering."""

    def __init__(self, voice: Voice, cache: Cache) -> None:
        self.voice = voice
        self._cache = cache
        self._scripts: OrderedDict[str, Script] = OrderedDict()
        self._rendering: dict[str, asyncio.Task[Sound]] = {}

    def name(self, script: Script) -> str:
        """The script's name, under which `sound` gives it from now on. Renders nothing yet."""
        name = key(script, self.voice)
        self._scripts[name] = script
        self._scripts.move_to_end(name)
        if len(self._scripts) > REMEMBERED:
            self._scripts.popitem(last=False)
        return name

    async def sound(self, name: str) -> Sound | None:
        """The sound of that name; None if nothing of that name was announced.

        Boards that ask at once share one rendering. A voice that fails gives the chime alone:
        better a chime and a number on the screen than silence.
        """
        kept = await asyncio.to_thread(self._cache.get, name)
        if kept is not None:
            return Sound(kept, lasting=True)
        task = self._rendering.get(name)
        if task is None:
            script = self._scripts.get(name)
            if script is None:
                return None
            task = asyncio.create_task(asyncio.to_thread(self._render, name, script))
            self._rendering[name] = task
            task.add_done_callback(lambda _: self._rendering.pop(name, None))
        return await asyncio.shield(task)

    def _render(self, name: str, script: Script) -> Sound:
        try:
            data = render(script, self.voice)
        except VoiceError as failed:
            log.warning("an announcement is sounded by the chime alone: %s", failed)
            return Sound(wav(self.voice.chime()), lasting=False)
        self._cache.put(name, data)
        return Sound(data, lasting=True)
