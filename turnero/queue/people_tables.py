"""What is kept of people, sealed: telephone numbers, and the messages that are to be sent to them.

Digits and addresses are only in `sealed` and `to_sealed`, as the vault made them. Everything else
may be read by whoever reads the database: an index is a keyed digest, a tail three digits.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from turnero.store.resealing import SealedColumn
from turnero.store.tables import metadata

#: what the vault seals as which field
NUMBER: Final = "phone.number"
MAIL: Final = "mail.address"

#: states of a message; the last four are its end
MESSAGE_STATES: Final = ("queued", "sending", "sent", "failed", "unknown", "dropped")
#: by telephone (a text or a messenger), by e-mail
CHANNELS: Final = ("phone", "mail")

#: a number that somebody asked to be rung at, or that a list of theirs has
phone = Table(
    "phone",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Integer, nullable=False),
    Column("number_index", Text, nullable=False),  # the same number has the same
    Column("sealed", LargeBinary, nullable=False),  # as NUMBER; empty: erased, see opted_out_ms
    Column("region", Text, nullable=False),  # ISO 3166
    Column("sort", Text, nullable=False),  # mobile | fixed | fixed-or-mobile
    Column("tail", Text, nullable=False),  # its last three digits
    Column("opted_out_ms", BigInteger),  # UTC; wants no messages and no surveys
    Column("created_ms", BigInteger, nullable=False),  # UTC
    Column("last_used_ms", BigInteger, nullable=False),  # UTC; what its erasure counts from
    UniqueConstraint("site", "number_index"),
    Index("ix_phone_used", "site", "last_used_ms"),
    Index("ix_phone_number", "number_index"),
    # An id never serves again: what names an erased number must not mean somebody else's.
    sqlite_autoincrement=True,
)

#: a message to be sent; kept before the first byte leaves
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Integer, nullable=False),
    Column("sort", Text, nullable=False),  # of outbox.SORTS: which sentence
    Column("channel", Text, nullable=False),
    Column("to_index", Text, nullable=False),
    Column("to_sealed", LargeBinary, nullable=False),  # empty as soon as it has ended
    Column("language", Text, nullable=False),
    Column("params", Text, nullable=False),  # JSON: ids and figures
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text),  # a word of ours for why it was not sent
    Column("due_ms", BigInteger, nullable=False),  # UTC; not before
    Column("until_ms", BigInteger, nullable=False),  # UTC; nobody wants it after that
    Column("created_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    Column("dedup", Text, nullable=False),  # what it is about: it is said once
    UniqueConstraint("site", "dedup"),
    CheckConstraint(
        "state in ('queued', 'sending', 'sent', 'failed', 'unknown', 'dropped')", name="state"
    ),
    CheckConstraint("channel in ('phone', 'mail')", name="channel"),
    Index(
        "ix_outbox_due",
        "due_ms",
        sqlite_where=text("ended_ms is null"),
        postgresql_where=text("ended_ms is null"),
    ),
    # Nor does one that a gateway knows already.
    sqlite_autoincrement=True,
)

#: what a rotation of keys seals anew
SEALED: Final = (
    SealedColumn(phone, phone.c.id, phone.c.sealed, (NUMBER,)),
    SealedColumn(outbox, outbox.c.id, outbox.c.to_sealed, (NUMBER, MAIL)),
)
