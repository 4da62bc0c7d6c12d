"""The tables of a box, on the store's metadata. They stay empty at a server."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from turnero.store.tables import metadata

#: what a box knows of its server, by name: the configuration, the number it heard last, …
box_state = Table(
    "box_state",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),  # JSON
)

#: what stands on the paper of a job of the box's own spool, and what the server knows of the job
box_paper = Table(
    "box_paper",
    metadata,
    Column("job", Integer, primary_key=True, autoincrement=False),  # id of the local print_job
    Column("server_job", Integer, unique=True),  # the server's number; null: made at this box
    Column("document", LargeBinary, nullable=False),  # JSON of printer.document.Document
    Column("version", BigInteger, nullable=False),  # number of the fact that changed the job last
    Column("told", BigInteger, nullable=False),  # the version that the server has acknowledged
    Index("ix_box_paper_told", "told"),
)
