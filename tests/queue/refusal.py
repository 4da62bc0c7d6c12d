"""Says that an act is refused, with which code, and that it changed nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import Table, select

from tests.queue.hall import Hall
from turnero.queue import refusals, tables
from turnero.store import journal
from turnero.store.errors import Refused
from turnero.store.sql import Query, Statement
from turnero.store.tables import timer

_TABLES: list[Table] = [
    tables.site,
    tables.service,
    tables.attention,
    tables.desk,
    tables.desk_service,
    tables.desk_session,
    tables.line,
    tables.series,
    tables.ticket,
    tables.press,
    tables.rating,
    tables.help_call,
    tables.message,
    tables.kiosk_pause,
    tables.alarm,
    tables.handover,
    tables.note,
    timer,
]
_ALL = [Statement(select(table).order_by(*table.primary_key)) for table in _TABLES]


async def everything(hall: Hall) -> list[Any]:
    """All rows of the queue's tables, and the journal."""

    def get(
        q: Query,
    ) -> list[Any]:  # of one moment, for which PostgreSQL is asked to begin and end once
        return [*(q.rows(statement) for statement in _ALL), journal.read(q, hall.site, 0, 10_000)]

    return await hall.read(get)


@asynccontextmanager
async def refused(hall: Hall, code: str, **params: str | int) -> AsyncIterator[None]:
    """The act inside is refused with this code and at least these figures; nothing changed."""
    before = await everything(hall)
    with pytest.raises(Refused) as caught:
        yield
    error = caught.value
    assert error.code == code, error
    assert set(error.params) == set(refusals.CODES[code])
    assert params.items() <= error.params.items()
    assert await everything(hall) == before
