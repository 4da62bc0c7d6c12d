"""When a patient may be rung: by the hours of the site, those that they prefer, and the shut days."""

import msgspec

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
    survey: bool,
    every_day: bool,
) -> Window | None:
    """The window that is open at that moment, UTC, or the next one; None: see `callbacks.window`.

    `survey`: a campaign's, which rings nobody on Sundays and shut days; `every_day`: their service
    attends on shut days too.
    """
    if survey:
        settings, every_day = of_surveys(settings), False
    shut = ALWAYS if every_day else calendar(q, site_no, day_of(at_ms, zone))
    return window(settings, wish, at_ms, zone, shut)


def of_surveys(settings: CallSettings) -> CallSettings:
    """The same for who did not ask to be rung."""
    return msgspec.structs.replace(settings, sundays="")
