"""Rendered announcements on disk, named by what they say: `DIR/voice/<hash>.wav`.

A file is whole or absent (written aside, then renamed), and the folder keeps within its bound:
the longest unheard go first. It renders nothing, and losing the folder loses nothing.
"""

import contextlib
import os
import re
import tempfile
from pathlib import Path
from typing import Final

#: About 250 announcements of 200 kB: a busy day's repeats without a small box's card filling up.
BOUND_BYTES: Final = 48_000_000
_KEY: Final = re.compile(r"[0-9a-f]{32}")
_PART: Final = ".part"


class Cache:
    """Blocking; every method may be called from any thread. A full disk is no error: see `put`."""

    def __init__(self, folder: Path, bound_bytes: int = BOUND_BYTES) -> None:
        self._folder = folder
        self._bound = bound_bytes

    def get(self, key: str) -> bytes | None:
        """The file of that key, or None. A key that is no hash is never looked up on the disk."""
        if not _KEY.fullmatch(key):
            return None
        path = self._folder / f"{key}.wav"
        try:
            data = path.read_bytes()
        except OSError:
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # heard now: last to go
        return data

    def put(self, key: str, data: bytes) -> bool:
        """Keep it; False when the disk is full or read-only (it is then rendered each time)."""
        if not _KEY.fullmatch(key):
            raise ValueError(f"not the name of a sound: {key!r}")
        part: Path | None = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, suffix=_PART, delete=False) as file:
                part = Path(file.name)
                file.write(data)
            part.replace(self._folder / f"{key}.wav")
        except OSError:
            if part is not None:
                part.unlink(missing_ok=True)
            return False
        self._trim()
        return True

    def _trim(self) -> None:
        files: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("*.wav"):
            with contextlib.suppress(OSError):  # another thread's trim took it
                seen = path.stat()
                files.append((seen.st_mtime, seen.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._bound:
                return
            path.unlink(missing_ok=True)
            total -= size

    def sweep(self) -> None:
        """Remove what a power cut left half written. Once, at start, before anything is put."""
        for path in self._folder.glob(f"*{_PART}"):
            path.unlink(missing_ok=True)
