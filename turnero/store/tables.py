"""The store's own tables, and the one `MetaData` that every room hangs its tables on.

Plain types only (see sql.py). What each column means stands beside it.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: one row a site (0 is the installation): where its journal stands. On PostgreSQL this
#: row's lock is what makes a site's commands run one after another.
head = Table(
    "head",
    metadata,
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),  # number of the last fact; 0 before the first
    Column("mac", LargeBinary, nullable=False),  # its HMAC; empty before the first
    Column("line_ms", BigInteger, nullable=False),  # the last reading of the line clock
)

#: facts, append-only (triggers forbid update and delete), numbered per site without gaps
journal = Table(
    "journal",
    metadata,
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),  # wall clock, UTC
    Column("actor", Text, nullable=False),  # user:3, token:7, timer, system, cli
    Column("kind", Text, nullable=False),  # the fact's tag
    Column("body", LargeBinary, nullable=False),  # the fact as JSON
    Column("mac", LargeBinary, nullable=False),  # HMAC over the predecessor's and this row
)

#: what was answered to an act that carried an idempotency key; references only, kept 48 h
repeat = Table(
    "repeat",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),  # of command, site and request
    Column("reply", LargeBinary, nullable=False),  # the result as JSON
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_repeat_at_ms", "at_ms"),
)

#: what must happen later; fired as commands
timer = Table(
    "timer",
    metadata,
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("due_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_timer_due_ms", "due_ms"),
)

#: how far each consumer of facts has come; written with what it made of them
cursor = Table(
    "cursor",
    metadata,
    Column("name", Text, primary_key=True),
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
)

#: a machine in the building that Turnero talks with
device = Table(
    "device",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),  # slug, unique in its site and kind
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),  # "" where zones mean nothing
    Column("settings", Text, nullable=False),  # JSON object
    UniqueConstraint("site", "kind", "key"),
    CheckConstraint("kind in ('box', 'kiosk', 'board', 'printer', 'sign')", name="kind"),
)

#: when a device was last heard, and what it said; overwritten, outside the journal
heartbeat = Table(
    "heartbeat",
    metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # JSON object
)
