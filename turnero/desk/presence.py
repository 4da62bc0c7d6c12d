"""Who sits before the page of an open desk: whoever has its live stream open.

Looked at every few seconds, so that a reload or a short gap of the network is nothing. At the
server's start every open desk counts as gone until its page comes. Of a desk that programs call
at, without a person, only the page that was here can be missed.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import ColumnElement, Text, and_, literal_column, select

from turnero.desk.seat import split
from turnero.queue.attendance import UNATTENDED
from turnero.queue.commands.presence import page_gone, page_here
from turnero.queue.requests import AtPage
from turnero.queue.tables import CLOSED, alarm, desk, desk_session
from turnero.store.errors import Refused, Unavailable
from turnero.store.sql import Query, Statement
from turnero.store.tables import timer

if TYPE_CHECKING:
    from turnero.web.wiring import Web

log = logging.getLogger("turnero.desk")

#: seconds between two looks
LOOK_S: Final = 3.0
#: the live view that a desk's page has open
VIEW: Final = "desk"

_KIND: ColumnElement[str] = literal_column(f"'{UNATTENDED}'", Text)
_OPEN = Statement(
    select(
        desk_session.c.id,
        desk_session.c.site,
        desk.c.ref,
        desk_session.c.agent,
        timer.c.due_ms,
        alarm.c.id.label("alarm"),
    )
    .select_from(
        desk_session.join(desk, desk.c.id == desk_session.c.desk)
        .outerjoin(
            timer,
            and_(
                timer.c.site == desk_session.c.site,
                timer.c.kind == _KIND,
                timer.c.key == desk.c.ref,
            ),
        )
        .outerjoin(
            alarm,
            and_(
                alarm.c.site == desk_session.c.site,
                alarm.c.kind == _KIND,
                alarm.c.subject == desk.c.ref,
                alarm.c.ended_ms.is_(None),
            ),
        )
    )
    .where(desk_session.c.state != CLOSED)
)


class Session(msgspec.Struct, frozen=True):
    """An open desk."""

    id: int
    site: int
    desk: str
    agent: str | None
    #: its page counts as gone already
    missed: bool


def sessions(q: Query) -> list[Session]:
    """The open desks of all sites."""
    return [
        Session(
            row.id, row.site, row.ref, row.agent, row.due_ms is not None or row.alarm is not None
        )
        for row in q.rows(_OPEN)
    ]


class Presence:
    """Tells the line when a desk's page comes and goes."""

    def __init__(self) -> None:
        #: session -> whether its page was here at the last look
        self._here: dict[int, bool] = {}

    async def watch(self, web: "Web") -> None:
        """Look, as long as the server runs."""
        while True:
            try:
                await self.look(web)
            except Unavailable:
                log.warning("desks' pages are looked after again once the database is back")
            await asyncio.sleep(LOOK_S)

    async def look(self, web: "Web") -> None:
        """Compare what is open now with the last look, and tell what changed."""
        shown = {(site, *split(arg)) for site, arg in web.hub.watching(VIEW)}
        now = await web.ledger.read(sessions)
        for one in now:
            here = any(
                (site, ref) == (one.site, one.desk) and one.agent in (None, actor)
                for site, ref, actor in shown
            )
            was = self._here.get(one.id)
            if here and one.missed:
                await self._tell(web, one, page_here)
            elif not here and not one.missed and (was or (was is None and one.agent is not None)):
                await self._tell(web, one, page_gone)
            # Only what was told: where the database is away it is told when it is back.
            self._here[one.id] = here
        self._here = {one.id: self._here[one.id] for one in now}

    async def _tell(self, web: "Web", one: Session, command: Callable[..., AtPage]) -> None:
        try:
            await web.ledger.run(command, AtPage(one.desk), site=one.site, actor="system")
        except Refused:
            log.info("the desk is gone from the site", extra={"desk": one.desk})
