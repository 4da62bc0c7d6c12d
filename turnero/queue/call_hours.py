"""When a patient may be rung: by the hours of the site, those that they prefer, and the shut days."""

from turnero.queue.calendars import calendar
from turnero.queue.call_settings import CallSettings
from turnero.queue.callbacks import Window, Wish, window
from turnero.queue.holidays import ALWAYS
from turnero.queue.numbers import day_of
from turnero.store.sql import Query


def call_hours(
    q: Query,
    site_no: int,
    settings: CallSettings,
    wish: Wish,
    at_ms: int,
    zone: str,
    *,
    every_day: bool = False,
) -> Window | None:
    """The window that is open at that moment, UTC, or the next one; None: see `callbacks.window`.

    `every_day`: they asked for it themselves, of a service that attends on shut days too.
    """
    shut = ALWAYS if every_day else calendar(q, site_no, day_of(at_ms, zone))
    return window(settings, wish, at_ms, zone, shut)
