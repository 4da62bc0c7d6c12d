"""What the wizard has been told so far, and the site that it makes of it.

Pure: the plan is the body of a draft. Once the site is there, the wizard's later steps change the
site itself, and the plan only remembers which one it is.
"""

import re
from typing import Any, Final, cast

import msgspec

from turnero.admin.fields import Given, bad, one, week_of
from turnero.admin.sections import slug
from turnero.admin.starters import COUNTRIES, STARTERS, classes_of, services_of
from turnero.admin.wrongs import SENTENCES
from turnero.queue.site_breaches import Breach
from turnero.queue.site_rules import spans
from turnero.queue.site_shape import DeskPart, ServicePart, SiteFile, SitePart, Spans
from turnero.web.forms import Wrong
from turnero.web.languages import LANGUAGES, mark

#: in order; the site is made when "desks" is stored
STEPS: Final = {
    "start": mark("Country"),
    "site": mark("Site"),
    "services": mark("Services"),
    "desks": mark("Desks"),
    "kiosk": mark("Kiosk"),
    "printer": mark("Printer"),
    "board": mark("Board"),
    "people": mark("People"),
    "ready": mark("Ready to open"),
}
ORDER: Final = tuple(STEPS)
#: of the ones before the site is made
BEFORE: Final = ORDER[: ORDER.index("kiosk")]
#: desks that one can begin with; more on the administration's pages
MOST_DESKS: Final = 30

_MISSING: Final = Wrong(mark("Please fill this in."))
_TWICE: Final = Wrong(SENTENCES["key-taken"])
_NO_SERVICE: Final = Wrong(mark("Please choose at least one service."))
_UNSERVED: Final = Wrong(mark("No desk calls these services yet: %(services)s."))
_NO_HOURS: Final = Wrong(mark("Please give the hours of at least one day."))
_WORKDAYS: Final = ("mon", "tue", "wed", "thu", "fri")
_HOURS: Final = "07:00-13:00, 14:00-19:00"


class PlannedDesk(msgspec.Struct, frozen=True):
    """A desk to begin with."""

    name: str
    serves: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """The draft's body."""

    country: str = "pe"
    languages: tuple[str, ...] = ("es", "en", "pt")
    name: str = ""
    zone: str = ""
    starter: str = ""
    services: tuple[str, ...] = ()
    #: "08:00-13:00, 14:00-18:00"
    weekdays: str = _HOURS
    saturday: str = ""
    sunday: str = ""
    desks: tuple[PlannedDesk, ...] = ()
    #: whether every desk is planned for all the hours
    rostered: bool = True
    #: key of the site, once it is made
    site: str = ""


def told(plan: Plan, step: str, given: Given) -> Plan:
    """The plan with what was typed at a step. Raises `BadForm`."""
    return _TOLD[step](plan, given)


def _start(plan: Plan, given: Given) -> Plan:
    country = one(given, "country")
    if country not in COUNTRIES:
        raise bad("country", _MISSING)
    first = one(given, "first")
    chosen = [name for name in LANGUAGES if name in given.get("languages", ())]
    languages = tuple(dict.fromkeys([first if first in LANGUAGES else "es", *chosen]))
    zone = plan.zone if plan.country == country and plan.zone else COUNTRIES[country].zones[0]
    return msgspec.structs.replace(plan, country=country, languages=languages, zone=zone)


def _site(plan: Plan, given: Given) -> Plan:
    name, zone = one(given, "name"), one(given, "zone")
    if not name:
        raise bad("name", _MISSING)
    return msgspec.structs.replace(plan, name=name, zone=zone)


def _services(plan: Plan, given: Given) -> Plan:
    starter = one(given, "starter")
    if starter not in STARTERS:
        raise bad("starter", _MISSING)
    known = [part.key for part in STARTERS[starter].services if part.prefix]
    chosen = tuple(key for key in known if f"{starter}.{key}" in given.get("services", ()))
    if not chosen:
        raise bad("services", _NO_SERVICE)
    days = {name: one(given, name) for name in ("weekdays", "saturday", "sunday")}
    if not any(days.values()):
        raise bad("weekdays", _NO_HOURS)
    _check_hours(msgspec.structs.replace(plan, **days))
    same = starter == plan.starter and chosen == plan.services
    planned = plan.desks if same and plan.desks else desks_of(plan, starter, chosen)
    return msgspec.structs.replace(plan, starter=starter, services=chosen, desks=planned, **days)


def _check_hours(plan: Plan) -> None:
    try:
        spans(hours_of(plan), "hours")
    except Breach as error:
        day = error.key.removeprefix("hours.")
        field = {"sat": "saturday", "sun": "sunday"}.get(day, "weekdays")
        raise bad(field, Wrong(SENTENCES[error.breach], error.figures)) from None


def _desks(plan: Plan, given: Given) -> Plan:
    rows = []
    for n in range(MOST_DESKS):
        name = one(given, f"desk.{n}.name")
        serves = given.get(f"desk.{n}.serves", ())
        if name:
            rows.append(PlannedDesk(name, tuple(key for key in plan.services if key in serves)))
    return msgspec.structs.replace(plan, desks=tuple(rows), rostered=one(given, "rostered") == "1")


_TOLD: Final = {"start": _start, "site": _site, "services": _services, "desks": _desks}


def desks_of(plan: Plan, starter: str, chosen: tuple[str, ...]) -> tuple[PlannedDesk, ...]:
    """The desks that sites of this kind begin with, as far as they call something chosen."""
    word = COUNTRIES[plan.country].desk.get(plan.languages[0], "Ventanilla")
    serving = [tuple(key for key in keys if key in chosen) for keys in STARTERS[starter].desks]
    return tuple(
        PlannedDesk(f"{word} {n}", keys) for n, keys in enumerate(filter(None, serving), 1)
    )


def check_desks(plan: Plan) -> None:
    """Raise `BadForm` for what the site's rules would not say as plainly."""
    if not plan.desks:
        raise bad("desks", _MISSING)
    names = [desk.name.casefold() for desk in plan.desks]
    for n, desk in enumerate(plan.desks):
        if names[n] in names[:n]:
            raise bad(f"desk.{n}", _TWICE)
        if not desk.serves:
            raise bad(f"desk.{n}", _NO_SERVICE)
    services = {part.key: part.name for part in chosen_services(plan)}
    served = {key for desk in plan.desks for key in desk.serves}
    left = [services[key][plan.languages[0]] for key in plan.services if key not in served]
    if left:
        raise bad("desks", Wrong(_UNSERVED.msgid, {"services": ", ".join(left)}))


def chosen_services(plan: Plan) -> tuple[ServicePart, ...]:
    """The services chosen, and the groups that they lie in."""
    parts = services_of(plan.starter, plan.country, plan.languages)
    groups = {part.parent for part in parts if part.key in plan.services}
    return tuple(part for part in parts if part.key in plan.services or part.key in groups)


def hours_of(plan: Plan) -> Spans:
    """The site's hours."""
    days: dict[str, Any] = {f"hours.{day}": (plan.weekdays,) for day in _WORKDAYS}
    days |= {"hours.sat": (plan.saturday,), "hours.sun": (plan.sunday,)}
    return cast("Spans", week_of(days, "hours"))


def file_of(plan: Plan) -> SiteFile:
    """The site as it is planned."""
    hours = hours_of(plan)
    profile: Any = plan.country
    return SiteFile(
        site=SitePart(
            key=slug(plan.name) or "site",
            name=plan.name,
            zone=plan.zone,
            profile=profile,
            languages=plan.languages,
            hours=hours,
        ),
        service=chosen_services(plan),
        desk=tuple(
            DeskPart(
                key=_desk_key(plan, n),
                name=desk.name,
                primary=desk.serves,
                planned=hours if plan.rostered else {},
            )
            for n, desk in enumerate(plan.desks)
        ),
        attention=classes_of(plan.country, plan.languages),
    )


def _desk_key(plan: Plan, n: int) -> str:
    """The number in its name, where no other desk has it; else its place."""
    numbers = [found[0] if (found := re.search(r"\d+$", desk.name)) else "" for desk in plan.desks]
    own = numbers[n]
    return (
        own
        if own and numbers.count(own) == 1
        else f"{slug(plan.desks[n].name)[:32] or 'desk'}-{n + 1}"
    )
