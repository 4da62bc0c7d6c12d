"""What a site can set about callbacks by telephone, with defaults; a service may have its own.

Only figures and hours. `[callbacks]` in a site's description; `callbacks = {}` in a service's
table offers callbacks for it, and what stands between the braces is the service's own.
"""

from functools import lru_cache
from typing import Literal, NamedTuple

import msgspec


class CallSettings(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Of a site."""

    #: seconds for which a patient's telephone rings
    ring_s: int = 30
    #: seconds for which a desk's telephone rings
    desk_ring_s: int = 20
    #: seconds to press 1 after the question
    confirm_s: int = 8
    #: times that a patient is rung
    attempts: int = 3
    #: minutes until the next try: the line was busy, nobody answered once, and again
    busy_minutes: int = 2
    again_minutes: int = 10
    later_minutes: int = 30
    #: when patients may be rung, "07:00-19:00" in the site's zone; "" never on such a day
    weekdays: str = "07:00-19:00"
    saturdays: str = "08:00-15:00"
    sundays: str = ""
    #: what becomes of whom the hours did not suffice for, unless they said otherwise
    left_over: Literal["tomorrow", "drop"] = "tomorrow"
    #: minutes before the end of the hours at which they are asked
    ask_minutes: int = 30
    #: a message before the telephone rings, so that the unknown number is known
    notice: bool = True
    #: telephones ringing or speaking at once
    in_flight: int = 10
    #: times that one number is rung in a day, whatever for
    number_a_day: int = 6
    #: callbacks that one kiosk, page address or line may ask for in an hour
    source_an_hour: int = 20
    #: callbacks that all callers who show no number may ask for in an hour, together
    withheld_an_hour: int = 60
    #: minutes that patients' legs may last in a day, together
    minutes_a_day: int = 1200
    #: countries whose numbers may be rung, by their two letters; empty: the profile's
    regions: tuple[str, ...] = ()
    #: the number that is shown, E.164; empty: the exchange's own
    shows: str = ""
    #: days after its last use for which a number is kept
    keep_days: int = 30
    #: key of the service on whose line whoever rings in and presses no key waits; empty: none
    no_keys: str = ""


class OwnCallSettings(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Of a service; None: the site's."""

    ring_s: int | None = None
    attempts: int | None = None
    busy_minutes: int | None = None
    again_minutes: int | None = None
    later_minutes: int | None = None
    left_over: Literal["tomorrow", "drop"] | None = None
    notice: bool | None = None


class Bounds(NamedTuple):
    """Least and most of a figure."""

    least: int
    most: int


#: figure → its bounds, for whoever checks or edits them
BOUNDS = {
    "ring_s": Bounds(10, 90),
    "desk_ring_s": Bounds(5, 90),
    "confirm_s": Bounds(3, 30),
    "attempts": Bounds(1, 9),
    "busy_minutes": Bounds(1, 120),
    "again_minutes": Bounds(1, 240),
    "later_minutes": Bounds(1, 480),
    "ask_minutes": Bounds(0, 240),
    "in_flight": Bounds(1, 200),
    "number_a_day": Bounds(1, 30),
    "source_an_hour": Bounds(1, 1000),
    "withheld_an_hour": Bounds(1, 10_000),
    "minutes_a_day": Bounds(1, 100_000),
    "keep_days": Bounds(1, 365),
}


@lru_cache(maxsize=64)
def call_settings_of(text: str) -> CallSettings:
    """Those kept as JSON in a site's row."""
    return msgspec.json.decode(text, type=CallSettings)


@lru_cache(maxsize=256)
def call_settings(site: str, service: str | None) -> CallSettings:
    """Those that hold for a service: the site's row's JSON, with the service's own over it."""
    usual = call_settings_of(site)
    if service is None:
        return usual
    own = msgspec.structs.asdict(msgspec.json.decode(service, type=OwnCallSettings))
    return msgspec.structs.replace(
        usual, **{name: value for name, value in own.items() if value is not None}
    )
