"""Where identifiers and secrets come from: one injected source, so that a seeded day repeats."""

import random
import secrets
from typing import Protocol


class Ids(Protocol):
    """A source of identifiers and secrets."""

    def ticket(self, now_ms: int) -> str:
        """32 hexadecimal digits that sort by time: 48 bits of milliseconds, then chance."""
        ...

    def secret(self) -> str:
        """22 characters (128 bits) that nobody can guess, safe in an address."""
        ...


class SystemIds:
    """Identifiers from the operating system's randomness."""

    def ticket(self, now_ms: int) -> str:
        """See `Ids.ticket`."""
        return f"{now_ms:012x}{secrets.token_hex(10)}"

    def secret(self) -> str:
        """See `Ids.secret`."""
        return secrets.token_urlsafe(16)


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
