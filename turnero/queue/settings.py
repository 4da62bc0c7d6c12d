"""What a site can set about its line, with the defaults of a working day.

Figures, hours and one address; what they mean is in the commands that read them.
"""

from functools import lru_cache
from typing import Any, Final, Literal

import msgspec

from turnero.queue.facts import Order

#: `day_close` of a site whose day is closed by hand
NEVER: Final = "never"


class Settings(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A site's settings; what is not set has these defaults."""

    #: seconds between two calls for the second to count towards a no-show
    recall_gap_s: int = 20
    #: counted recalls before a no-show
    no_show_recalls: int = 2
    #: minutes in which a no-show may come back, once
    return_minutes: int = 30
    #: seconds in which a press can be undone
    undo_s: int = 10
    #: seconds after the last call from which service counts when nobody presses start
    start_after_s: int = 20
    #: "HH:MM" in the site's zone when the day closes; "never": only by hand
    day_close: str = "23:30"
    #: people that one ticket may stand for
    max_people: int = 20
    #: minutes for which one may step out
    step_out_minutes: int = 20
    #: minutes before their end at which one who stepped out is reminded
    remind_minutes: int = 5
    #: minutes after which a parked ticket is an alarm
    parked_minutes: int = 15
    #: minutes after which a desk whose page is gone is an alarm
    unattended_minutes: int = 10
    #: minutes before the first opening at which the site is checked
    ready_minutes: int = 15
    #: the holidays of the profile's country count as closed days
    holidays: bool = True
    #: who is next; "profile": share in Peru (Ley 28683), else accumulating
    order: Literal["profile", "strict", "accumulating", "share"] = "profile"
    #: share: of every `share_first` + `share_rest` calls while both wait, `share_first` are for
    #: preferred classes
    share_first: int = 3
    share_rest: int = 1
    #: the wait to stay under, of a service that says none
    target_minutes: int = 30
    #: e-mail address that is told of every alarm; empty: nobody is
    alarm_to: str = ""


def changed(settings: Settings) -> dict[str, int | str | bool]:
    """What differs from the defaults."""
    return differing(settings)


def differing(settings: msgspec.Struct) -> dict[str, Any]:
    """What differs from the struct's defaults, by value: the same settings are the same JSON.

    (msgspec leaves out what *is* the default, and a text that was typed is another object.)
    """
    there, usual = msgspec.structs.asdict(settings), msgspec.structs.asdict(type(settings)())
    return {name: value for name, value in there.items() if value != usual[name]}


@lru_cache(maxsize=64)
def settings_of(text: str) -> Settings:
    """The settings kept as JSON in a site's row."""
    return msgspec.json.decode(text, type=Settings)


@lru_cache(maxsize=64)
def order_of(text: str, profile: str) -> Order:
    """The rule of who is next of a site: its settings as JSON, and its profile."""
    settings = settings_of(text)
    rule = settings.order
    if rule == "profile":
        rule = "share" if profile == "pe" else "accumulating"
    return Order(rule, settings.share_first, settings.share_rest)


@lru_cache(maxsize=64)
def languages_of(text: str) -> tuple[str, ...]:
    """The languages kept as JSON in a site's row; the first is the site's own."""
    return msgspec.json.decode(text, type=tuple[str, ...])
