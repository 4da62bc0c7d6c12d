"""Take a ticket: the command that must be fastest, since everybody does it at doors open.

One joined read, the number, the fact, the ticket, the line's count: nothing is counted.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from turnero.queue import notices, paths, refusals, reserved, rows
from turnero.queue.calendars import calendar
from turnero.queue.commands import pauses
from turnero.queue.facts import Promise, TicketIssued
from turnero.queue.holidays import ALWAYS, Calendar, country_of
from turnero.queue.hours import AHEAD, from_ms, opening
from turnero.queue.numbers import day_of, number
from turnero.queue.promises import Line, believed, expected
from turnero.queue.quotas import full
from turnero.queue.ranks import APPOINTMENT, FOLLOW_UP, ORIGINS, WALK_IN, rank_of
from turnero.queue.requests import Issue, Issued
from turnero.queue.settings import languages_of, settings_of
from turnero.queue.states import State
from turnero.queue.tables import (
    ANY_DESK,
    YES,
    attention,
    closure,
    forecast,
    kiosk_pause,
    line,
    service,
    site,
)
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: channels in which the person chooses for themselves: only classes offered at the kiosk
_BY_ONESELF = frozenset({"kiosk", "web", "phone"})
#: the only channel that gives a clinical class; the server says who may use it
_TRIAGE = "triage"
_DAY_MS = 24 * 3_600_000


#: the first closure of a day from `since` on
_NEXT_CLOSURE = (
    select(func.min(closure.c.day))
    .where(closure.c.site == service.c.site, closure.c.day >= bindparam("since"))
    .correlate(service)
    .scalar_subquery()
)
#: people of the classes that are called before, whom the person's page counts too
_better_line = line.alias("better_line")
_better_class = attention.alias("better_class")
_BETTER = (
    select(func.coalesce(func.sum(_better_line.c.people), 0))
    .select_from(_better_line.join(_better_class, _better_class.c.id == _better_line.c.attention))
    .where(
        _better_line.c.service == service.c.id,
        _better_line.c.desk == ANY_DESK,
        or_(
            _better_class.c.rank < attention.c.rank,
            # Of one class, who is to be rung and who waits here stand in one line.
            and_(
                _better_class.c.id == attention.c.id,
                _better_line.c.origin != bindparam("origin"),
                _better_line.c.origin != APPOINTMENT,
            ),
        ),
    )
    .correlate(service, attention)
    .scalar_subquery()
)


def _asked(which: ColumnElement[bool]) -> Statement:
    """All that issuing must know, of the service and of the class that `which` picks."""
    of_line = and_(
        line.c.service == service.c.id,
        line.c.attention == attention.c.id,
        line.c.origin == bindparam("origin"),
        line.c.desk == ANY_DESK,
    )
    return Statement(
        select(
            site.c.zone,
            site.c.languages,
            site.c.settings,
            service.c.id,
            service.c.prefix,
            service.c.hours,
            service.c.all_day,
            service.c.holidays,
            service.c.starts,
            service.c.path,
            site.c.profile,
            _NEXT_CLOSURE.label("closure"),
            service.c.quota,
            service.c.open,
            service.c.paused_until_ms,
            service.c.paused_after,
            service.c.paused_text,
            kiosk_pause.c.since_ms.label("kiosk_since_ms"),
            kiosk_pause.c.until_ms.label("kiosk_until_ms"),
            kiosk_pause.c.after.label("kiosk_after"),
            kiosk_pause.c.text.label("kiosk_text"),
            attention.c.id.label("attention"),
            attention.c.key.label("attention_key"),
            attention.c.clinical,
            attention.c.kiosk,
            line.c.id.label("line"),
            line.c.people.label("line_people"),
            line.c.last_wait_ms,
            line.c.last_call_ms,
            line.c.pace_ms,
            _BETTER.label("better"),
            forecast.c.body.label("forecast"),
            forecast.c.made_ms.label("forecast_ms"),
        )
        .select_from(
            service.join(site, site.c.no == service.c.site)
            .outerjoin(
                attention,
                and_(attention.c.site == service.c.site, attention.c.active == 1, which),
            )
            .outerjoin(line, of_line)
            .outerjoin(forecast, forecast.c.service == service.c.id)
            .outerjoin(
                kiosk_pause,
                and_(
                    kiosk_pause.c.site == service.c.site,
                    kiosk_pause.c.place == bindparam("place"),
                ),
            )
        )
        .where(
            service.c.site == bindparam("site"),
            service.c.key == bindparam("service"),
            service.c.active == 1,
        )
    )


_USUAL = _asked(attention.c.usual == YES)
_NAMED = _asked(attention.c.key == bindparam("attention"))


def issue(tx: Tx, request: Issue) -> Issued:
    """Take a ticket in the usual or the named class; its number is never given again."""
    about = _about(tx, request)
    _allow_now(tx, request, about)
    issued = _give(tx, request, about, about.quota, _promise(tx, request, about))
    if about.paused_after is not None:
        pauses.count_service(
            tx, about.id, request.service, about.paused_after, about.paused_until_ms
        )
    if about.kiosk_after is not None and request.place is not None:
        pauses.count_kiosk(tx, request.place, about.kiosk_after, about.kiosk_until_ms)
    return issued


def issue_at_desk(tx: Tx, request: Issue) -> Issued:
    """A ticket for somebody whom an agent serves without one: at any hour, beyond any quota."""
    return _give(tx, request, _about(tx, request), None)


def _promise(tx: Tx, request: Issue, about: Any) -> Promise | None:
    """The wait that whoever takes this ticket is told, which stays with it; None: not known.

    Only who comes now stands behind those who wait: who has an hour of their own, or asked before,
    is promised nothing; nor who did not ask.
    """
    asked = request.attention != FOLLOW_UP
    if not asked or request.origin == APPOINTMENT or (request.due_ms or tx.now_ms) < tx.now_ms:
        return None
    people = about.line_people or 0
    found = expected(
        believed(about.forecast, about.forecast_ms, tx.line_ms),
        about.attention_key,
        people + about.better,
        Line(people, about.last_wait_ms, about.last_call_ms, about.pace_ms),
        tx.line_ms,
    ).range
    return None if found is None else Promise(*found, people + about.better)


def _give(
    tx: Tx, request: Issue, about: Any, quota: int | None, promised: Promise | None = None
) -> Issued:
    day = day_of(tx.now_ms, about.zone)
    count = reserved.take(tx, about.prefix, day)
    if quota is not None and full(tx, tx.site, about.prefix, day, quota=quota, next_no=count):
        raise refusals.refused("quota-reached", service=request.service, quota=quota)
    printed = number(about.prefix, count)
    ticket_id = tx.ids.ticket(tx.now_ms)
    language = request.language or languages_of(about.languages)[0]
    seq = tx.append(
        TicketIssued(
            ticket=ticket_id,
            number=printed,
            day=day,
            service=request.service,
            attention=about.attention_key,
            channel=request.channel,
            language=language,
            place=request.place,
            aids=request.aids,
            people=request.people,
            promised=promised,
            origin=request.origin,
            due_ms=request.due_ms,
            path=paths.steps_of(about.path),
        )
    )
    line_id = about.line or rows.new_line(tx, about.id, about.attention, origin=request.origin)
    to_line = tx.line_ms - tx.now_ms
    due_ms = None if request.due_ms is None else request.due_ms + to_line
    rank = rank_of(request.origin, tx.line_ms, seq, due_ms)
    # Who comes before the desks do waits from their opening on, and an appointment from its hour.
    from_line_ms = to_line + from_ms(about.starts, tx.now_ms, about.zone)
    if request.origin != WALK_IN:
        late = request.origin == APPOINTMENT
        from_line_ms = max(from_line_ms, rank.ms) if late else rank.ms
    tx.run(
        rows.NEW_TICKET,
        id=ticket_id,
        site=tx.site,
        day=day,
        number=printed,
        code=tx.ids.secret(),
        service=about.id,
        origin_service=about.id,
        attention=about.attention,
        line=line_id,
        state=State.WAITING.value,
        channel=request.channel,
        language=language,
        place=request.place,
        aids=msgspec.json.encode(request.aids).decode(),
        people=request.people,
        rank_ms=rank.ms,
        rank_seq=rank.seq,
        issued_ms=tx.line_ms,
        entered_ms=from_line_ms,
        recalls=0,
        counted=0,
        returned=0,
        path=paths.taken(about.path),
        step=0,
        waited_ms=0,
        version=1,
        promised_low_s=promised.low_s if promised else None,
        promised_s=promised.likely_s if promised else None,
        promised_high_s=promised.high_s if promised else None,
    )
    tx.run(rows.JOIN, b_id=line_id, b_people=request.people)
    return Issued(ticket_id, printed)


def _about(tx: Tx, request: Issue) -> Any:
    """The row of `_asked`, if such a ticket can be at all."""
    asked = {
        "site": tx.site,
        "service": request.service,
        "since": _yesterday(tx.now_ms),
        "place": request.place or "",
        "origin": request.origin,
    }
    if request.attention is None:
        about = tx.row(_USUAL, **asked)
    else:
        about = tx.row(_NAMED, **asked, attention=request.attention)
    if about is None:
        raise refusals.unknown("service-unknown", service=request.service)
    if about.attention is None:
        raise refusals.unknown("attention-unknown", attention=request.attention or "")
    _allow_class(request, about)
    _allow_words(request, about)
    _allow_origin(tx, request)
    if about.prefix is None:
        raise refusals.invalid("service-is-group", service=request.service)
    return about


def _allow_now(tx: Tx, request: Issue, about: Any) -> None:
    """Nothing is given while the service or the kiosk is closed."""
    _allow_pauses(tx, request, about)
    now = opening(about.hours, about.all_day, tx.now_ms, about.zone, _calendar(tx, about))
    if not now.open:
        if now.off is not None:
            why = now.off.names.get(languages_of(about.languages)[0]) or next(
                iter(now.off.names.values()), "-"
            )
            opens = f"{now.later.day} {now.later.at}" if now.later else "-"
            raise refusals.refused(
                "service-closed-day", service=request.service, why=why, opens=opens
            )
        if now.opens is not None:
            raise refusals.refused("service-closed-until", service=request.service, opens=now.opens)
        raise refusals.refused("service-closed", service=request.service)


def _yesterday(now_ms: int) -> str:
    """A day that is over, or about to be, wherever the site is: YYYY-MM-DD."""
    return (datetime.fromtimestamp(now_ms / 1000, UTC) - timedelta(days=1)).date().isoformat()


def _calendar(tx: Tx, about: Any) -> Calendar:
    """The site's shut days, as far as they matter to somebody who takes a ticket now.

    The row tells only the first closure of yesterday or later: mostly that settles it.
    """
    if about.all_day or about.holidays:
        return ALWAYS
    country = country_of(about.profile, holidays=settings_of(about.settings).holidays)
    today = day_of(tx.now_ms, about.zone)
    here = Calendar(country)
    shut = about.closure is not None and about.closure <= today
    if shut or here.off(date.fromisoformat(today)) is not None:
        return calendar(tx, tx.site, today)
    return here


def _allow_pauses(tx: Tx, request: Issue, about: Any) -> None:
    """Nothing is given at a closed kiosk, nor of a closed service; the refusal says until when."""
    language = request.language or languages_of(about.languages)[0]
    if about.kiosk_since_ms is not None and about.kiosk_after is None:
        kiosk, told = request.place or "", notices.says(about.kiosk_text, language)
        if about.kiosk_until_ms is None:
            raise refusals.refused("kiosk-paused", kiosk=kiosk, says=told)
        until = notices.hour(about.kiosk_until_ms, tx.now_ms, about.zone)
        raise refusals.refused("kiosk-paused-until", kiosk=kiosk, until=until, says=told)
    if not about.open:
        told = notices.says(about.paused_text, language)
        if about.paused_until_ms is None:
            raise refusals.refused("service-paused", service=request.service, says=told)
        until = notices.hour(about.paused_until_ms, tx.now_ms, about.zone)
        raise refusals.refused(
            "service-paused-until", service=request.service, until=until, says=told
        )


def _allow_class(request: Issue, about: Any) -> None:
    if about.clinical and request.channel != _TRIAGE:
        raise refusals.invalid("attention-clinical", attention=about.attention_key)
    if request.channel in _BY_ONESELF and not about.kiosk:
        raise refusals.invalid("attention-not-here", attention=about.attention_key)


def _allow_origin(tx: Tx, request: Issue) -> None:
    """An appointment of today or tomorrow, a callback asked for within weeks (it outlasts feast
    days): a mistyped year would give a place before or after everybody.
    """
    if request.origin not in ORIGINS:
        raise refusals.invalid("origin-unknown", known=", ".join(ORIGINS))
    if (request.due_ms is None) != (request.origin == WALK_IN):
        raise refusals.invalid("due-needed", origin=request.origin)
    if request.due_ms is not None:
        later_ms = request.due_ms - tx.now_ms
        days = (1, 1) if request.origin == APPOINTMENT else (AHEAD, 0)
        if not -days[0] * _DAY_MS <= later_ms <= days[1] * _DAY_MS:
            raise refusals.invalid("due-out-of-range")


def _allow_words(request: Issue, about: Any) -> None:
    languages = languages_of(about.languages)
    language = request.language
    if language is not None and language not in languages:
        raise refusals.invalid("language-unknown", language=language[:20])
    if request.people != 1:
        most = settings_of(about.settings).max_people
        if not 1 <= request.people <= most:
            raise refusals.invalid("people-out-of-range", max=most)
