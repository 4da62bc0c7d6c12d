"""Reads: what pages, the API and paper show, as plain functions (q, …) → a frozen view.

They never write and read no clock: `now_ms` is the line clock (`Clock.line_ms`), by which
ticket times are kept. Sites are named by number; `site_no` finds it by key.
"""

from turnero.queue.reads.alarms import alarms, handovers
from turnero.queue.reads.boards import board
from turnero.queue.reads.desks import desk, site_of_desk
from turnero.queue.reads.forecasts import (
    forecast_ground,
    forecast_made_ms,
    forecast_room,
    promise_days,
    promises_kept,
)
from turnero.queue.reads.help import help_answered
from turnero.queue.reads.leases import brought, countable, leases
from turnero.queue.reads.levers import (
    kiosk_pause_of,
    messages,
    moved_from,
    pauses,
    quiet_ms,
    told,
)
from turnero.queue.reads.paths import onward
from turnero.queue.reads.pictures import picture_data, pictures
from turnero.queue.reads.reports import day_report, derived, labels, reported_days
from turnero.queue.reads.sites import services, site, site_no, site_no_for, sites, undo_ms
from turnero.queue.reads.supervisors import help_calls, supervisor
from turnero.queue.reads.tickets import (
    paper,
    site_of_ticket,
    taken,
    ticket,
    ticket_by_code,
    waiting,
)
from turnero.queue.ready import ready

__all__ = [
    "alarms",
    "board",
    "brought",
    "countable",
    "day_report",
    "derived",
    "desk",
    "forecast_ground",
    "forecast_made_ms",
    "forecast_room",
    "handovers",
    "help_answered",
    "help_calls",
    "kiosk_pause_of",
    "labels",
    "leases",
    "messages",
    "moved_from",
    "onward",
    "paper",
    "pauses",
    "picture_data",
    "pictures",
    "promise_days",
    "promises_kept",
    "quiet_ms",
    "ready",
    "reported_days",
    "services",
    "site",
    "site_no",
    "site_no_for",
    "site_of_desk",
    "site_of_ticket",
    "sites",
    "supervisor",
    "taken",
    "ticket",
    "ticket_by_code",
    "told",
    "undo_ms",
    "waiting",
]
