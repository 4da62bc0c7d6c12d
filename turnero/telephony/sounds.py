"""Sentences as sound for an exchange: 8 kHz WAV files, rendered by the voice of the house.

The voice comes through `Web.speech`, with a site's recorded fragments where it has them. Files are
named by what they say, so that a sentence is rendered once. A telephone number is never one
sentence (see ivr/spoken.py): no file here holds more than three digits of one.
"""

import asyncio
import contextlib
import hashlib
import logging
import os
import tempfile
from pathlib import Path
from typing import Final

from turnero.telephony.exchange import HOLDING, Say
from turnero.telephony.narrowband import SoundError, holding, narrowed
from turnero.web.speech import Speech

log = logging.getLogger(__name__)

#: raised when anything about the rendering changes
_EDITION: Final = 2
#: some 1000 sentences of three seconds
BOUND_BYTES: Final = 48_000_000
#: of a site's own sound for those who hold: at its end they are told how their place stands
LONGEST_HELD_S: Final = 30
#: a file this young may be playing: it is never the one that makes room
_YOUNG_S: Final = 900
_PART: Final = ".part"


class Sounds:
    """One for the server, for every exchange. Methods belong to the event loop.

    `folder` must be readable by the exchange. `held`: a site's own WAV for those
    who hold, in place of ours.
    """

    def __init__(self, speech: Speech | None, folder: Path, *, held: Path | None = None) -> None:
        self._speech = speech
        self._folder = folder.absolute()
        self._held = _read(held)
        self._hold = _name(f"holding:{hashlib.sha256(self._held or b'').hexdigest()}")
        self._rendering: dict[str, asyncio.Task[Path | None]] = {}

    async def file(self, say: Say) -> Path:
        """The WAV file that says it. Where no voice can, the holding sound: never nothing.

        Raises `OSError` only where not even that can be written.
        """
        spoken = None if say == HOLDING or self._speech is None else self._speech.name(*say)
        if spoken is not None:
            found = await self._kept(_name(spoken), spoken)
            if found is not None:
                return found
        if say != HOLDING:
            log.warning("a sentence for the telephone cannot be spoken in %r", say.language)
        found = await self._kept(self._hold, None)
        if found is None:
            raise OSError(f"sounds cannot be written to {self._folder}")
        return found

    async def media(self, say: Say) -> str:
        """Its address for an Asterisk that reads our folder."""
        return f"sound:{(await self.file(say)).with_suffix('')}"

    async def _kept(self, name: str, spoken: str | None) -> Path | None:
        path = self._folder / f"{name}.wav"
        if await asyncio.to_thread(_touched, path):
            return path
        task = self._rendering.get(name)
        if task is None:
            task = asyncio.create_task(self._render(path, spoken))
            self._rendering[name] = task
            task.add_done_callback(lambda _: self._rendering.pop(name, None))
        return await asyncio.shield(task)

    async def _render(self, path: Path, spoken: str | None) -> Path | None:
        """The file, written; None where the voice fails or the disk is full."""
        try:
            if spoken is None:
                data = await asyncio.to_thread(self._holding)
            else:
                wide = await self._speech.sound(spoken) if self._speech is not None else None
                if wide is None:
                    return None
                data = await asyncio.to_thread(narrowed, wide)
            await asyncio.to_thread(self._write, path, data)
        except (SoundError, OSError) as failed:
            log.warning("a sentence for the telephone has no sound: %s", failed)
            return None
        return path

    def _holding(self) -> bytes:
        if self._held is not None:
            try:
                return narrowed(self._held, LONGEST_HELD_S)
            except SoundError as wrong:
                log.warning("the site's own sound for those who hold is not used: %s", wrong)
        return holding()

    def _write(self, path: Path, data: bytes) -> None:
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            self._folder.chmod(0o755)
        handle, part = tempfile.mkstemp(dir=self._folder, suffix=_PART)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(part).chmod(0o644)  # as the folder: the exchange is another user
            Path(part).replace(path)
        except OSError:
            Path(part).unlink(missing_ok=True)
            raise
        self._trim(path.stat().st_mtime)

    def _trim(self, now_s: float) -> None:
        """Keep within the bound: the longest unheard go first, none that may still be playing."""
        files: list[tuple[float, int, Path]] = []
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                seen = path.stat()
                files.append((seen.st_mtime, seen.st_size, path))
        total = sum(size for _, size, _ in files)
        for heard_s, size, path in sorted(files):
            if total <= BOUND_BYTES or heard_s > now_s - _YOUNG_S:
                return
            path.unlink(missing_ok=True)
            total -= size


def _name(words: str) -> str:
    return hashlib.sha256(f"{_EDITION}:{words}".encode()).hexdigest()[:32]


def _read(path: Path | None) -> bytes | None:
    """The site's own sound, if it is there."""
    if path is None or not path.exists():
        return None
    try:
        return path.read_bytes()
    except OSError as wrong:
        log.warning("the site's own sound for those who hold cannot be read: %s", wrong)
        return None


def _touched(path: Path) -> bool:
    """Whether the file is there; it is then the last to make room, where we may say so."""
    with contextlib.suppress(OSError):
        os.utime(path)
    return os.access(path, os.R_OK)
