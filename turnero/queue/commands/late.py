"""Tickets that a kiosk gave without the server, told later: each joins its own day.

Where that day is closed, the ticket was not served, for the reason "uploaded-late". A clock
that nobody had checked is believed as far as the lease of its number allows: neither before it
was leased nor before its day began.
"""

from datetime import date
from typing import Any, Final

from turnero.queue import leased, refusals, text
from turnero.queue.commands.day import not_served
from turnero.queue.commands.pauses import count_service
from turnero.queue.commands.reports import report_again
from turnero.queue.hours import from_ms
from turnero.queue.leased import Brought, Numbers
from turnero.queue.numbers import MIDNIGHT, at_ms, day_of
from turnero.queue.quotas import full
from turnero.queue.requests import Issued, Upload
from turnero.queue.settings import languages_of
from turnero.store.tx import Tx

#: why such a ticket was not served
REASON: Final = "uploaded-late"
#: where no day ever closes, who took a ticket so long ago waits no more
STALE_MS: Final = 12 * 3600 * 1000
MAX_PEOPLE: Final = 500


def upload(tx: Tx, request: Upload) -> Issued:
    """Take over a ticket given by a kiosk, with a number that it had on lease."""
    about = leased.about(tx, tx.site, request.service, request.attention)
    if about.clinical:
        raise refusals.invalid("attention-clinical", attention=about.attention_key)
    place = text.name(request.place, "place")
    if not 1 <= request.people <= MAX_PEOPLE:
        raise refusals.invalid("people-out-of-range", max=MAX_PEOPLE)
    if request.language is not None and request.language not in languages_of(about.languages):
        raise refusals.invalid("language-unknown", language=request.language[:20])
    to_wall = tx.now_ms - tx.line_ms
    taken_ms = min(max(0, request.taken_ms), tx.now_ms)
    lease = _lease(tx, about, request, place, day_of(taken_ms, about.zone))
    if not request.verified or request.lease is not None:
        taken_ms = _within(taken_ms, lease, to_wall, about.zone, tx.now_ms)
    if leased.ticket_of(tx, tx.site, lease.day, request.number) is not None:
        raise refusals.refused("number-taken", number=request.number, day=lease.day)
    taken_line_ms = taken_ms - to_wall
    over = _over(tx, about, lease.day, taken_line_ms)
    ticket_id = leased.bring(
        tx,
        about,
        Brought(
            number=request.number,
            day=lease.day,
            channel="kiosk",
            place=place,
            taken_ms=taken_ms,
            taken_line_ms=taken_line_ms,
            entered_ms=from_ms(about.starts, taken_ms, about.zone) - to_wall,
            people=request.people,
            verified=request.verified and taken_ms == request.taken_ms,
            language=request.language,
            aids=request.aids,
            id=request.id,
            code=request.code,
            beyond=None if over else _beyond(tx, about, lease.day),
        ),
    )
    if over:
        not_served(tx, ticket_id, REASON)
        report_again(tx, lease.day)
    elif about.open and about.paused_after is not None:
        count_service(tx, about.id, about.key, about.paused_after, about.paused_until_ms)
    return Issued(ticket_id, request.number)


def _within(taken_ms: int, lease: Numbers, to_wall: int, zone: str, now_ms: int) -> int:
    """A time that a wrong clock may have told, as its lease allows: in its day, after it was leased."""
    day = date.fromisoformat(lease.day)
    begins_ms, ends_ms = at_ms(day, 0, zone), at_ms(day, MIDNIGHT, zone) - 1
    earliest_ms = min(max(lease.at_ms + to_wall, begins_ms), now_ms)
    return max(earliest_ms, min(taken_ms, ends_ms))


def _beyond(tx: Tx, about: Any, day: str) -> str | None:
    """Why the server would have given no such ticket now."""
    if not about.open:
        return "pause"
    spent = about.quota is not None and full(
        tx, tx.site, about.prefix, day, quota=about.quota, next_no=about.quota + 1
    )
    return "quota" if spent else None


def _lease(tx: Tx, about: Any, request: Upload, place: str, day: str) -> Numbers:
    """The lease that the number is from: of the day it was taken, by a clock that can be believed,
    else the newest that has begun: a kiosk may hold the same numbers of several days.
    """
    today = day_of(tx.now_ms, about.zone)
    own = [
        one
        for one in leased.leases_of(tx, tx.site, about.id, request.number)
        if one.place == place and one.day <= today
    ]
    if request.lease is not None:
        own = of_day = [one for one in own if (one.id, one.day) == (request.lease, request.day)]
    else:
        of_day = [one for one in own if one.day == day]
    found = of_day or ([] if request.verified else own)
    if not found:
        raise refusals.refused(
            "number-not-leased", number=request.number[:20], service=about.key, day=day
        )
    return found[0]


def _over(tx: Tx, about: Any, day: str, taken_line_ms: int) -> bool:
    if not about.all_day and about.closed_ms >= taken_line_ms:
        return True
    today = day_of(tx.now_ms, about.zone)
    return day < today and tx.line_ms - taken_line_ms > STALE_MS
