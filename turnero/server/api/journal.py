"""`GET /api/v1/journal`: what happened at a site, oldest first, in pages."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.params import QueryParameter

from turnero.server.api.acting import site_number
from turnero.server.api.answers import FactAnswer, JournalAnswer, moment_of
from turnero.server.api.describing import described
from turnero.store import journal
from turnero.store.facts import Entry
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest

#: more than a journal ever has, and still a 64-bit integer on both databases
LAST = 2**62
SiteKey = Annotated[str, QueryParameter(min_length=1, max_length=64, description="Key of the site")]
After = Annotated[
    int, QueryParameter(ge=0, le=LAST, description="Facts after this number; 0 is from the start")
]
Limit = Annotated[int, QueryParameter(ge=1, le=1000, description="At most so many")]


def fact_of(entry: Entry) -> FactAnswer:
    """A line of the journal as the API shows it."""
    data: dict[str, Any] = msgspec.json.decode(entry.body)
    data.pop("kind", None)
    return FactAnswer(entry.seq, moment_of(entry.at_ms), entry.actor, entry.kind, data)


@get(
    "/journal",
    **described(
        "What happened at a site",
        "Numbered without gaps. Ids and figures only: no names, comments or secret codes.",
        permission="journal.read",
        tag="Journal",
        refuses=(404, 422),
    ),
)
async def read_journal(
    request: PageRequest, site: SiteKey, after: After = 0, limit: Limit = 100
) -> JournalAnswer:
    """A page of the journal."""
    number = site_number(request, site)
    entries = await web_of(request).ledger.read(journal.read, number, after, limit)
    return JournalAnswer(
        [fact_of(entry) for entry in entries], entries[-1].seq if entries else after
    )
