"""The spool's table, on the store's `metadata`; what each column means stands beside it."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    Text,
    literal_column,
    text,
)
from sqlalchemy.sql.elements import ColumnElement

from turnero.printer.states import JobState
from turnero.store.tables import metadata

_STATES = ", ".join(repr(state.value) for state in JobState)

#: one piece of paper that is to be, or was, printed
print_job = Table(
    "print_job",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Integer, nullable=False),
    Column("printer", Integer, nullable=False),  # id of the device
    Column("ticket", Text, nullable=False),
    Column("copy", Integer, nullable=False),  # 1: a reprint, marked so on the paper
    Column("place", Text),  # key of the kiosk that shows how it went
    Column("state", Text, nullable=False),
    Column("reason", Text),  # port.Reason of the last outcome
    Column("attempts", Integer, nullable=False),  # how often it was claimed
    Column("process", Text),  # id of the last attempt, kept before its first byte
    Column("due_ms", BigInteger, nullable=False),  # when it came into the queue, wall clock
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("box", Integer),  # id of the device of the box that it was given to
    Column("box_state", Text),  # how it stands there, as far as the box said
    Column("box_version", Integer),  # of what the box said last
    CheckConstraint(f"state in ({_STATES})", name="state"),
    # A ticket is printed once by itself, whatever happens; everything after is a copy.
    Index(
        "uq_print_job_first",
        "ticket",
        unique=True,
        sqlite_where=text("copy = 0"),
        postgresql_where=text("copy = 0"),
    ),
    Index("ix_print_job_ticket", "ticket", "id"),
    Index(
        "ix_print_job_queued",
        "printer",
        "due_ms",
        "id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "ix_print_job_box",
        "box",
        "updated_ms",
        sqlite_where=text("box is not null"),
        postgresql_where=text("box is not null"),
    ),
    Index(
        "ix_print_job_sending",
        "printer",
        sqlite_where=text("state = 'sending'"),
        postgresql_where=text("state = 'sending'"),
    ),
)

# SQLite uses a partial index only where the query repeats its condition literally.
QUEUED: ColumnElement[str] = literal_column("'queued'", Text)
SENDING: ColumnElement[str] = literal_column("'sending'", Text)
