"""What is written to whom, as it follows from facts: two consumers, for patients and technicians.

They read rows and write the outbox; nothing here sends. A fact that is old by the time it is
read (a server that was down, a channel that is new) makes no message.
"""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, literal_column, select

from turnero.queue import callback_rows, reads
from turnero.queue.call_facts import (
    CallbackAsked,
    CallbackAsking,
    CallbackEnded,
    CallbackPutOff,
)
from turnero.queue.callback_tables import callback
from turnero.queue.callbacks import Stage
from turnero.queue.commands.outbox import Post, post
from turnero.queue.commands.people import phone_of
from turnero.queue.facts import AlarmRaised, TicketCalled
from turnero.queue.people_tables import MAIL
from turnero.queue.settings import languages_of, settings_of
from turnero.queue.tables import WAITING, service, site, ticket
from turnero.store.consumers import Consumer
from turnero.store.facts import Entry, Fact
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx
from turnero.store.vault import Vault

#: people before somebody in line when they are told that it is soon
NEAR: Final = 3
#: a fact older than this makes no message, milliseconds
OLD_MS: Final = 10 * 60_000
_DAY_MS: Final = 24 * 3600 * 1000

_FIRST = Statement(
    select(callback.c.id)
    .select_from(
        callback.join(ticket, ticket.c.id == callback.c.ticket).join(
            service, service.c.id == callback.c.service
        )
    )
    .where(
        callback.c.site == bindparam("site"),
        callback.c.stage == Stage.WAITING.value,
        callback.c.ended_ms.is_(None),
        service.c.key == bindparam("service"),
    )
    .order_by(ticket.c.rank_ms, ticket.c.rank_seq)
    .limit(NEAR)
)
#: who asked to be rung, then came, and waits here: their telephone is known
_HERE = Statement(
    select(callback.c.id)
    .select_from(
        callback.join(ticket, ticket.c.id == callback.c.ticket).join(
            service, service.c.id == callback.c.service
        )
    )
    .where(
        callback.c.site == bindparam("site"),
        callback.c.asked_ms > bindparam("since"),
        callback.c.end == literal_column("'merged'"),
        ticket.c.state == WAITING,
        service.c.key == bindparam("service"),
    )
    .order_by(ticket.c.rank_ms, ticket.c.rank_seq)
    .limit(NEAR)
)
_LANGUAGE = Statement(select(ticket.c.language).where(ticket.c.id == bindparam("id")))
_SITE = Statement(select(site.c.settings, site.c.languages).where(site.c.no == bindparam("site")))
_OFFERS = Statement(
    select(service.c.id)
    .where(service.c.site == bindparam("site"), service.c.callbacks.is_not(None))
    .limit(1)
)


class Contact(NamedTuple):
    """Somebody who asked to be rung, as far as a message needs it."""

    callback: str
    ticket: str
    attempts: int
    #: a message before the telephone rings
    notice: bool
    #: they asked for it themselves; False: they are on a list
    asked: bool
    digest: str
    sealed: bytes
    language: str


def contact_of(q: Query, site_number: int, callback_id: str) -> Contact | None:
    """None: nobody is to be written to, or cannot be: a fixed telephone shows no message. Who stays on
    the line hears us: told that they will be rung, they might hang up and lose their place.
    """
    found = callback_rows.by_id(q, callback_id)
    if found is None or found.site != site_number or found.how in callback_rows.ON_THE_LINE:
        return None
    number = phone_of(q, site_number, found.phone)
    held = q.row(_LANGUAGE, id=found.ticket)
    if number is None or number.opted_out or number.sort == "fixed" or held is None:
        return None
    return Contact(
        found.id,
        found.ticket,
        found.attempts,
        found.settings.notice,
        found.campaign is None,
        found.number_index,
        number.sealed,
        held.language,
    )


def for_patients() -> Consumer:
    """Tells those who asked to be rung that it is soon, that we missed them, that the day ends."""
    kinds = _kinds(TicketCalled, CallbackAsked, CallbackPutOff, CallbackEnded, CallbackAsking)
    return Consumer("messages", kinds, _patients, _offers)


def for_technicians(vault: Vault) -> Consumer:
    """Tells a site's `alarm_to` of each alarm."""

    def tell(tx: Tx, entry: Entry) -> None:
        _alarm(tx, entry, vault)

    return Consumer("alarm-messages", _kinds(AlarmRaised), tell, _has_alarm_to)


def _patients(tx: Tx, entry: Entry) -> None:
    if tx.now_ms - entry.at_ms > OLD_MS:
        return
    match entry.fact:
        case TicketCalled(service=key) | CallbackAsked(service=key):
            _soon(tx, key)
        case CallbackPutOff(callback=id_, counts=True, attempts=attempts):
            _write(tx, id_, "missed", f"missed:{id_}:{attempts}", again=1)
        case CallbackEnded(callback=id_, how="unreachable", attempts=attempts):
            _last(tx, id_, attempts)
        case CallbackAsking(callback=id_, until_ms=until_ms):
            _write(tx, id_, "left-over", f"left-over:{id_}:{until_ms}")
        case _:
            return


def _soon(tx: Tx, key: str) -> None:
    """Tell those of a service whose turn is near, once each: to keep the phone near, or to come."""
    for sort, statement in (("ring-soon", _FIRST), ("near-turn", _HERE)):
        for row in tx.rows(statement, site=tx.site, service=key, since=tx.now_ms - _DAY_MS):
            found = contact_of(tx, tx.site, row.id)
            if found is None or not found.notice:
                continue
            seen = reads.ticket(tx, found.ticket, tx.line_ms)
            if seen is not None and seen.ahead is not None and seen.ahead < NEAR:
                _post(tx, found, sort, f"{sort}:{found.callback}")


def _last(tx: Tx, callback_id: str, attempts: int) -> None:
    """Nobody rings again: who asked may ask again."""
    found = contact_of(tx, tx.site, callback_id)
    if found is not None and found.asked:
        _post(tx, found, "missed", f"missed:{callback_id}:{attempts}", again=0)


def _write(tx: Tx, callback_id: str, sort: str, dedup: str, **params: int) -> None:
    found = contact_of(tx, tx.site, callback_id)
    if found is not None:
        _post(tx, found, sort, dedup, **params)


def _post(tx: Tx, to: Contact, sort: str, dedup: str, **params: int) -> None:
    post(
        tx,
        Post(
            sort=sort,
            channel="phone",
            to_index=to.digest,
            to_sealed=to.sealed,
            language=to.language,
            params={"ticket": to.ticket, "callback": to.callback, **params},
            dedup=dedup,
        ),
    )


def _alarm(tx: Tx, entry: Entry, vault: Vault) -> None:
    fact = entry.fact
    here = tx.row(_SITE, site=tx.site)
    if not isinstance(fact, AlarmRaised) or here is None or tx.now_ms - entry.at_ms > OLD_MS:
        return
    to = settings_of(here.settings).alarm_to
    if to:
        post(
            tx,
            Post(
                sort="alarm",
                channel="mail",
                to_index=vault.index(to, MAIL),
                to_sealed=vault.seal(to, MAIL),
                language=languages_of(here.languages)[0],
                params={"alarm": fact.alarm, "sort": fact.sort, "subject": fact.subject},
                dedup=f"alarm:{fact.alarm}",
            ),
        )


def _offers(q: Query, site_number: int) -> bool:
    return q.row(_OFFERS, site=site_number) is not None


def _has_alarm_to(q: Query, site_number: int) -> bool:
    row = q.row(_SITE, site=site_number)
    return row is not None and bool(settings_of(row.settings).alarm_to)


def _kinds(*facts: type[Fact]) -> frozenset[str]:
    return frozenset(str(fact.__struct_config__.tag) for fact in facts)
