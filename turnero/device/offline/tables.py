"""What a box keeps for its kiosks while it has no server, on the store's metadata; empty at a server."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.sql.elements import ColumnElement

from turnero.store.tables import metadata

#: numbers that the server set aside for a kiosk
box_lease = Table(
    "box_lease",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # the server's
    Column("site", Integer, nullable=False),
    Column("kiosk", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("day", Text, nullable=False),  # YYYY-MM-DD at the site
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("next", Integer, nullable=False),  # to be given next; never goes back
    Index("ix_box_lease_kiosk", "site", "kiosk", "day", "service", "id"),
)

#: a ticket made here
box_ticket = Table(
    "box_ticket",
    metadata,
    Column("no", Integer, primary_key=True),  # in the order in which they were made
    Column("id", Text, nullable=False, unique=True),
    Column("site", Integer, nullable=False),
    Column("kiosk", Text, nullable=False),
    Column("lease", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("code", Text, nullable=False, unique=True),  # the secret on its paper
    Column("service", Text, nullable=False),
    Column("attention", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("people", Integer, nullable=False),
    Column("aids", Text, nullable=False),  # JSON
    Column("issued_ms", BigInteger, nullable=False),  # line clock of the box
    Column("offset_ms", BigInteger, nullable=False),  # server's wall clock less that, as last heard
    Column("act", Text, unique=True),  # key under which it was asked for
    Column(
        "state", Text, nullable=False
    ),  # waiting for its paper | burnt by it | uploaded | refused
    Column(
        "burnt_ms", BigInteger
    ),  # when its first print began, wall clock; kept before the first byte
    Column("refused", Text),  # why the server did not take it
    UniqueConstraint("site", "day", "number"),
    CheckConstraint("state in ('waiting', 'burnt', 'uploaded', 'refused')", name="state"),
    Index(
        "ix_box_ticket_open",
        "no",
        sqlite_where=text("state in ('waiting', 'burnt')"),
        postgresql_where=text("state in ('waiting', 'burnt')"),
    ),
)

#: a rating given here
box_rating = Table(
    "box_rating",
    metadata,
    Column("no", Integer, primary_key=True),  # in the order in which they were given
    Column("act", Text, nullable=False, unique=True),
    Column("site", Integer, nullable=False),
    Column("code", Text, nullable=False),  # of the ticket
    Column("rate", Text, nullable=False),  # JSON of queue.requests.Rate
    Column("at_ms", BigInteger, nullable=False),  # line clock of the box
    Column("offset_ms", BigInteger, nullable=False),
    Column("refused", Text),  # why the server did not take it
    Column("open", Integer, nullable=False),  # 1: the server has not answered for it yet
    Index(
        "ix_box_rating_open", "no", sqlite_where=text("open = 1"), postgresql_where=text("open = 1")
    ),
)

# SQLite uses a partial index only where the query repeats its condition literally.
#: the server has not answered for this ticket yet
AT_HAND: ColumnElement[bool] = literal_column("box_ticket.state in ('waiting', 'burnt')", Boolean)
#: nor for this rating
UNSAID: ColumnElement[bool] = literal_column("box_rating.open = 1", Boolean)
