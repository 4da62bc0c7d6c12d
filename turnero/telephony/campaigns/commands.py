"""Make a campaign, put its people in line a few at a time, stop it.

Its people wait in a class of their own, which is called after all others (`ranks.FOLLOW_UP`).
"""

from typing import Any, Final

import msgspec
from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from turnero.queue import callback_rows, refusals, site_out
from turnero.queue.call_hours import call_hours, of_surveys
from turnero.queue.call_requests import AskCallback
from turnero.queue.call_settings import call_settings_of
from turnero.queue.callback_tables import callback
from turnero.queue.callbacks import WAITS, Stage, Wish, met
from turnero.queue.commands import callbacks
from turnero.queue.commands.people import keep_phone, opted_out, phone_of
from turnero.queue.commands.sites import load_site
from turnero.queue.numbers import day_of
from turnero.queue.ranks import FOLLOW_UP
from turnero.queue.reads.callbacks import offering
from turnero.queue.settings import languages_of
from turnero.queue.site_shape import AttentionPart, SiteFile
from turnero.queue.tables import note, site
from turnero.queue.text import name as tidy
from turnero.queue.text import visible
from turnero.store.errors import Refused
from turnero.store.sql import Statement
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx
from turnero.store.vault import Sealed, key_of
from turnero.telephony.campaigns.facts import CampaignMade, CampaignMoved
from turnero.telephony.campaigns.forgetting import remember
from turnero.telephony.campaigns.tables import campaign, campaign_person

#: timer: put some more in line. Its key is the campaign
FEED: Final = "campaign-feed"
#: in line at once, of one campaign: the line is not flooded, and a stop stops soon
AT_ONCE: Final = 5
#: so soon there is room again, where numbers are dead or busy; and where nothing can be done
_AGAIN_MS: Final = 10_000
_CLOSED_MS: Final = 60_000
_DAY_MS: Final = 24 * 3_600_000
_CLASS: Final = AttentionPart(
    key=FOLLOW_UP,
    name={"es": "Seguimiento", "en": "Follow-up", "pt": "Acompanhamento"},
    kiosk=False,
    target_minutes=480,
)
_LONG_NAME: Final = 80
_LONG_SCRIPT: Final = 4_000


def _word(text: str) -> ColumnElement[str]:
    return literal_column(f"'{text}'", Text())


_RETRY: Final = _word(Stage.RETRY)

_NEW = Statement(
    insert(campaign).returning(campaign.c.id),
    columns=[
        *("site", "name", "service", "script", "from_minute", "to_minute"),
        *("until_day", "running", "made_ms"),
    ],
)
_ONE = Statement(
    select(*campaign.c).where(
        campaign.c.site == bindparam("site"), campaign.c.id == bindparam("id")
    )
)
_RUN = Statement(
    update(campaign).where(campaign.c.id == bindparam("b_id")).values(running=bindparam("b_runs"))
)
_PERSON = Statement(
    insert(campaign_person),
    columns=["campaign", "site", "phone", "number_index", "language", "name", "note"],
)
_NEXT = Statement(
    select(*campaign_person.c)
    .where(
        campaign_person.c.campaign == bindparam("campaign"),
        campaign_person.c.callback.is_(None),
        campaign_person.c.left_out.is_(None),
    )
    .order_by(campaign_person.c.id)
    .limit(bindparam("limit"))
)
_OPEN = (
    callback.c.site == bindparam("site"),
    callback.c.campaign == bindparam("campaign"),
    callback.c.ended_ms.is_(None),
)
#: and of these, those whose turn is to come: who was rung in vain keeps nobody back meanwhile
_IN_LINE = Statement(
    select(
        func.count().label("open"),
        func.coalesce(
            func.sum(case((and_(callback.c.stage == _RETRY, callback.c.attempts > 0), 0), else_=1)),
            0,
        ).label("here"),
    ).where(*_OPEN)
)
#: those that are at no desk and not on the telephone, and what is known of their person
_WAITING = Statement(
    select(callback.c.id, callback.c.name, campaign_person.c.id.label("person"), note.c.text)
    .select_from(
        callback.join(campaign_person, campaign_person.c.callback == callback.c.id).outerjoin(
            note, and_(note.c.ticket == callback.c.ticket, note.c.what == "callback-asked")
        )
    )
    .where(
        *_OPEN,
        or_(*(callback.c.stage == _word(one) for one in WAITS)),
        *(callback.c.how != _word(one) for one in sorted(callback_rows.ON_THE_LINE)),
    )
    .order_by(callback.c.id)
)
_BACK = Statement(
    update(campaign_person)
    .where(campaign_person.c.id == bindparam("b_id"))
    .values(callback=None, name=bindparam("b_name"), note=bindparam("b_note"))
)
#: once it is in line, or will not be, the list forgets who it was
_PUT = Statement(
    update(campaign_person)
    .where(campaign_person.c.id == bindparam("b_id"))
    .values(callback=bindparam("b_callback"), left_out=bindparam("b_why"), name=None, note=None)
)
_SITE = Statement(
    select(site.c.zone, site.c.callbacks, site.c.languages).where(site.c.no == bindparam("site"))
)


class Listee(msgspec.Struct, frozen=True):
    """Somebody on a list."""

    phone: Sealed
    name: bytes | None = None
    language: str | None = None
    note: str | None = None


class MakeCampaign(msgspec.Struct, frozen=True):
    """A list of people to call for a service."""

    name: str
    service: str
    script: str
    people: tuple[Listee, ...]
    from_minute: int | None = None
    to_minute: int | None = None
    until_day: str | None = None


class OfCampaign(msgspec.Struct, frozen=True):
    """That campaign; `runs`: whether it goes on."""

    campaign: int
    runs: bool = True


class Made(msgspec.Struct, frozen=True):
    """The campaign."""

    campaign: int


def make(tx: Tx, request: MakeCampaign) -> Made:
    """Keep the list, and begin to put its people in line."""
    name = tidy(request.name, "name", longest=_LONG_NAME)
    if not name or not request.people:
        raise refusals.invalid("text-missing", field="name" if not name else "list")
    if request.service not in offering(tx, tx.site):
        raise refusals.refused("callback-not-offered", service=request.service[:80])
    _allow_time(tx, request)
    _class(tx)
    (made,) = tx.rows(
        _NEW,
        site=tx.site,
        name=name,
        service=request.service,
        script=visible(request.script)[:_LONG_SCRIPT],
        from_minute=request.from_minute,
        to_minute=request.to_minute,
        until_day=request.until_day,
        running=1,
        made_ms=tx.now_ms,
    )
    for one in request.people:
        tx.run(
            _PERSON,
            campaign=made.id,
            site=tx.site,
            phone=keep_phone(tx, one.phone),
            number_index=one.phone.index,
            language=one.language,
            name=one.name,
            note=one.note,
        )
    tx.append(CampaignMade(made.id, request.service, len(request.people)))
    tx.timer(FEED, str(made.id), tx.now_ms)
    remember(tx, made.id)
    return Made(made.id)


def move(tx: Tx, request: OfCampaign) -> Made:
    """Stop it, or let it go on. Who is stopped while in line is on the list again."""
    found = _one(tx, request.campaign)
    if bool(found.running) != request.runs:
        _set(tx, found, runs=request.runs)
    if request.runs:
        tx.timer(FEED, str(found.id), tx.now_ms)
    else:
        for one in _withdrawn(tx, found, "cancelled"):
            tx.run(_BACK, b_id=one.person, b_name=one.name, b_note=one.text)
    return Made(found.id)


def feed(tx: Tx, due: TimerDue) -> None:
    """Timer: put some more in line, as many as were called since. Only while they may be rung."""
    found = tx.row(_ONE, site=tx.site, id=int(due.key))
    if found is None or not found.running:
        return
    about: Any = tx.row(_SITE, site=tx.site)
    if found.until_day is not None and day_of(tx.now_ms, about.zone) > found.until_day:
        _set(tx, found, runs=False)
        _withdrawn(tx, found, "expired")
        return
    wish, settings = Wish(found.from_minute, found.to_minute), call_settings_of(about.callbacks)
    of = (tx.site, settings, wish, tx.now_ms, about.zone)
    hours = call_hours(tx, *of, survey=True, every_day=False)
    if hours is None or hours.from_ms > tx.now_ms:
        tx.timer(FEED, due.key, tx.now_ms + _DAY_MS if hours is None else hours.from_ms)
        return
    _class(tx)
    in_line: Any = tx.row(_IN_LINE, site=tx.site, campaign=found.id)
    room = max(0, AT_ONCE - in_line.here)
    waiting = tx.rows(_NEXT, campaign=found.id, limit=room)
    again_ms = _AGAIN_MS
    for person in waiting:
        try:
            _put(tx, found, person, languages_of(about.languages))
        except Refused:
            # The service gives no tickets now: later.
            again_ms = _CLOSED_MS
            break
    if waiting or in_line.open:
        tx.timer(FEED, due.key, tx.now_ms + again_ms)


def _set(tx: Tx, found: Any, *, runs: bool) -> None:
    tx.run(_RUN, b_id=found.id, b_runs=int(runs))
    tx.append(CampaignMoved(found.id, runs))


def _withdrawn(tx: Tx, of: Any, end: str) -> list[Any]:
    """Who waits for a call of it waits no more: their callbacks end so; who they were."""
    found = tx.rows(_WAITING, site=tx.site, campaign=of.id)
    for one in found:
        callbacks.withdraw(tx, one.id, end)
    return found


def _allow_time(tx: Tx, request: MakeCampaign) -> None:
    """Its last day is not over, and some day has hours of it in which patients may be rung."""
    callbacks.allow_hours(request.from_minute, request.to_minute)
    about: Any = tx.row(_SITE, site=tx.site)
    if request.until_day is not None and request.until_day < day_of(tx.now_ms, about.zone):
        raise refusals.invalid("campaign-day-over")
    settings = of_surveys(call_settings_of(about.callbacks))
    if not met(settings, Wish(request.from_minute, request.to_minute)):
        raise refusals.invalid("campaign-no-hours")


def _put(tx: Tx, of: Any, person: Any, languages: tuple[str, ...]) -> None:
    row = phone_of(tx, tx.site, person.phone)
    why = None
    if row is None:
        why = "erased"
    elif opted_out(tx, tx.site, person.number_index):
        why = "opted-out"
    if row is None or why is not None:
        tx.run(_PUT, b_id=person.id, b_callback=None, b_why=why)
        return
    asked = callbacks.ask(
        tx,
        AskCallback(
            phone=Sealed(
                person.number_index, row.sealed, key_of(row.sealed), row.region, row.sort, row.tail
            ),
            service=of.service,
            attention=FOLLOW_UP,
            # One that the site speaks still: nobody behind them on the list is kept waiting.
            language=person.language if person.language in languages else None,
            channel="api",
            name=None if person.name is None else bytes(person.name),
            reason=person.note,
            from_minute=of.from_minute,
            to_minute=of.to_minute,
            campaign=of.id,
        ),
    )
    why = "on-list" if asked.already else None
    tx.run(_PUT, b_id=person.id, b_callback=None if asked.already else asked.callback, b_why=why)


def _one(tx: Tx, campaign_id: int) -> Any:
    found = tx.row(_ONE, site=tx.site, id=campaign_id)
    if found is None:
        raise refusals.unknown("campaign-unknown")
    return found


def _class(tx: Tx) -> None:
    """See to it that the site has the class that is called last, and that none else changes."""
    file = site_out.read(tx, tx.site)
    if file is None or any(one.key == FOLLOW_UP for one in file.attention):
        return
    load_site(tx, with_class(file))


def with_class(file: SiteFile) -> SiteFile:
    """The description with that class at its end; who asks for none keeps the class that they had."""
    parts = list(file.attention)
    if not any(one.usual for one in parts):
        last = max(n for n, one in enumerate(parts) if not one.clinical)
        parts[last] = msgspec.structs.replace(parts[last], usual=True)
    rank = max((one.rank for one in parts if one.rank is not None), default=None)
    made = _CLASS if rank is None else msgspec.structs.replace(_CLASS, rank=rank + 1)
    return msgspec.structs.replace(file, attention=(*parts, made))
