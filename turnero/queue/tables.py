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
from turnero.store.tables import journal, metadata


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
    Column(
        "hours", Text
    ),  # JSON: weekday → [[from, to]], of services without their own; null: none
    Column("settings", Text, nullable=False),  # JSON of settings.Settings
    Column("callbacks", Text, nullable=False),  # JSON of call_settings.CallSettings
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
    Column("starts", Text, nullable=False),  # JSON: weekday → minute when its first desk is planned
    Column("all_day", Integer, nullable=False),  # 1: open round the clock, never closed by day
    Column("quota", Integer),  # tickets a day; null: no limit
    Column("target_min", Integer),  # wait to stay under, minutes; null: the site's
    Column("reserve", Integer, nullable=False),  # free desks kept from automatic calls of others
    Column("outcomes", Integer, nullable=False),  # 1: finishing asks for an outcome
    Column("path", Text, nullable=False),  # JSON list: keys of the services that come after it
    Column("callbacks", Text),  # JSON of call_settings.OwnCallSettings; null: offers none
    Column("anew", Integer, nullable=False),  # 1: who is sent here takes a new place in line
    Column("where_to", Text, nullable=False),  # JSON: language → where its people go
    Column("sort", Integer, nullable=False),
    Column("holidays", Integer, nullable=False),  # 1: open on holidays and site closures too
    Column("open", Integer, nullable=False),  # 0: paused by staff
    Column("paused_until_ms", BigInteger),  # when it opens again by itself, UTC; null: by hand
    Column("paused_after", Integer),  # tickets it still gives before it pauses; null: no limit
    Column("paused_text", Text),  # JSON: language → what people are told meanwhile
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
    Column("target_min", Integer),  # wait to stay under, minutes; null: its service's
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
    Column("auto_call", Integer, nullable=False),  # 1: calls the next one by itself when free
    Column("classes", Text, nullable=False),  # JSON list of the classes it is for; empty: all
    Column("only_classes", Integer, nullable=False),  # 1: it never calls another class
    Column("phone", Text),  # its telephone's name at the exchange; null: it calls nobody back
    Column("planned", Text, nullable=False),  # JSON: weekday → [[from, to] in minutes]
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
    Column("free_ms", BigInteger, nullable=False),  # since when it works and nobody is there
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
    Index("ix_desk_session_opened", "site", "opened_ms"),
)

#: everyone in a line can be called now; it knows enough that nobody ever counts tickets
line = Table(
    "line",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", ForeignKey("site.no"), nullable=False),
    Column("service", ForeignKey("service.id"), nullable=False),
    Column("attention", ForeignKey("attention.id"), nullable=False),
    Column("origin", Text, nullable=False),  # walk-in | appointment | callback
    Column("desk", Integer, nullable=False),  # the only desk that may call; 0: any
    Column("count", Integer, nullable=False),  # tickets in state waiting with this line
    Column("people", Integer, nullable=False),  # whom they stand for, together
    Column("last_wait_ms", BigInteger),  # wait of the last one called from it
    Column("last_call_ms", BigInteger),  # when that was, line clock
    Column("last_people", Integer),  # whom that one stood for
    Column("pace_ms", BigInteger),  # smoothed time for a person while somebody waited
    Column("passed", Integer, nullable=False),  # turns of the share; see routing.turns_after
    UniqueConstraint("service", "attention", "origin", "desk"),
    CheckConstraint("count >= 0", name="count"),
    CheckConstraint("people >= 0", name="people"),
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
    Column("away_until_ms", BigInteger),  # stepped out: until when, line clock
    Column("promised_low_s", Integer),  # the wait that was promised when it was taken…
    Column("promised_s", Integer),  # …the likely one…
    Column("promised_high_s", Integer),  # …and the longest; null: none was promised
    Column("path", Text),  # JSON list: services still to come; null: it never was on a path
    Column("step", Integer, nullable=False),  # steps that are over: its rows in ticket_step
    Column("waited_ms", BigInteger, nullable=False),  # in the present step's lines until a call
    Column("press", BigInteger),  # the press that changed it last; null: not by a press
    Column("version", Integer, nullable=False),  # counts every change
    UniqueConstraint("site", "day", "number"),
    CheckConstraint(_one_of("state", State), name="state"),
    Index("ix_ticket_head", "line", "rank_ms", "rank_seq", **_partial("state = 'waiting'")),
    Index("ix_ticket_parked", "service", **_partial("state = 'parked'")),
    Index("ix_ticket_away", "service", **_partial("state = 'away'")),
    Index("ix_ticket_retry", "service", **_partial("state = 'retry'")),
    Index("ix_ticket_absent", "service", "ended_ms", **_partial("state = 'no-show'")),
    Index("ix_ticket_called", "site", "call_seq", **_partial("call_seq is not null")),
    Index("uq_ticket_session", "session", unique=True, **_partial("session is not null")),
)

#: a service that a ticket has left behind; the present one is in the ticket's own row
ticket_step = Table(
    "ticket_step",
    metadata,
    Column("ticket", Text, primary_key=True),
    Column("no", Integer, primary_key=True, autoincrement=False),  # from 0, as they ended
    Column("site", Integer, nullable=False),
    Column("service", Integer, nullable=False),
    Column("entered_ms", BigInteger, nullable=False),  # all times: line clock
    Column("waited_ms", BigInteger, nullable=False),  # in its lines, all calls of this step
    Column("called_ms", BigInteger),
    Column("started_ms", BigInteger),
    Column("ended_ms", BigInteger, nullable=False),
    Column("desk", Integer),
    Column("call_seq", BigInteger),  # journal number of its last call, which boards still list
    Column("last_call_ms", BigInteger),
    Column("end", Text, nullable=False),  # done | skipped | sent (to another service, by hand)
    Index("ix_ticket_step_called", "site", "call_seq", **_partial("call_seq is not null")),
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
    Column("turns", Text),  # JSON: line → by how much its `passed` changed; null: none did
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
    Index("ix_help_call_done", "site", "done_ms"),
)

#: words that belong to a fact, kept beside it because they may be personal; never in the journal
note = Table(
    "note",
    metadata,
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # of the fact
    Column("what", Text, nullable=False),  # tag of the fact
    Column("ticket", Text),
    Column("text", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_note_ticket", "ticket", **_partial("ticket is not null")),
    Index("ix_note_what", "site", "what", "at_ms"),
)

#: a kiosk that gives no tickets for a while; those who wait are unaffected
kiosk_pause = Table(
    "kiosk_pause",
    metadata,
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("place", Text, primary_key=True),  # key of the kiosk
    Column("until_ms", BigInteger),  # when it opens again by itself, UTC; null: by hand
    Column("after", Integer),  # tickets it still gives before it pauses; null: paused now
    Column("text", Text),  # JSON: language → what people are told meanwhile
    Column("since_ms", BigInteger, nullable=False),
)

#: a day on which the site is shut, beyond its country's holidays
closure = Table(
    "closure",
    metadata,
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("day", Text, primary_key=True),  # YYYY-MM-DD
    Column("name", Text, nullable=False),
)

#: what somebody must look at; open until it ends by itself or by hand
alarm = Table(
    "alarm",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # see alarms.KINDS
    Column("subject", Text, nullable=False),  # key of what it is about: a desk, ticket, device
    Column("since_ms", BigInteger, nullable=False),
    Column("figures", Text, nullable=False),  # JSON object of text and numbers
    Column("seen_ms", BigInteger),  # somebody said that they saw to it
    Column("seen_by", Text),
    Column("ended_ms", BigInteger),
    Index("uq_alarm_open", "site", "kind", "subject", unique=True, **_partial("ended_ms is null")),
)

#: what boards, kiosks and phones say besides calls: a broadcast, an emergency, a word on a service
message = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # broadcast | emergency | service | kept | moved
    Column("zones", Text, nullable=False),  # JSON list; empty: every zone
    Column("service", Text),  # key of the service that it is about
    Column("target", Text),  # key of the service that its line went to
    Column("texts", Text, nullable=False),  # JSON: language → text
    Column("from_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger),  # when it ends by itself, UTC; null: by hand
    Column("by", Text, nullable=False),
    Column("ended_ms", BigInteger),
    Index("ix_message_live", "site", **_partial("ended_ms is null")),
    Index("ix_message_ended", "site", "kind", "ended_ms"),
)

#: a word left at a desk for whoever works there next
handover = Table(
    "handover",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Integer, nullable=False),
    Column("desk", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("read_ms", BigInteger),
    Index("ix_handover_unread", "desk", **_partial("read_ms is null")),
)

#: numbers set aside for paper or for a kiosk without a server: nobody else is given them
lease = Table(
    "lease",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", Integer, nullable=False),
    Column("service", Integer, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("place", Text, nullable=False),  # paper, or key of the kiosk
    Column("kept", Integer, nullable=False),  # 1: of the range kept for kiosks; see reserved.py
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_lease_day", "site", "day"),
)

#: the closed day in figures, as its journal told it
day_report = Table(
    "day_report",
    metadata,
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("day", Text, primary_key=True),
    Column("made_ms", BigInteger, nullable=False),
    Column("after_seq", BigInteger, nullable=False),  # the facts after this one…
    Column("until_seq", BigInteger, nullable=False),  # …up to and including this one
    Column("body", Text, nullable=False),  # JSON of report.DayReport
)

#: what is expected of a service's waits, published by the server: rows, never facts
forecast = Table(
    "forecast",
    metadata,
    Column("service", ForeignKey("service.id"), primary_key=True, autoincrement=False),
    Column("site", Integer, nullable=False),
    Column("made_ms", BigInteger, nullable=False),  # line clock; it holds for some minutes
    Column("body", Text, nullable=False),  # JSON of promises.Snapshot
    Index("ix_forecast_site", "site"),
)

#: what the days before taught about a service's waits
forecast_history = Table(
    "forecast_history",
    metadata,
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("service", Text, primary_key=True),  # key
    Column("until_day", Text, nullable=False),  # YYYY-MM-DD: the last day in it
    Column("body", Text, nullable=False),  # JSON of following.Taught
)

#: how a day's promises were kept, as its journal told it
promise_day = Table(
    "promise_day",
    metadata,
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("day", Text, primary_key=True),
    Column("made_ms", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # JSON list of accuracy.Kept
)

#: a site's description that somebody is still writing: the first-run wizard, left and resumed
draft = Table(
    "draft",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("step", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON
    Column("version", Integer, nullable=False),  # counts every change
    Column("by", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
)

#: what was changed in a site's description is found without reading its whole journal
Index("ix_journal_site_loaded", journal.c.site, journal.c.seq, **_partial("kind = 'site-loaded'"))

WAITING: ColumnElement[str] = literal_column("'waiting'", Text)
ABSENT: ColumnElement[str] = literal_column("'no-show'", Text)
PARKED: ColumnElement[str] = literal_column("'parked'", Text)
AWAY: ColumnElement[str] = literal_column("'away'", Text)
RETRY: ColumnElement[str] = literal_column("'retry'", Text)
CLOSED: ColumnElement[str] = literal_column("'closed'", Text)
YES: ColumnElement[int] = literal_column("1", Integer)
ANY_DESK: ColumnElement[int] = literal_column("0", Integer)
