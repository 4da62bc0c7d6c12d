"""What must hold in a site's description about callbacks by telephone. Pure; see site_rules.py."""

import re
from typing import Final

import msgspec

from turnero.queue.call_settings import BOUNDS
from turnero.queue.numbers import minutes
from turnero.queue.site_breaches import wrong
from turnero.queue.site_shape import SiteFile

#: the name of a telephone at an exchange: what a dial string cannot be broken out of
_PHONE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_REGION: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_DAYS: Final = ("weekdays", "saturdays", "sundays")


def check(file: SiteFile) -> None:
    """Raise the first breach."""
    calls = file.callbacks
    _figures(msgspec.structs.asdict(calls), "callbacks")
    for name in _DAYS:
        if getattr(calls, name) and span_of(getattr(calls, name)) is None:
            raise wrong(f"callbacks.{name}", "span", span=getattr(calls, name))
    for region in calls.regions:
        if not _REGION.fullmatch(region):
            raise wrong("callbacks.regions", "call-region", region=region)
    if calls.shows and not _E164.fullmatch(calls.shows):
        raise wrong("callbacks.shows", "call-shows", number=calls.shows)
    if calls.no_keys and not any(
        one.key == calls.no_keys and one.callbacks is not None for one in file.service
    ):
        raise wrong("callbacks.no_keys", "call-no-keys", service=calls.no_keys)
    _telephones(file)


def _telephones(file: SiteFile) -> None:
    """Desks have telephones that a dial string can name, and every service that rings has one."""
    groups = file.groups()
    ringing = [desk for desk in file.desk if desk.phone]
    for n, part in enumerate(file.desk):
        if part.phone is not None and not _PHONE.fullmatch(part.phone):
            raise wrong(f"desk[{n}].phone", "call-phone", phone=part.phone)
    for n, service in enumerate(file.service):
        if service.callbacks is None:
            continue
        place = f"service[{n}].callbacks"
        if service.key in groups:
            raise wrong(place, "service-group", service=service.key)
        if not any(service.key in (*desk.primary, *desk.overflow) for desk in ringing):
            raise wrong(place, "call-no-phone", service=service.key)
        _figures(msgspec.structs.asdict(service.callbacks), place)


def span_of(text: str) -> tuple[int, int] | None:
    """Minutes from and to of "07:00-19:00"; None where it is no span of one day."""
    start, dash, end = text.partition("-")
    try:
        found = minutes(start), minutes(end)
    except ValueError:
        return None
    return found if dash and found[0] < found[1] else None


def _figures(values: dict[str, object], place: str) -> None:
    for name, (least, most) in BOUNDS.items():
        value = values.get(name)
        if isinstance(value, int) and not least <= value <= most:
            raise wrong(f"{place}.{name}", "out-of-range", value=value, least=least, most=most)
