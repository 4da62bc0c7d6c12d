"""What a ticket says, in the language of whoever took it.

It decides words and their weight; widths and bytes are the encoder's. It asks nobody for
anything: everything it says is given to it.
"""

from typing import Final

import msgspec

from turnero.printer.document import TIE, Align, Block, Cut, Document, Qr, Rule, Space, Text
from turnero.printer.layout import Layout
from turnero.queue.codes import grouped, short_code
from turnero.queue.views import Wait
from turnero.web.formats import Formats
from turnero.web.languages import Translator


class Slip(msgspec.Struct, frozen=True):
    """All that the paper says of one ticket, names already in its language."""

    site: str
    number: str
    #: the public name of the service
    service: str
    #: milliseconds UTC
    issued_ms: int
    #: the secret in the ticket's address
    code: str
    #: its live page, where the server has a public address
    url: str | None = None
    #: name of the attention class, unless it is the usual one
    attention: str | None = None
    #: people before this one; None when it no longer waits
    ahead: int | None = None
    #: None: nobody can tell yet
    wait: Wait | None = None
    #: nobody can tell because no desk is at work
    no_desk: bool = False
    #: how many people it stands for
    people: int = 1
    #: the services of its way, this one first, where it goes through several: each with where it is
    steps: tuple[str, ...] = ()
    #: where to wait, in the site's words
    where: str | None = None
    #: last line, in the site's words
    footer: str | None = None
    #: large type was on at the kiosk
    large: bool = False
    #: when this copy is printed; None for the first print
    copied_ms: int | None = None


#: paper of a site that has put nothing on it
USUAL: Final = Layout()


def ticket(slip: Slip, say: Translator, fmt: Formats, layout: Layout = USUAL) -> Document:
    """The document of a ticket, on the paper of that site."""
    if layout.large and not slip.large:
        slip = msgspec.structs.replace(slip, large=True)
    blocks: list[Block] = []
    if slip.copied_ms is not None:
        blocks += copy_head(slip.copied_ms, say, fmt)
    blocks += _head(slip, layout)
    blocks += _number(slip, say)
    blocks += _waiting(slip, say, fmt, layout)
    blocks += _way(slip, say) if layout.way else []
    blocks += _code(slip, say, layout)
    blocks += _foot(slip, say, fmt, layout)
    return Document((*blocks, Space(24), Cut()))


def copy_head(copied_ms: int, say: Translator, fmt: Formats) -> list[Block]:
    """What stands above all else on a copy."""
    return [
        Text(say.gettext("COPY"), 2, 2, bold=True, invert=True),
        Space(8),
        Text(say.gettext("Printed again at %(time)s", time=fmt.time(copied_ms))),
        Space(20),
    ]


def _head(slip: Slip, layout: Layout) -> list[Block]:
    size = 2 if slip.large else 1
    logo: list[Block] = [layout.logo, Space(12)] if layout.logo is not None else []
    return [
        *logo,
        Text(slip.site, size, size, bold=True),
        *_lines(layout.above, size),
        Space(6),
        Rule(),
        Space(10),
        Text(slip.service, 3 if slip.large else 2, 3 if slip.large else 2, bold=True),
    ]


def _lines(lines: tuple[str, ...], size: int) -> list[Block]:
    """The site's own lines."""
    blocks: list[Block] = []
    for line in lines:
        blocks += [Space(4), Text(line, size, size)]
    return blocks


def _number(slip: Slip, say: Translator) -> list[Block]:
    blocks: list[Block] = [
        Space(12),
        # Nothing on the paper is larger: eight times the base letter is the most there is.
        Text(slip.number, 8, 8, bold=True, fit=True),
        Space(4),
    ]
    if slip.attention:
        blocks += [Text(slip.attention, 2, 2, bold=True, invert=True, fit=True), Space(16)]
    if slip.people > 1:
        text = say.ngettext("For %(n)s person", "For %(n)s people", slip.people)
        blocks += [Text(text, 2, 2, bold=True, fit=True), Space(8)]
    return blocks


def _waiting(slip: Slip, say: Translator, fmt: Formats, layout: Layout) -> list[Block]:
    if slip.ahead is None:
        return []
    closes = _closes(slip, say, fmt)
    if not (layout.ahead or layout.wait or closes):
        return []
    if slip.ahead == 0:
        ahead = say.gettext("Nobody ahead of you")
    else:
        ahead = say.gettext("Ahead of you: %(n)s", n=slip.ahead)
    if slip.wait is None and slip.no_desk:
        wait = say.gettext("Wait: no desk is at work yet")
    elif slip.wait is None:
        wait = say.gettext("Wait: no estimate yet")
    elif not slip.wait.low_minutes:
        wait = say.gettext("Wait: less than %(high)s min", high=slip.wait.high_minutes)
    else:
        wait = say.gettext(
            "Wait: %(low)s to %(high)s min",
            low=slip.wait.low_minutes,
            high=slip.wait.high_minutes,
        )
    heavy = slip.large
    blocks: list[Block] = [Space(8)]
    if layout.ahead:
        # Broken where it is too long for a line, rather than made thin: it is read at arm's length.
        blocks += [Text(ahead, 2, 2, bold=heavy), Space(6)]
    if layout.wait:
        blocks += [Text(_figures_tied(wait), 2, 2, bold=heavy)]
    return [*blocks, *closes, Space(28)]


def _figures_tied(wait: str) -> str:
    """What stands behind the colon keeps to one line where narrow paper can hold it."""
    head, colon, figures = wait.partition(": ")
    return f"{head}{colon}{figures.replace(' ', TIE)}"


def _closes(slip: Slip, say: Translator, fmt: Formats) -> list[Block]:
    """That it may be too late, if it may."""
    if slip.wait is None or slip.wait.closes is None:
        return []
    text = say.gettext(
        "You may not be attended before closing time at %(time)s.", time=fmt.hour(slip.wait.closes)
    )
    return [Space(6), Text(text, 2 if slip.large else 1, 2 if slip.large else 1, bold=True)]


def _way(slip: Slip, say: Translator) -> list[Block]:
    """Where to go, one after the other, with this number."""
    if not slip.steps:
        return []
    size = 2 if slip.large else 1
    blocks: list[Block] = [
        Rule(),
        Space(8),
        Text(say.gettext("Your way, with this number"), size, size, bold=True, align=Align.LEFT),
        Space(6),
    ]
    for number, step in enumerate(slip.steps, 1):
        blocks += [Text(f"{number}. {step}", size, size, align=Align.LEFT), Space(4)]
    return [*blocks, Space(4), Rule(), Space(16)]


def _code(slip: Slip, say: Translator, layout: Layout) -> list[Block]:
    if slip.url and layout.qr:
        use = say.gettext("Follow your place in line on your phone")
    else:
        use = say.gettext("Show this code at the kiosk or at the desk")
    size = 2 if slip.large else 1
    drawn = Qr(slip.url or slip.code, module=8 if slip.large else 6)
    return [
        *((drawn, Space(8)) if layout.qr else ()),
        Text(
            say.gettext("Code %(code)s", code=grouped(short_code(slip.code))),
            size,
            size,
            bold=True,
        ),
        Space(4),
        Text(use, size, size),
        *_lines(layout.below, size),
        Space(8),
    ]


def _foot(slip: Slip, say: Translator, fmt: Formats, layout: Layout) -> list[Block]:
    size = 2 if slip.large else 1
    where = slip.where or say.gettext("Watch the screens and listen: we call you by this number.")
    issued = say.gettext(
        "Taken on %(date)s at %(time)s",
        date=fmt.date(slip.issued_ms),
        time=fmt.time(slip.issued_ms),
    )
    blocks: list[Block] = [
        Rule(),
        Space(8),
        Text(where, size, size, bold=True),
        Space(8),
        Text(issued, size, size),
    ]
    if slip.footer:
        blocks += [Space(4), Text(slip.footer, size, size)]
    for notice in layout.notices:
        # Small letters are for what few will read; large type leaves nothing small.
        blocks += [Space(6), Text(notice, size, size, small=not slip.large)]
    return blocks
