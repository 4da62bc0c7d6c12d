"""The line's tables, on the store's `metadata`; what each column means stands beside it.

Plain types only; JSON is text. Statements live beside their use. Where a partial index is
meant, use the literals at the end: with a bound value SQLite cannot tell that the index
holds the rows, and plans the statement anew for each value.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)
from sqlalchemy.sql.elements import ColumnElement

from turnero.queue.states import SessionState, State
from turnero.store.tables import metadata


def _partial(where: str) -> dict[str, Any]:
    """A partial index's condition, on both databases."""
    return {"sqlite_where": text(where), "postgresql_where": text(where)}


def _one_of(column: str, values: type[State] | type[SessionState]) -> str:
    return f"{column} in ({', '.join(repr(str(value)) for value in values)})"


site = Table(
    "site",
    metadata,
    Column("no", Integer, primary_key=True, autoincrement=False),  # 1…; 0 is the installation
    Column("key", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),  # IANA time zone: days and hours are the site's own
    Column("profile", Text, nullable=False),  # pe | co | plain
    Column("languages", Text, nullable=False),  # JSON list; the first is the site's own
    Column("settings", Text, nullable=False),  # JSON of settings.Settings
    Column("closed_ms", BigInteger, nullable=False),  # the last close of day, line clock; 0 never
)

#: a node of the tree on the kiosk; a node without children is a service with a prefix
service = Table(
    "service",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", ForeignKey("site.no"), nullable=False),
    Column("key", Text, nullable=False),
    Column("parent", ForeignKey("service.id")),
    Column("prefix", Text),  # null for a group and for a retired service
    Column("names", Text, nullable=False),  # JSON: language → name, for staff
    Column("public_names", Text),  # JSON: the only name the public may see; null: names
    Column("requirements", Text, nullable=False),  # JSON: language → list of lines
    Column("hours", Text, nullable=False),  # JSON: weekday → [[from, to] in minutes]
    Column("all_day", Integer, nullable=False),  # 1: open round the clock, never closed by day
    Column("quota", Integer),  # tickets a day; null: no limit
    Column("target_min", Integer),  # wait to stay under, minutes
    Column("outcomes", Integer, nullable=False),  # 1: finishing asks for an outcome
    Column("sort", Integer, nullable=False),
    Column("open", Integer, nullable=False),  # 0: paused by staff
    Column("active", Integer, nullable=False),  # 0: no longer in the site's description
    UniqueConstraint("site", "key"),
    UniqueConstraint("site", "prefix"),
)

#: attention class: ordinary, preferential, clinical ones
attention = Table(
    "attention",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", ForeignKey("site.no"), nullable=False),
    Column("key", Text, nullable=False),
    Column("names", Text, nullable=False),  # JSON: language → name
    Column("rank", Integer, nullable=False),  # less is called first
    Column("clinical", Integer, nullable=False),  # 1: given only at triage
    Column("kiosk", Integer, nullable=False),  # 1: may be chosen by the person
    Column("usual", Integer, nullable=False),  # 1: the class of who asks for none
    Column("active", Integer, nullable=False),
    UniqueConstraint("site", "key"),
    Index("uq_attention_usual", "site", unique=True, **_partial("usual = 1")),
)

desk = Table(
    "desk",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", ForeignKey("site.no"), nullable=False),
    Column("key", Text, nullable=False),
    Column("ref", Text, nullable=False, unique=True),  # "site.desk", as the API names it
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),  # which boards show its calls; "" one zone for all
    Column("sort", Integer, nullable=False),
    Column("active", Integer, nullable=False),
    UniqueConstraint("site", "key"),
)

#: which services a desk calls; overflow ones only while no primary one waits
desk_service = Table(
    "desk_service",
    metadata,
    Column("desk", ForeignKey("desk.id"), primary_key=True),
    Column("service", ForeignKey("service.id"), primary_key=True),
    Column("tier", Integer, nullable=False),  # 0 primary, 1 overflow
    CheckConstraint("tier in (0, 1)", name="tier"),
    Index("ix_desk_service_service", "service"),
)

desk_session = Table(
    "desk_session",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", ForeignKey("site.no"), nullable=False),
    Column("desk", ForeignKey("desk.id"), nullable=False),
    Column("agent", Text),  # "user:3"; null: the session belongs to the desk
    Column("state", Text, nullable=False),
    Column("opened_ms", BigInteger, nullable=False),
    Column("since_ms", BigInteger, nullable=False),  # when it came into this state
    Column("break_reason", Text),
    Column("closed_ms", BigInteger),
    CheckConstraint(_one_of("state", SessionState), name="state"),
    Index("uq_desk_session_live_desk", "desk", unique=True, **_partial("state <> 'closed'")),
    Index(
        "uq_desk_session_live_agent",
        "agent",
        unique=True,
        **_partial("state <> 'closed' and agent is not null"),
    ),
)

#: everyone in a line can be called now; it knows enough that nobody ever counts tickets
line = Table(
    "line",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", ForeignKey("site.no"), nullable=False),
    Column("service", ForeignKey("service.id"), nullable=False),
    Column("attention", ForeignKey("attention.id"), nullable=False),
    Column("origin", Text, nullable=False),  # walk-in; later also appointment, callback
    Column("desk", Integer, nullable=False),  # the only desk that may call; 0: any
    Column("count", Integer, nullable=False),  # tickets in state waiting with this line
    Column("last_wait_ms", BigInteger),  # wait of the last one called from it
    Column("last_call_ms", BigInteger),  # when that was, line clock
    Column("pace_ms", BigInteger),  # smoothed time between calls while somebody waited
    UniqueConstraint("service", "attention", "origin", "desk"),
    CheckConstraint("count >= 0", name="count"),
    Index("ix_line_desk", "desk", **_partial("desk > 0")),
    Index("ix_line_site", "site"),
)

#: the next number of a prefix on a day
series = Table(
    "series",
    metadata,
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("prefix", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("next", Integer, nullable=False),
)

ticket = Table(
    "ticket",
    metadata,
    Column("id", Text, primary_key=True),  # 32 hexadecimal digits that sort by time
    Column("site", Integer, nullable=False),
    Column("day", Text, nullable=False),  # YYYY-MM-DD in the site's zone when taken
    Column("number", Text, nullable=False),  # as printed; never changes
    Column("code", Text, nullable=False, unique=True),  # the secret in its address
    Column("service", Integer, nullable=False),
    Column("origin_service", Integer, nullable=False),  # whose series the number is from
    Column("attention", Integer, nullable=False),
    Column("line", Integer, nullable=False),  # where it waits, or waited last
    Column("state", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("place", Text),  # key of the kiosk where it was taken
    Column("aids", Text, nullable=False),  # JSON list of accessibility aids
    Column("people", Integer, nullable=False),
    Column("rank_ms", BigInteger, nullable=False),  # place in line, line clock
    Column("rank_seq", BigInteger, nullable=False),  # breaks ties; see ranks.py
    Column("issued_ms", BigInteger, nullable=False),  # all times: line clock
    Column("entered_ms", BigInteger, nullable=False),  # when it joined its line
    Column("desk", Integer),  # where it was called last
    Column("session", Integer),  # which desk session holds it now
    Column("called_ms", BigInteger),  # first call from its present line
    Column("last_call_ms", BigInteger),  # last call or recall
    Column("call_seq", BigInteger),  # journal number of that call: what a voice has said
    Column("recalls", Integer, nullable=False),  # repeats of the present call
    Column("counted", Integer, nullable=False),  # those that count towards a no-show
    Column("counted_ms", BigInteger),  # the last call that counts
    Column("started_ms", BigInteger),  # pressed, or derived when it ended
    Column("ended_ms", BigInteger),  # finished, no-show, cancelled, not served
    Column("returned", Integer, nullable=False),  # 1: came back after a no-show
    Column("outcome", Text),
    Column("why", Text),  # JSON of facts.Why for the last call
    Column("call_reason", Text),  # why it was chosen, in the agent's words
    Column("press", BigInteger),  # the press that changed it last; null: not by a press
    Column("version", Integer, nullable=False),  # counts every change
    UniqueConstraint("site", "day", "number"),
    CheckConstraint(_one_of("state", State), name="state"),
    Index("ix_ticket_head", "line", "rank_ms", "rank_seq", **_partial("state = 'waiting'")),
    Index("ix_ticket_parked", "service", **_partial("state = 'parked'")),
    Index("ix_ticket_absent", "service", "ended_ms", **_partial("state = 'no-show'")),
    Index("ix_ticket_called", "site", "call_seq", **_partial("call_seq is not null")),
    Index("uq_ticket_session", "session", unique=True, **_partial("session is not null")),
)

#: one act at a desk with what it changed, for the ten seconds in which it can be undone
press = Table(
    "press",
    metadata,
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("no", BigInteger, primary_key=True, autoincrement=False),  # seq of its first fact
    Column("desk", Integer),
    Column("move", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("touched", Text, nullable=False),  # JSON list of presses.Touched, one a ticket
    Index("ix_press_site_at", "site", "at_ms"),
)

rating = Table(
    "rating",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Integer, nullable=False),
    Column("ticket", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("answer", Integer),  # 1 worst … 5 best; null: no answer
    Column("reasons", Text, nullable=False),  # JSON list
    Column("comment", Text),
    Column("place", Text),  # key of the kiosk where it was said
    Column("at_ms", BigInteger, nullable=False),
    UniqueConstraint("ticket", "question"),
    CheckConstraint("answer between 1 and 5", name="answer"),
)

help_call = Table(
    "help_call",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Integer, nullable=False),
    Column("place", Text, nullable=False),
    Column("need", Text, nullable=False),  # unwell | help
    Column("asked_ms", BigInteger, nullable=False),
    Column("escalated", Integer, nullable=False),
    Column("done_ms", BigInteger),
    Column("done_by", Text),
    Index("uq_help_call_open", "site", "place", "need", unique=True, **_partial("done_ms is null")),
)

WAITING: ColumnElement[str] = literal_column("'waiting'", Text)
ABSENT: ColumnElement[str] = literal_column("'no-show'", Text)
PARKED: ColumnElement[str] = literal_column("'parked'", Text)
CLOSED: ColumnElement[str] = literal_column("'closed'", Text)
YES: ColumnElement[int] = literal_column("1", Integer)
ANY_DESK: ColumnElement[int] = literal_column("0", Integer)
