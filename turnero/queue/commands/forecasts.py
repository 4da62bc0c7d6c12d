"""Publish what is expected of waits, and keep what a day has taught. No facts: all of it follows from
the journal, and is made again from there.

Both are idempotent, so several processes may do the same: a newer forecast replaces an older one, and
a day teaches once.
"""

from sqlalchemy import and_, bindparam, insert, select, update

from turnero.queue.requests import PublishForecasts, TeachDay
from turnero.queue.tables import forecast, forecast_history, promise_day, service
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_SET = Statement(
    update(forecast)
    .where(forecast.c.service == bindparam("b_service"), forecast.c.made_ms <= bindparam("b_made"))
    .values(made_ms=bindparam("b_made"), body=bindparam("b_body"))
)
_THERE = Statement(
    select(service.c.id, forecast.c.made_ms)
    .select_from(service.outerjoin(forecast, forecast.c.service == service.c.id))
    .where(and_(service.c.site == bindparam("site"), service.c.active == 1))
)
_NEW = Statement(insert(forecast))
_SET_KEPT = Statement(
    update(promise_day)
    .where(promise_day.c.site == bindparam("b_site"), promise_day.c.day == bindparam("b_day"))
    .values(made_ms=bindparam("b_made"), body=bindparam("b_body"))
)
_NEW_KEPT = Statement(insert(promise_day))
_TAUGHT = Statement(
    select(forecast_history.c.service, forecast_history.c.until_day).where(
        forecast_history.c.site == bindparam("site")
    )
)
_SET_TAUGHT = Statement(
    update(forecast_history)
    .where(
        forecast_history.c.site == bindparam("b_site"),
        forecast_history.c.service == bindparam("b_service"),
    )
    .values(until_day=bindparam("b_day"), body=bindparam("b_body"))
)
_NEW_TAUGHT = Statement(insert(forecast_history))


def publish(tx: Tx, request: PublishForecasts) -> int:
    """Forecasts of the site's services from now on; a service that is gone is passed over.

    Answers the moment that stands with them, line clock.
    """
    there = {row.id: row.made_ms for row in tx.rows(_THERE, site=tx.site)}
    for service_id, body in request.services:
        if service_id not in there:
            continue
        if there[service_id] is None:
            tx.run(_NEW, service=service_id, site=tx.site, made_ms=tx.line_ms, body=body)
        else:
            tx.run(_SET, b_service=service_id, b_made=tx.line_ms, b_body=body)
    if request.day is not None:
        _keep(tx, request.day, request.kept)
    return tx.line_ms


def teach(tx: Tx, request: TeachDay) -> None:
    """Keep what a day taught, once, and how its promises were kept."""
    there = {row.service: row.until_day for row in tx.rows(_TAUGHT, site=tx.site)}
    for name, body in request.taught:
        until = there.get(name)
        if until is None:
            tx.run(_NEW_TAUGHT, site=tx.site, service=name, until_day=request.day, body=body)
        elif until < request.day:
            tx.run(_SET_TAUGHT, b_site=tx.site, b_service=name, b_day=request.day, b_body=body)
    _keep(tx, request.day, request.kept)


def _keep(tx: Tx, day: str, kept: str) -> None:
    if not tx.run(_SET_KEPT, b_site=tx.site, b_day=day, b_made=tx.now_ms, b_body=kept):
        tx.run(_NEW_KEPT, site=tx.site, day=day, made_ms=tx.now_ms, body=kept)
