"""Campaigns, who is on their lists, and what was answered. Names are sealed; numbers are rows of `phone`."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from turnero.store.resealing import SealedColumn
from turnero.store.tables import metadata

campaign = Table(
    "campaign",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("service", Text, nullable=False),  # key of the service whose desks call
    Column("script", Text, nullable=False),  # what the agent says
    Column("from_minute", Integer),  # of the day; null: as the site calls
    Column("to_minute", Integer),
    Column("until_day", Text),  # YYYY-MM-DD, the last one; null: until everybody was called
    Column("running", Integer, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Index("ix_campaign_site", "site", "id"),
)

campaign_person = Table(
    "campaign_person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("campaign", Integer, nullable=False),
    Column("site", Integer, nullable=False),
    Column("phone", Integer, nullable=False),
    Column("number_index", Text, nullable=False),
    Column("language", Text),
    Column("name", LargeBinary),  # sealed; null: nobody said, or forgotten since
    Column("note", Text),
    Column("callback", Text),  # once it is in line
    Column("left_out", Text),  # why nobody is called: opted-out | on-list | erased
    UniqueConstraint("campaign", "number_index"),
    Index("ix_campaign_person_waiting", "campaign", "callback", "left_out"),
    Index("ix_campaign_person_callback", "callback"),
)

campaign_answer = Table(
    "campaign_answer",
    metadata,
    Column("campaign", Integer, primary_key=True, autoincrement=False),
    Column("callback", Text, primary_key=True),
    Column("question", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

#: what the vault sealed here
SEALED: Final = (
    SealedColumn(campaign_person, campaign_person.c.id, campaign_person.c.name, ("callback.name",)),
)
