"""Where identifiers and secrets come from: one injected source, so that a seeded day repeats."""

import os
import random
import threading
from base64 import urlsafe_b64encode
from typing import Final, Protocol


class Ids(Protocol):
    """A source of identifiers and secrets."""

    def ticket(self, now_ms: int) -> str:
        """32 hexadecimal digits that sort by time: 48 bits of milliseconds, then chance."""
        ...

    def secret(self) -> str:
        """22 characters (128 bits) that nobody can guess, safe in an address."""
        ...


#: bytes taken from the system at once: each call lets another thread run in between
_DRAWN: Final = 4096


class SystemIds:
    """Identifiers from the operating system's randomness, each byte used once."""

    def __init__(self) -> None:
        self._own = threading.local()

    def _draw(self, size: int) -> bytes:
        left: bytes = getattr(self._own, "left", b"")
        if len(left) < size:
            left = os.urandom(_DRAWN)
        self._own.left = left[size:]
        return left[:size]

    def ticket(self, now_ms: int) -> str:
        """See `Ids.ticket`."""
        return f"{now_ms:012x}{self._draw(10).hex()}"

    def secret(self) -> str:
        """See `Ids.secret`."""
        return urlsafe_b64encode(self._draw(16)).rstrip(b"=").decode()


class SeededIds:
    """Identifiers that repeat with the seed: for simulation and tests, never for a real site."""

    _ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def ticket(self, now_ms: int) -> str:
        """See `Ids.ticket`."""
        return f"{now_ms:012x}{self._random.getrandbits(80):020x}"

    def secret(self) -> str:
        """See `Ids.secret`."""
        return "".join(self._random.choices(self._ALPHABET, k=22))
