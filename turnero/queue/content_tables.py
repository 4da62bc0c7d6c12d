"""What boards show between calls, and the pictures in it."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text, UniqueConstraint

from turnero.store.tables import metadata

#: one thing that boards show in turn with others
content = Table(
    "content",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("names", Text, nullable=False),  # JSON: language → its heading
    Column("settings", Text, nullable=False),  # JSON: everything else of its part that is set
    Column("sort", Integer, nullable=False),
    UniqueConstraint("site", "key"),
)

#: a picture as it was made ready for boards; in the database, so that a backup holds it
picture = Table(
    "picture",
    metadata,
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, primary_key=True),  # of the data: SHA-256, hexadecimal
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),  # WebP
    Column("at_ms", BigInteger, nullable=False),
)
