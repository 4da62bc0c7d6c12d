"""Passwords: argon2id with bounded memory, and the same work for a login that nobody has.

Two are checked at a time, in threads: a rush of sign-ins waits in line rather than taking
the machine's memory (19 MiB each) and the ticket path's processor.
"""

import asyncio
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from turnero.store.errors import Invalid

#: at least so many characters (ASVS 5.0: 8, and no rules about their kind)
SHORTEST = 10
LONGEST = 128
AT_ONCE = 2

#: OWASP's first choice of parameters: 19 MiB, two passes, one lane
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def check_new(password: str, login: str) -> str:
    """A password that may be chosen, or `Invalid("password-weak")`."""
    password = unicodedata.normalize("NFC", password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid("password-length", min=SHORTEST, max=LONGEST)
    simple = password.casefold()
    if len(set(simple)) < 4 or simple in {login, login * 2}:  # noqa: PLR2004 - "aaaaaaaaaa", "1212121212"
        raise Invalid("password-guessable")
    return password


def hash_password(password: str) -> str:
    """The argon2id hash in its own notation. Takes about 30 ms: call it in a thread."""
    return _hasher.hash(unicodedata.normalize("NFC", password))


@cache
def _nobody() -> str:
    """A hash that no password fits, for logins that do not exist."""
    return _hasher.hash("\x00 nobody has this password")


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False


class Passwords:
    """Checks passwords, a few at a time. Belongs to one loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def fits(self, hashed: str | None, password: str) -> bool:
        """Whether the password fits the hash. None (no such login) costs the same and never fits."""
        async with self._turn:
            fits = await asyncio.to_thread(_verify, hashed or _nobody(), password[: LONGEST * 4])
        return fits and hashed is not None

    async def hash(self, password: str) -> str:
        """See `hash_password`."""
        async with self._turn:
            return await asyncio.to_thread(hash_password, password)
