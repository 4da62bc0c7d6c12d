"""What every page of the administration shares: which site, who people are, what the menu shows."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from turnero.admin.fields import DAYS, LANGUAGE_NAMES, Given, leaves, own_name
from turnero.admin.history import Words
from turnero.admin.parts import SECTIONS
from turnero.queue import reads, refusals, site_out
from turnero.queue.site_shape import SiteFile
from turnero.store import journal
from turnero.store.errors import Invalid
from turnero.store.sql import Query
from turnero.web import texts
from turnero.web.languages import LANGUAGES, Translator
from turnero.web.pages import language_of, web_of
from turnero.web.principal import PageRequest

#: more fields than a desk among a hundred services has
_MOST_FIELDS: Final = 600

#: raises `Breach` for a printer or a sign that could never work
CheckDevices = Callable[[SiteFile], None]


class Person(msgspec.Struct, frozen=True):
    """Somebody who can sign in."""

    actor: str
    name: str
    role: str
    #: number of the only site they work at; None: every one
    site: int | None


#: everybody who can sign in
People = Callable[[Query], list[Person]]


class Sample(msgspec.Struct, frozen=True):
    """A ticket to be shown as a picture."""

    #: the description as it would be
    file: SiteFile
    language: str
    #: width of the paper
    mm: int
    now_ms: int
    #: as for somebody who asked for large type
    large: bool = False
    #: as a printer that draws everything prints it
    whole: bool = False


class Ports(msgspec.Struct, frozen=True):
    """What the composition gives: what this room must not import."""

    check_devices: CheckDevices
    people: People
    #: role → msgid of its name
    role_names: Mapping[str, str]
    #: a PNG or JPEG as a logo of the description; raises `Invalid("logo-…")`
    logo: Callable[[bytes], Awaitable[str]]
    #: a sample ticket as a PNG, from the bytes that a printer would get
    paper: Callable[[Sample], Awaitable[bytes]]


class Here(msgspec.Struct, frozen=True):
    """A site as it is described at this moment."""

    no: int
    key: str
    file: SiteFile
    #: of the description: what forms carry
    base: str
    #: the last fact: changes after it are somebody else's
    seq: int
    #: digests of the pictures that boards may show
    pictures: tuple[str, ...] = ()


def here(q: Query, key: str) -> Here:
    """The site of that key. Raises `NotFound`."""
    no = reads.site_no(q, key)
    file = None if no is None else site_out.read(q, no)
    if no is None or file is None:
        raise refusals.unknown("site-unknown", site=key[:100])
    pictures = tuple(one.digest for one in reads.pictures(q, no))
    return Here(no, key, file, site_out.digest(file), journal.head_seq(q, no), pictures)


async def site_here(request: PageRequest, key: str) -> Here:
    """The site of an address, if this administrator may change it."""
    found = await web_of(request).ledger.read(here, key)
    request.user.within(found.no)
    return found


async def typed(request: PageRequest) -> dict[str, tuple[str, ...]]:
    """Every input of a form with what was typed there."""
    try:
        pairs = parse_qsl(
            (await request.body()).decode(),
            keep_blank_values=True,
            max_num_fields=_MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise Invalid("form-unreadable") from None
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(texts.plain(value, name.partition(".")[0]))
    return {name: tuple(values) for name, values in given.items()}


def say_of(request: PageRequest, site: int | None = None) -> Translator:
    """The translator of this reader at that site."""
    web = web_of(request)
    look = web.looks.look(site)
    return web.translator(language_of(request, look, web.languages), look.profile)


def names_of(people: list[Person]) -> Mapping[str, str]:
    """Actor → what they are called."""
    return {one.actor: one.name for one in people}


def words_of(request: PageRequest, found: Here, people: list[Person]) -> Words:
    """The words in which changes of this site are told to this reader."""
    web = web_of(request)
    language = language_of(request, web.looks.look(found.no), web.languages)
    parts = {
        (section.part, getattr(one, section.by)): section.name(one, found.file, language)
        for section in SECTIONS.values()
        for one in section.parts(found.file)
    }
    names = {one.actor: one.name for one in people}
    return Words(say_of(request, found.no), language, names, parts)


def context(found: Here, at: str, language: str, **more: Any) -> dict[str, Any]:
    """What templates/room.html and fields.html need."""
    return (
        {
            "here": found,
            "file": found.file,
            "at": at,
            "sections": tuple(SECTIONS.values()),
            "counts": {one.key: len(one.parts(found.file)) for one in SECTIONS.values()},
        }
        | inputs(found.file, language)
        | more
    )


def inputs(file: SiteFile, language: str) -> dict[str, Any]:
    """What fields.html needs to draw the inputs of a site."""

    def named(names: Mapping[str, str]) -> str:
        return own_name(names, file, language)

    def value(given: Given, name: str) -> str:
        said = given.get(name) or ("",)
        return said[-1]

    return {
        "file": file,
        "days": DAYS,
        "leaves": leaves(file),
        "named": named,
        "value": value,
        "all_languages": LANGUAGES,
        "language_names": LANGUAGE_NAMES,
    }
