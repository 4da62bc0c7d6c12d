"""The tables of boxes, on the store's metadata."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text

from turnero.store.tables import metadata

#: a box that asks to be let in; gone ten minutes after it asked, or when its token was used
box_pairing = Table(
    "box_pairing",
    metadata,
    Column("code", Text, primary_key=True),  # what its screen shows
    Column("secret", LargeBinary, nullable=False, unique=True),  # SHA-256 of what it asks with
    Column("fingerprint", Text, nullable=False),
    Column("hardware", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("device", Integer),  # the box that it becomes, once approved
    Column("until_ms", BigInteger, nullable=False),
    CheckConstraint("state in ('waiting', 'approved', 'refused')", name="state"),
)

#: which token a paired box works with
box = Table(
    "box",
    metadata,
    Column("device", Integer, primary_key=True, autoincrement=False),
    Column("token", Integer),  # null: paired, and has not used its token yet; or revoked
    Column("next", Integer),  # handed out; takes the place of `token` when it is first used
    Column("roll", Integer, nullable=False),  # 1: it gets another token at its next heartbeat
    Column("fingerprint", Text, nullable=False),
    Column("paired_ms", BigInteger, nullable=False),
    Index("ix_box_token", "token"),
)
