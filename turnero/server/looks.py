"""Sites as pages see them, in memory; read again when a site's description was loaded."""

import asyncio

import msgspec
from sqlalchemy import select

from turnero.queue.facts import SiteLoaded
from turnero.queue.tables import site
from turnero.store.errors import NotFound, Unavailable
from turnero.store.facts import Entry
from turnero.store.ledger import Ledger
from turnero.store.sql import Query, Statement
from turnero.web.look import Look

_SITES = Statement(
    select(
        site.c.no, site.c.key, site.c.name, site.c.zone, site.c.profile, site.c.languages
    ).order_by(site.c.no)
)
#: seconds between tries while the database cannot be read
RETRY_S = 1.0
_LOADED = str(SiteLoaded.__struct_config__.tag)


def _read(q: Query) -> dict[int, Look]:
    return {
        row.no: Look(
            number=row.no,
            key=row.key,
            name=row.name,
            languages=tuple(msgspec.json.decode(row.languages, type=list[str])),
            profile=row.profile,
            zone=row.zone,
        )
        for row in q.rows(_SITES)
    }


class SiteLooks:
    """Web's `Looks`, on the line's table of sites."""

    def __init__(self, ledger: Ledger, *, languages: tuple[str, ...], profile: str) -> None:
        self._ledger = ledger
        self._nowhere = Look(number=0, key="", name="Turnero", languages=languages, profile=profile)
        self.sites: dict[int, Look] = {}
        self._task: asyncio.Task[None] | None = None

    async def read(self) -> None:
        """Read all sites."""
        self.sites = await self._ledger.read(_read)

    def heard(self, entry: Entry) -> None:
        """A fact: a site's description that was loaded is read again."""
        if entry.kind == _LOADED:
            self._task = asyncio.create_task(self._read_again(), name="looks")

    async def _read_again(self) -> None:
        while True:
            try:
                await self.read()
            except Unavailable:
                await asyncio.sleep(RETRY_S)
            else:
                return

    def number(self, key: str) -> int:
        """The number of the site of this key; `NotFound` when there is none."""
        for look in self.sites.values():
            if look.key == key:
                return look.number
        raise NotFound("site-unknown", site=key)

    def look(self, site: int | None) -> Look:
        """See `Looks.look`. Pages of no site take the words of the only site there is."""
        if site is not None and site in self.sites:
            return self.sites[site]
        if len(self.sites) == 1:
            return msgspec.structs.replace(next(iter(self.sites.values())), number=0, key="")
        return self._nowhere
