"""Callbacks by telephone: who asked to be rung, each leg that was dialled, and who dials.

No number is here: `phone` names the row that holds it sealed (people_tables.py), and an index
is a keyed digest, the same for the same number.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from turnero.queue.callbacks import LegStage, Stage
from turnero.store.tables import metadata


def _one_of(column: str, values: type[Stage] | type[LegStage]) -> str:
    return f"{column} in ({', '.join(repr(str(value)) for value in values)})"


_OPEN: dict[str, Any] = {
    "sqlite_where": text("ended_ms is null"),
    "postgresql_where": text("ended_ms is null"),
}
#: came instead of being rung; `"end"` is a word of SQL's own
_MERGED: dict[str, Any] = {
    "sqlite_where": text("\"end\" = 'merged'"),
    "postgresql_where": text("\"end\" = 'merged'"),
}
_OPEN_PATIENT: dict[str, Any] = {
    "sqlite_where": text("ended_ms is null and side = 'patient'"),
    "postgresql_where": text("ended_ms is null and side = 'patient'"),
}

#: somebody who asked to be rung; their place in the line is a ticket of origin "callback"
callback = Table(
    "callback",
    metadata,
    Column("id", Text, primary_key=True),  # 32 hexadecimal digits
    Column("site", Integer, nullable=False),
    Column("ticket", Text, nullable=False),  # its present place in the line
    Column("service", Integer, nullable=False),
    Column("phone", Integer, nullable=False),
    Column("number_index", Text, nullable=False),
    Column("tail", Text, nullable=False),  # the number's last digits, as desks see it
    Column("relation", Text, nullable=False),  # self | one of callbacks.RELATIONS
    Column("may_tell", Integer, nullable=False),  # 1: who answers may be told what it is about
    Column("name", LargeBinary),  # sealed: whom to ask for; null: nobody said
    Column("how", Text, nullable=False),  # kiosk | web | phone | desk | api | campaign
    Column("source", Text, nullable=False),  # what is counted against the cap: a kiosk, a page
    Column("asked_ms", BigInteger, nullable=False),  # UTC: what it ranks by
    Column("from_minute", Integer),  # hours that they prefer, minutes of the day; null: any
    Column("to_minute", Integer),
    Column("left_over", Text),  # tomorrow | drop, as they said; null: the service's
    Column("stage", Text, nullable=False),
    Column("attempts", Integer, nullable=False),  # used up
    Column("faults", Integer, nullable=False),  # tries in a row that said nothing about the person
    Column("due_ms", BigInteger),  # when it is rung again, UTC; null: in its turn
    Column("campaign", Integer),
    Column("end", Text),  # how it ended; see callbacks.ENDS
    Column("ended_ms", BigInteger),
    Column("version", Integer, nullable=False),
    CheckConstraint(_one_of("stage", Stage), name="stage"),
    Index("uq_callback_open_number", "site", "number_index", "service", unique=True, **_OPEN),
    Index("uq_callback_open_ticket", "ticket", unique=True, **_OPEN),
    Index("ix_callback_source", "site", "source", "asked_ms"),
    Index("ix_callback_open", "site", "stage", **_OPEN),
    Index("ix_callback_merged", "site", "asked_ms", **_MERGED),
    Index("ix_callback_ticket", "ticket", "ended_ms"),
)

#: one telephone's side of a call, committed before the exchange hears of it
leg = Table(
    "leg",
    metadata,
    Column("id", Text, primary_key=True),  # ours, and the exchange's
    Column("site", Integer, nullable=False),
    Column("callback", Text, nullable=False),
    Column("side", Text, nullable=False),  # desk | patient
    Column("attempt", Integer, nullable=False),  # 1 for a callback's first; 0: they rang us
    Column("number_index", Text),  # of a patient's
    Column("extension", Text),  # of a desk's
    Column("stage", Text, nullable=False),
    Column("wanted", Integer, nullable=False),  # 0: to be hung up
    Column("outcome", Text),
    Column("cause", Text),  # the exchange's word for why, for technicians
    Column("rang", Integer, nullable=False),
    Column("joined_ms", BigInteger),  # since when it heard the other leg, UTC
    Column("at_ms", BigInteger, nullable=False),  # committed, UTC
    Column("until_ms", BigInteger, nullable=False),  # when it must be over or up, line clock
    Column("up_ms", BigInteger),
    Column("ended_ms", BigInteger),
    CheckConstraint(_one_of("stage", LegStage), name="stage"),
    CheckConstraint("side in ('desk', 'patient')", name="side"),
    # Nobody's telephone rings twice at once, whatever the program thinks.
    Index("uq_leg_open_number", "number_index", unique=True, **_OPEN_PATIENT),
    Index("uq_leg_open_of", "callback", "side", unique=True, **_OPEN),
    Index("ix_leg_callback", "callback", "at_ms"),
    Index("ix_leg_number_at", "number_index", "at_ms"),
    Index("ix_leg_site_at", "site", "at_ms"),
)

#: who dials for this installation, and whether anybody may; one row
dialling = Table(
    "dialling",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1
    Column("holder", Text, nullable=False),  # a process
    Column("until_ms", BigInteger, nullable=False),  # another with each sign of life; 0: given back
    Column("epoch", Integer, nullable=False),  # how often it changed hands
    Column("open", Integer, nullable=False),  # 1: calls can be placed
    Column("why", Text, nullable=False),  # why not: no-exchange | link | replaced | trunk
    Column("faults", Integer, nullable=False),  # of the trunk, in a row
    Column("again_ms", BigInteger),  # when the trunk is tried again, line clock
)
