"""A test page: what tells somebody who sets a printer up that it prints all of a ticket.

The largest letters, a code to scan, accents, and the whole width of the paper.
"""

from turnero.printer.document import Block, Cut, Document, Qr, Rule, Space, Text
from turnero.web.formats import Formats
from turnero.web.languages import Translator

#: begins the `ticket` of a print job that is a test page; then the language
TEST = "test:"


def test_page(site: str, printer: str, now_ms: int, say: Translator, fmt: Formats) -> Document:
    """The document of a test page."""
    blocks: list[Block] = [
        Text(site, bold=True),
        Space(6),
        Rule(),
        Space(10),
        Text(say.gettext("Test page"), 3, 3, bold=True, fit=True),
        Space(12),
        Text("A001", 8, 8, bold=True, fit=True),
        Space(8),
        Text("ÁÉÍÓÚ Ñ Ü ñ ã ç ¿ ¡ €", 2, 2, fit=True),
        Space(12),
        Qr("TURNERO", module=6),
        Space(8),
        Text(
            say.gettext(
                "If this can be read from edge to edge, and the code can be scanned, the printer is ready."
            )
        ),
        Space(8),
        Rule(),
        Space(6),
        Text(f"{printer} · {fmt.date(now_ms)} · {fmt.time(now_ms)}"),
        Space(24),
        Cut(),
    ]
    return Document(tuple(blocks))
