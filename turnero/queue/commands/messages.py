"""What boards, kiosks and phones say besides calls: broadcast, service notice, emergency.

An emergency suspends calls at the desks of its zones until somebody ends it. A message is
a row, since its words are nobody's business in the journal; that it was shown is a fact.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import bindparam, insert, select, update

from turnero.queue import notices, refusals
from turnero.queue.facts import MessageEnded, MessageShown
from turnero.queue.requests import EndMessage, ShowMessage, Shown
from turnero.queue.tables import desk, message, service
from turnero.store.sql import Statement
from turnero.store.tables import device
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx

#: timer that ends a message at its hour; its key is the message's id
END: Final = "message-end"

_NEW = Statement(
    insert(message)
    .values(
        {
            message.c[name]: bindparam(name)
            for name in (
                "site", "kind", "zones", "service", "target", "texts", "from_ms", "until_ms", "by",
            )
        }
    )
    .returning(message.c.id)
)  # fmt: skip
_BY_ID = Statement(
    select(
        message.c.id, message.c.kind, message.c.zones, message.c.service, message.c.ended_ms
    ).where(message.c.site == bindparam("site"), message.c.id == bindparam("id"))
)
_LIVE = Statement(
    select(message.c.id, message.c.kind, message.c.zones, message.c.service).where(
        message.c.site == bindparam("site"), message.c.ended_ms.is_(None)
    )
)
_END = Statement(
    update(message).where(message.c.id == bindparam("b_id")).values(ended_ms=bindparam("b_now"))
)
_ZONES = Statement(
    select(desk.c.zone)
    .where(desk.c.site == bindparam("site"), desk.c.active == 1)
    .union(
        select(device.c.zone).where(device.c.site == bindparam("site"), device.c.kind == "board")
    )
)
_SERVICE = Statement(
    select(service.c.prefix).where(
        service.c.site == bindparam("site"),
        service.c.key == bindparam("key"),
        service.c.active == 1,
    )
)


def show(tx: Tx, request: ShowMessage) -> Shown:
    """Say it from now on; `Invalid` for a text without words or of more than 300 characters."""
    texts = notices.checked(tx, request.texts)
    if not texts:
        raise refusals.invalid("text-missing")
    notices.to_come(tx, request.until_ms)
    if (request.sort == "service") != (request.service is not None):
        raise refusals.invalid("message-service")
    if request.service is not None and tx.row(_SERVICE, site=tx.site, key=request.service) is None:
        raise refusals.unknown("service-unknown", service=request.service[:100])
    zones = tuple(dict.fromkeys(request.zones))
    known = sorted({row.zone for row in tx.rows(_ZONES, site=tx.site)} - {""})
    for zone in zones:
        if zone not in known:
            raise refusals.unknown("zone-unknown", zone=zone[:100], known=", ".join(known))
    return Shown(
        say(
            tx,
            request.sort,
            texts,
            zones=zones,
            service=request.service,
            until_ms=request.until_ms,
        )
    )


def end(tx: Tx, request: EndMessage) -> Shown:
    """Say it no more."""
    found = tx.row(_BY_ID, site=tx.site, id=request.message)
    if found is None:
        raise refusals.unknown("message-unknown")
    if found.ended_ms is not None:
        raise refusals.refused("message-over")
    _end(tx, found.id, found.kind, found.zones, found.service)
    return Shown(found.id)


def end_on_time(tx: Tx, due: TimerDue) -> None:
    """Timer: the message's hour has come. Ending it by hand removes the timer."""
    end(tx, EndMessage(int(due.key)))


def say(
    tx: Tx,
    sort: str,
    texts: dict[str, str],
    *,
    zones: tuple[str, ...] = (),
    service: str | None = None,
    target: str | None = None,
    until_ms: int | None = None,
) -> int:
    """A message that is right already; its id. Without texts, pages say the usual words."""
    (made,) = tx.rows(
        _NEW,
        site=tx.site,
        kind=sort,
        zones=msgspec.json.encode(zones).decode(),
        service=service,
        target=target,
        texts=notices.kept(texts) or "{}",
        from_ms=tx.line_ms,
        until_ms=until_ms,
        by=tx.actor,
    )
    tx.append(
        MessageShown(message=made.id, sort=sort, zones=zones, service=service, until_ms=until_ms)
    )
    if until_ms is not None:
        tx.timer(END, str(made.id), until_ms)
    return int(made.id)


def end_of(tx: Tx, services: Iterable[str], *sorts: str) -> None:
    """End what is said of these services in these sorts of message, if anything is."""
    about = set(services)
    for row in tx.rows(_LIVE, site=tx.site):
        if row.kind in sorts and row.service in about:
            _end(tx, row.id, row.kind, row.zones, row.service)


def _end(tx: Tx, number: int, sort: str, zones: str, service_key: str | None) -> None:
    tx.run(_END, b_id=number, b_now=tx.line_ms)
    tx.untimer(END, str(number))
    tx.append(
        MessageEnded(
            message=number,
            sort=sort,
            zones=msgspec.json.decode(zones, type=tuple[str, ...]),
            service=service_key,
        )
    )
