"""What a page must know of the site it is shown for: name, zone, languages, country profile.

Filled by `server` from the line's tables; asked on every page, so answered from memory.
"""

from typing import Protocol

import msgspec


class Look(msgspec.Struct, frozen=True):
    """A site as pages see it."""

    number: int
    key: str
    name: str
    #: catalogue names in the order in which they are offered; the first is the site's own
    languages: tuple[str, ...] = ("es", "en", "pt")
    #: whose words and formats: "pe", "co" or "plain"
    profile: str = "plain"
    #: IANA time zone
    zone: str = "UTC"


#: for pages that belong to no site
NOWHERE = Look(number=0, key="", name="Turnero")


class Looks(Protocol):
    """Where looks come from."""

    def look(self, site: int | None) -> Look:
        """The look of this site; `NOWHERE` for None or an unknown one. Never waits."""
        ...


class OneLook:
    """The same look for every site: for pages outside any site, and for tests."""

    def __init__(self, look: Look = NOWHERE) -> None:
        self._look = look

    def look(self, site: int | None) -> Look:
        """See `Looks.look`."""
        return self._look
