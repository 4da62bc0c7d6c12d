"""What is wrong with a form, in the words of whoever fills it in, and at which of its fields.

The rules are queue/site_rules.py; their sentences speak of keys and tables, which nobody sees
on a page. Here each breach has other words, and its place in the file becomes an input's name.
"""

import re
from typing import Final

from turnero.admin.parts import SECTIONS
from turnero.admin.sections import Section
from turnero.queue.site_breaches import Breach
from turnero.store.errors import Refused
from turnero.web.forms import BadForm
from turnero.web.languages import Translator, mark
from turnero.web.problems import problem_of, text_of
from turnero.web.wiring import Web

#: breach → msgid
SENTENCES: Final[dict[str, str]] = {
    "file-unreadable": mark(
        "From here on it is not TOML: perhaps a quotation mark or a bracket is missing (%(why)s)."
    ),
    "shape": mark("This value is not possible here."),
    "missing": mark("Please fill this in."),
    "not-known": mark("This is not known here."),
    "text-long": mark("Please write at most %(most)s characters."),
    "text-hidden": mark(
        "This text has characters that cannot be read. Please type it again by hand."
    ),
    "key-malformed": mark("Please use small letters, digits and hyphens, at most 40."),
    "key-taken": mark("There is one of this name already."),
    "own-name-missing": mark("Please give the name in the site's own language (%(language)s)."),
    "language": mark("“%(language)s” is no language of ours: es, en, pt or qu."),
    "languages-none": mark("Please choose at least one language."),
    "site-name-empty": mark("Please give the site's name."),
    "zone": mark("“%(zone)s” is no time zone. Please choose one such as America/Lima."),
    "spans-overlap": mark("Two of these hours overlap: write each part of the day once."),
    "span": mark(
        "“%(span)s” cannot be read. Please write hours as 08:00-13:00, a night as 22:00-06:00."
    ),
    "day-close": mark("“%(hour)s” is no hour. Please write one such as 23:30, or never."),
    "mail": mark("“%(address)s” is no e-mail address."),
    "out-of-range": mark("%(value)s is not possible: from %(least)s to %(most)s."),
    "classes-all-clinical": mark(
        "Every priority is given at triage: one must be for everybody else."
    ),
    "usual-twice": mark("Only one priority can be for who asks for none."),
    "usual-clinical": mark("What is given at triage only cannot be for who asks for none."),
    "services-none": mark("At least one service is needed."),
    "group-prefix": mark("A group gives no tickets: leave its letter empty."),
    "hours-missing": mark("The site has no hours of its own: please give this service some."),
    "path-group": mark("A group gives no tickets: choose the steps at the services in it."),
    "path-long": mark("Please choose at most %(most)s steps."),
    "path-circle": mark("A step is chosen twice, or is this service itself. Once is enough."),
    "path-no-desk": mark(
        "One of these steps is attended at no desk. Give it to a desk first, or leave it out."
    ),
    "too-small": mark("Please write 1 or more, or nothing."),
    "parent-unknown": mark("This group is not there any more. Please choose another."),
    "parent-circle": mark("A service cannot lie within itself. Please choose another group."),
    "prefix-missing": mark("Please give one or two capital letters."),
    "prefix-letters": mark(
        "“%(prefix)s” cannot begin a number. Please use one or two of %(letters)s."
    ),
    "prefix-taken": mark(
        "“%(prefix)s” begins the numbers of another service. Please choose another."
    ),
    "desk-name-empty": mark("Please give the name that the board shows."),
    "service-unknown": mark("One of these services is not there any more."),
    "service-group": mark("A group of services is not called: choose the services in it."),
    "service-twice": mark("A service can be chosen once only."),
    "primary-none": mark("Please choose at least one service that is called first."),
    "class-unknown": mark("One of these priorities is not there any more."),
    "class-twice": mark("A priority can be chosen once only."),
    "only-none": mark("Please choose the priorities that it calls."),
    "class-nowhere": mark(
        "Nobody of one priority would ever be called: every desk that attends this service is for "
        "other priorities only."
    ),
    "reserve": mark("%(value)s is not possible: %(desks)s desks attend this service."),
    "sound-alike": mark(
        "%(letters)s sound alike and would be called in one waiting area. Please choose another letter."
    ),
    "box-unknown": mark("This box is not there any more. Please choose another."),
    "printer-unknown": mark("This printer is not there any more. Please choose another."),
    "scanner-address": mark(
        "“%(url)s” is no serial port. Please write it as serial:///dev/…?baudrate=9600."
    ),
    "printer-address": mark(
        "“%(url)s” is no printer's address. Please write tcp://192.168.1.50, or virtual: for one on a page."
    ),
    "printer-profile": mark("“%(profile)s” is none of the models: %(known)s."),
    "ticket-no-printer": mark("There is no printer yet that could print a ticket."),
    "ticket-lines": mark("Please write at most %(most)s lines."),
    "ticket-logo": mark("This is no picture that can be read. Please choose a PNG or a JPEG."),
    "ticket-logo-size": mark(
        "The logo may be %(wide)s dots wide and %(high)s high. Please upload it here, and it is fitted."
    ),
    "desk-unknown": mark("This desk is not there any more. Please choose another."),
    "sign-url": mark(
        "“%(url)s” is no sign's address. Please write serial:///dev/…, tcp:// or socket:// with host "
        "and port, or virtual: for one on a page."
    ),
    "sign-protocol": mark("Please choose the language of this sign."),
    "sign-address": mark("Numbers of such signs go from %(low)s to %(high)s."),
    "sign-width": mark("Such signs have from 1 to %(most)s characters."),
    "sign-brightness": mark(
        "Only Ditel ASCII and Alpha can be set, from 1 to 100. Please leave it empty for others."
    ),
    "content-many": mark("A site can show at most %(most)s things."),
    "content-text": mark("Please give the text in the site's own language (%(language)s)."),
    "content-picture": mark("Please choose a picture, or upload one first."),
    "content-alt": mark(
        "Please say what the picture shows, in the site's own language (%(language)s)."
    ),
    "content-board": mark("This board is not there any more. Please choose another."),
    "content-over": mark("This day is before the first one."),
    "call-region": mark("“%(region)s” is no country. Please write its two letters, such as PE."),
    "call-shows": mark(
        "“%(number)s” is no telephone number. Please write it with its country: +5116117300."
    ),
    "call-phone": mark(
        "“%(phone)s” cannot be a phone's name: please use letters, digits, dots and hyphens."
    ),
    "call-no-phone": mark(
        "None of the desks that attend this service has a phone. Please give one of them its phone first."
    ),
    "call-no-keys": mark("This service calls nobody back. Please choose one that does."),
    "day": mark("“%(day)s” is no day. Please write one such as 2026-12-24."),
    "day-twice": mark("This day is in the list already."),
}


#: two parts have what only one may have; the file's order decides which of them is named
_ALIKE: Final = frozenset({"prefix-taken", "sound-alike", "day-twice"})


class Said(dict[str, str]):
    """Input → what is wrong with it; under "" what belongs to no input of this form."""


def said(
    refused: Refused, section: Section | None, place: int | None, web: Web, say: Translator
) -> Said:
    """A refusal in the reader's language. `place`: which part of the section the form is about."""
    if isinstance(refused, BadForm):
        return Said(
            {name: say.gettext(one.msgid, **one.params) for name, one in refused.errors.items()}
        )
    if isinstance(refused, Breach):
        words = say.gettext(SENTENCES[refused.breach], **refused.figures)
        field = _field_of(refused, section, place)
        return Said({field or "": words if field else _placed(refused.key, words, say)})
    _, detail = text_of(problem_of(refused), web.texts, say)
    return Said({"": detail})


def _placed(key: str, words: str, say: Translator) -> str:
    """What is wrong elsewhere, with where: "attention[1].name" is the second priority."""
    found = re.match(r"(\w+)\[(\d+)\]", key)
    section = next((one for one in SECTIONS.values() if found and one.part == found[1]), None)
    if found is None or section is None:
        return words
    return f"{say.gettext(section.title)} {int(found[2]) + 1}: {words}"


def _field_of(breach: Breach, section: Section | None, place: int | None) -> str | None:
    """The input of a breach: "desk[2].planned.mon" is "planned.mon" of the form of the third desk."""
    key = breach.key
    if section is None:
        for start in ("site.settings.", "site.", "callbacks."):
            if key.startswith(start):
                return key.removeprefix(start)
        if key.startswith("ticket."):
            return key.split(".")[1]
        return None
    start = f"{section.part}[{place}]"
    if not key.startswith(start):
        # the other one of two that are alike: it is this one's that was just typed
        alike = breach.breach in _ALIKE and key.startswith(f"{section.part}[")
        return key.rpartition(".")[2] if alike else None
    field = key.removeprefix(start).lstrip(".")
    if field.partition(".")[0] in ("primary", "overflow", ""):
        return "serves" if section.part == "desk" else None
    return field
