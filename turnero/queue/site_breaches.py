"""What can be wrong in a site's description, each breach with its sentence for whoever edits the file.

The administration's pages have other words for the same breaches, since there nobody sees keys
and tables; they find them by the breach's name.
"""

from typing import Final

from turnero.store.errors import Invalid

#: breach → what to do, with its figures
SENTENCES: Final[dict[str, str]] = {
    "file-unreadable": "is not TOML: {why}",
    "shape": "{why}",
    "missing": "is missing: add it",
    "not-known": "is not known here: remove or correct it",
    "text-long": "is longer than {most} characters: shorten it",
    "text-hidden": "holds control characters or direction marks: type it again by hand",
    "key-malformed": "{key!r} is no key: use small letters, digits and hyphens, at most 40",
    "key-taken": "{key!r} is taken by {by}: choose another",
    "own-name-missing": "the name in the site's own language is missing: add {language} = …",
    "language": "{language!r} is no language: use es, en, pt or qu",
    "languages-none": 'is empty: name at least one, such as ["es"]',
    "site-name-empty": "is empty: give the site's name",
    "zone": '{zone!r} is no time zone: write one such as "America/Lima"',
    "spans-overlap": "two spans overlap: write each part of the day once",
    "span": '{span!r} is no span: write it as "08:00-13:00", a night "22:00-06:00"',
    "day-close": '{hour!r} is no hour: write it as "23:30", or "never"',
    "out-of-range": "{value} is out of range: {least} to {most}",
    "classes-all-clinical": "every class is clinical: add one for everybody else",
    "usual-twice": "two classes are usual: leave usual = true at one of them",
    "usual-clinical": "the usual class can't be clinical: only triage gives those",
    "services-none": "is empty: describe at least one [[service]]",
    "group-prefix": "a group gives no tickets: leave the prefix out",
    "hours-missing": "is missing: give hours, or all_day = true, or hours in [site]",
    "path-group": "a group gives no tickets: write the path at the services below it",
    "path-long": "has more than {most} services: shorten it",
    "path-circle": "{service!r} would come twice under one number: name it once, and not here itself",
    "path-no-desk": "no desk serves {service!r}: add it to a [[desk]], or take it out of the path",
    "too-small": "must be 1 or more, or left out",
    "parent-unknown": "there is no service {service!r}: add it or correct it",
    "parent-circle": "{service!r} is above itself: break the circle",
    "prefix-missing": "is missing: give one or two capital letters",
    "prefix-letters": "{prefix!r} can't begin a number: use one or two of {letters}",
    "prefix-taken": "{prefix!r} is taken by {by!r}: choose another",
    "desk-name-empty": "is empty: give the name that the board shows",
    "service-unknown": "there is no service {service!r}",
    "service-group": "{service!r} is a group: name the services below it",
    "service-twice": "names a service twice: once is enough, primary or overflow",
    "primary-none": "is empty: name at least one service",
    "class-unknown": "there is no class {attention!r}: add [[attention]] or correct it",
    "class-twice": "names a class twice: once is enough",
    "only-none": "is true, but no class is named: give classes, or leave it out",
    "class-nowhere": (
        "nobody would call {attention!r} of {service!r}: every desk that serves it is only for"
        " other classes"
    ),
    "reserve": "{value} free desks can't be kept: 0 to {desks}, the desks that serve it",
    "sound-alike": (
        "{letters} sound alike and are called in one zone ({zone}):"
        " choose another letter for all but one"
    ),
    "box-unknown": "there is no box {box!r}: add [[box]]",
    "printer-unknown": "there is no printer {printer!r}: add [[printer]]",
    "scanner-address": "{url!r} is no serial port: write it as serial:///dev/…?baudrate=9600",
    "printer-address": "{url!r}: {why}",
    "printer-profile": "{profile!r} is none of these: {known}",
    "ticket-no-printer": "is there, but no [[printer]] to print it: add one, or leave [ticket] out",
    "ticket-lines": "has more than {most} lines: shorten it",
    "ticket-logo": "is no PNG in base64: upload the picture on the administration's pages",
    "ticket-logo-size": "is more than {wide} dots wide or {high} high: make it smaller",
    "desk-unknown": "there is no desk {desk!r}: add [[desk]] or correct it",
    "sign-url": "{url!r}: {why}",
    "sign-protocol": "{protocol!r}: {why}",
    "sign-address": "{protocol} has addresses from {low} to {high}",
    "sign-width": "{protocol} has from 1 to {most} characters",
    "sign-brightness": "{why}",
    "content-many": "has more than {most} things to show: take some out",
    "content-text": "the text in the site's own language is missing: add {language} = …",
    "content-picture": "is no picture's digest: upload one on the administration's pages and copy its digest",
    "content-alt": "what the picture shows is missing in the site's own language: add {language} = …",
    "content-board": "there is no board {board!r}: add [[board]] or correct it",
    "content-over": "is before since: swap them",
    "call-region": "{region!r} is no country: write its two letters, such as PE",
    "call-shows": "{number!r} is no telephone number: write it with its country, such as +5116117300",
    "call-phone": "{phone!r} is no telephone's name: letters, digits, dots and hyphens, at most 40",
    "call-no-phone": "no desk that serves {service!r} has a telephone: add phone = … to one",
    "call-no-keys": "{service!r} calls nobody back: name a service with callbacks = {{}}",
    "mail": "{address!r} is no e-mail address: write it as technicians@hospital.example",
    "day": '{day!r} is no day: write it as "2026-12-24"',
    "day-twice": "{day} is named twice: once is enough",
}


class Breach(Invalid):
    """A rule of the description that does not hold, and where."""

    def __init__(self, key: str, breach: str, figures: dict[str, str | int]) -> None:
        super().__init__("site-file", key=key, what=SENTENCES[breach].format(**figures))
        #: where: "service[2].prefix"
        self.key = key
        self.breach = breach
        self.figures = figures


def wrong(where: str, breach: str, /, **figures: str | int) -> Breach:
    """A breach: the key in the file, and what it is."""
    return Breach(where, breach, figures)
