"""After a few wrong passwords a login has to wait, longer each time; known or not, the same.

In memory: a restart forgives. Web's limits bound each client, this bounds each login.
"""

from turnero.store.clock import Clock
from turnero.web.limits import TooMany

#: wrong passwords before the first wait
FREE = 5
FIRST_MS = 30_000
LONGEST_MS = 15 * 60_000
#: logins remembered; more than that at once is somebody inventing them
REMEMBERED = 5_000


class Locks:
    """Counts wrong passwords by login."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        #: login -> wrong in a row, until when it waits (line clock)
        self._wrong: dict[str, tuple[int, int]] = {}

    def check(self, login: str) -> None:
        """Raises `TooMany` while the login has to wait."""
        _, until_ms = self._wrong.get(login, (0, 0))
        left_ms = until_ms - self._clock.line_ms()
        if left_ms > 0:
            raise TooMany(-(-left_ms // 1000))

    def wrong(self, login: str) -> bool:
        """One more wrong password; whether the login has to wait now."""
        count = self._wrong.get(login, (0, 0))[0] + 1
        over = count - FREE
        wait_ms = min(FIRST_MS * 2**over, LONGEST_MS) if over >= 0 else 0
        if len(self._wrong) >= REMEMBERED and login not in self._wrong:
            self._wrong.pop(next(iter(self._wrong)))
        self._wrong[login] = (count, self._clock.line_ms() + wait_ms)
        return wait_ms > 0

    def right(self, login: str) -> None:
        """The right password: nothing is held against the login any more."""
        self._wrong.pop(login, None)
