"""After a few wrong passwords a login has to wait at that address, longer each time; known or not.

Elsewhere the same login is only answered more slowly: nobody can lock somebody else out. In
memory: a restart forgives. Web's limits bound each client, this bounds each login.
"""

from typing import TypeVar

from turnero.store.clock import Clock
from turnero.web.limits import TooMany

#: tries of a login at one address before the first wait
FREE = 5
FIRST_MS = 30_000
LONGEST_MS = 15 * 60_000
#: tries of a login, wherever from, before answers are held back
FREE_ANYWHERE = 10
FIRST_DELAY_S = 0.25
LONGEST_DELAY_S = 8.0
#: doubled at most so often: both have reached their longest by then
_DOUBLED = 5
#: kept at once; more than that is somebody inventing them
REMEMBERED = 5_000


_K = TypeVar("_K")


class Locks:
    """Counts tries that have not proved right: when they begin, so that many at once are seen."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        #: login and address -> tries in a row, until when it waits there (line clock)
        self._here: dict[tuple[str, str], tuple[int, int]] = {}
        #: login -> tries in a row from anywhere, when the last was (line clock)
        self._anywhere: dict[str, tuple[int, int]] = {}

    def begin(self, login: str, address: str) -> float:
        """Count a try; seconds by which to hold it back. Raises `TooMany` while it has to wait."""
        now_ms = self._clock.line_ms()
        count, until_ms = self._here.get((login, address), (0, 0))
        if until_ms > now_ms:
            raise TooMany(-(-(until_ms - now_ms) // 1000))
        over = count + 1 - FREE
        wait_ms = min(FIRST_MS * 2 ** min(over, _DOUBLED), LONGEST_MS) if over >= 0 else 0
        _put(self._here, (login, address), (count + 1, now_ms + wait_ms))
        tries, last_ms = self._anywhere.get(login, (0, 0))
        tries = tries + 1 if now_ms - last_ms < LONGEST_MS else 1
        _put(self._anywhere, login, (tries, now_ms))
        slow = tries - 1 - FREE_ANYWHERE
        return min(FIRST_DELAY_S * 2 ** min(slow, _DOUBLED), LONGEST_DELAY_S) if slow >= 0 else 0.0

    def waits(self, login: str, address: str) -> bool:
        """Whether the login has to wait at this address now."""
        return self._here.get((login, address), (0, 0))[1] > self._clock.line_ms()

    def unjudged(self, login: str, address: str) -> None:
        """The try could not be judged (the database did not answer): it does not count."""
        count, _ = self._here.get((login, address), (0, 0))
        if count > 1:
            self._here[login, address] = (count - 1, 0)
        else:
            self._here.pop((login, address), None)
        tries, last_ms = self._anywhere.get(login, (0, 0))
        if tries > 1:
            self._anywhere[login] = (tries - 1, last_ms)
        else:
            self._anywhere.pop(login, None)

    def right(self, login: str, address: str) -> None:
        """The right password: nothing is held against the login any more."""
        self._here.pop((login, address), None)
        self._anywhere.pop(login, None)


def _put(kept: dict[_K, tuple[int, int]], key: _K, value: tuple[int, int]) -> None:
    if len(kept) >= REMEMBERED and key not in kept:
        kept.pop(next(iter(kept)))
    kept[key] = value
