"""The roster: when the first desk of a service is planned, derived from the site's description."""

from turnero.queue.hours import WEEKDAYS
from turnero.queue.numbers import MIDNIGHT
from turnero.queue.site_rules import spans
from turnero.queue.site_shape import ServicePart, SiteFile


def starts(part: ServicePart, file: SiteFile) -> dict[str, int]:
    """Weekday → the minute when the first desk of that service is planned. Round the clock: none."""
    found: dict[str, int] = {}
    for desk in () if part.all_day else file.desk:
        if part.key in (*desk.primary, *desk.overflow):
            for day, planned in spans(desk.planned, desk.key).items():
                if planned:
                    found[day] = min(planned[0][0], found.get(day, MIDNIGHT))
    return {day: found[day] for day in WEEKDAYS if day in found}
