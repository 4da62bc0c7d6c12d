"""Paper of the staff's pages as PDF: the day's report, and numbers to cut out for a day without server.

A4, in the web's own face. The library that writes PDF costs seconds to import, so it is
imported when the first paper is asked for, in a thread.
"""

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from turnero.desk.sheets import Sheet, Table

if TYPE_CHECKING:
    from fpdf import FPDF

_FACE: Final = "Atkinson"
_BRAND: Final = (10, 86, 75)
_INK: Final = (18, 33, 30)
_SOFT: Final = (64, 81, 77)
_LINE: Final = (207, 208, 198)
_SHADE: Final = (235, 242, 238)
_WHITE: Final = (255, 255, 255)
_MARGIN: Final = 14
_WIDTH: Final = 210 - 2 * _MARGIN
_FOOT: Final = 16
#: columns from which letters are smaller
_MANY: Final = 10

#: numbers on a page of cut-outs: columns and rows
COLUMNS, ROWS = 3, 8


class Numbers(msgspec.Struct, frozen=True):
    """Numbers of one service to print, with the words on each."""

    service: str
    numbers: tuple[str, ...]


class Cutouts(msgspec.Struct, frozen=True):
    """The words on a sheet of numbers."""

    site: str
    day: str
    title: str
    #: how to use them, on the first page
    use: tuple[str, ...]
    #: on every cut-out
    wait: str
    #: on every cut-out, to be filled in by hand
    taken_at: str
    #: heads of the log for calls made by hand
    log: tuple[str, ...]
    log_title: str
    services: tuple[Numbers, ...]


def report_pdf(sheet: Sheet, site: str, foot: str) -> bytes:
    """The report of a day."""
    pdf = _new(f"{sheet.title} · {sheet.day}", foot)
    pdf.add_page()
    _head(pdf, sheet.title, f"{site} · {sheet.day}")
    _figures(pdf, sheet)
    for table in sheet.tables:
        _table(pdf, table)
    return bytes(pdf.output())


def numbers_pdf(cutouts: Cutouts) -> bytes:
    """Numbers to cut out, a page or more for each service, and a log for calls made by hand."""
    pdf = _new(f"{cutouts.title} · {cutouts.day}", f"{cutouts.site} · {cutouts.day}")
    pdf.add_page()
    _head(pdf, cutouts.title, f"{cutouts.site} · {cutouts.day}")
    for line in cutouts.use:
        _text(pdf, f"•  {line}", 11)
    pdf.ln(4)
    rows = tuple(
        (one.service, f"{one.numbers[0]} – {one.numbers[-1]}", str(len(one.numbers)))
        for one in cutouts.services
        if one.numbers
    )
    for service, span, count in rows:
        pdf.set_font(_FACE, "B", 11)
        pdf.cell(90, 8, service, border="B")
        pdf.set_font(_FACE, "", 11)
        pdf.cell(60, 8, span, border="B")
        pdf.cell(0, 8, count, border="B", align="R", new_x="LMARGIN", new_y="NEXT")
    for one in cutouts.services:
        _cut(pdf, cutouts, one)
    for _ in range(2):
        _log(pdf, cutouts)
    return bytes(pdf.output())


def _new(title: str, foot: str) -> "FPDF":
    from fpdf import FPDF  # noqa: PLC0415 - see above

    class Paper(FPDF):
        """A4 with a foot on every page."""

        def footer(self) -> None:
            """See `FPDF.footer`."""
            self.set_y(-_FOOT + 4)
            self.set_font(_FACE, "", 8)
            self.set_text_color(*_SOFT)
            self.cell(_WIDTH / 2, 5, foot)
            self.cell(_WIDTH / 2, 5, f"{self.page_no()} / {{nb}}", align="R")

    pdf = Paper(orientation="portrait", unit="mm", format="A4")
    for style, path in _faces().items():
        pdf.add_font(_FACE, style, path)
    pdf.set_title(title)
    pdf.set_creator("Turnero")
    pdf.set_margins(_MARGIN, _MARGIN, _MARGIN)
    pdf.set_auto_page_break(auto=True, margin=_FOOT)
    pdf.set_text_color(*_INK)
    pdf.set_draw_color(*_LINE)
    return pdf


@lru_cache(maxsize=1)
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Kept as long as the process; removed with it."""
    return tempfile.TemporaryDirectory(prefix="turnero-faces-")


@lru_cache(maxsize=1)
def _faces() -> dict[str, Path]:
    """The web's face as files that PDF takes: style → file."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - see above

    found: dict[str, Path] = {}
    fonts = resources.files("turnero.web") / "vendor" / "fonts"
    for style, weight in (("", 400), ("B", 700)):
        target = Path(_folder().name) / f"{weight}.ttf"
        with (fonts / f"atkinson-latin-{weight}.woff2").open("rb") as file:
            font = TTFont(file)
            font.flavor = None
            font.save(target)
        found[style] = target
    return found


def _head(pdf: "FPDF", title: str, below: str) -> None:
    pdf.set_fill_color(*_BRAND)
    pdf.rect(0, 0, 210, 30, style="F")
    pdf.set_xy(_MARGIN, 7)
    pdf.set_text_color(255, 255, 255)
    pdf.set_font(_FACE, "B", 20)
    pdf.cell(_WIDTH, 9, title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_font(_FACE, "", 11)
    pdf.cell(_WIDTH, 7, below)
    pdf.set_text_color(*_INK)
    pdf.set_y(36)


def _figures(pdf: "FPDF", sheet: Sheet) -> None:
    width, height = _WIDTH / 3, 21
    top = pdf.get_y()
    for n, one in enumerate(sheet.figures):
        x, y = _MARGIN + n % 3 * width, top + n // 3 * (height + 3)
        pdf.set_fill_color(*_SHADE)
        pdf.rect(x, y, width - 3, height, style="F", round_corners=True, corner_radius=2)
        pdf.set_xy(x + 3, y + 2)
        pdf.set_text_color(*_SOFT)
        _fitting(pdf, one.label, width - 8, 9)
        pdf.cell(width - 8, 5, _plain(one.label))
        pdf.set_xy(x + 3, y + 7)
        pdf.set_text_color(*_INK)
        pdf.set_font(_FACE, "B", 17)
        pdf.cell(width - 8, 8, _plain(one.value))
        if one.small:
            pdf.set_xy(x + 3, y + 15)
            pdf.set_text_color(*_SOFT)
            pdf.set_font(_FACE, "", 8)
            pdf.cell(width - 8, 4, _plain(one.small))
    pdf.set_text_color(*_INK)
    pdf.set_xy(_MARGIN, top + -(-len(sheet.figures) // 3) * (height + 3) + 3)


def _table(pdf: "FPDF", table: Table) -> None:
    from fpdf.fonts import FontFace  # noqa: PLC0415 - see above

    # A title is never left alone at the foot of a page.
    if pdf.will_page_break(26):
        pdf.add_page()
    pdf.set_font(_FACE, "B", 12)
    pdf.set_text_color(*_BRAND)
    pdf.multi_cell(_WIDTH, 7, table.title, new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.set_text_color(*_INK)
    if table.rows:
        pdf.set_font(_FACE, "", 8.5 if len(table.heads) <= _MANY else 7)
        heads = FontFace(emphasis="BOLD", color=_INK, fill_color=_SHADE)
        with pdf.table(
            width=_WIDTH,
            align="L",
            col_widths=_columns(table),
            text_align=tuple(
                "LEFT" if n in table.text else "RIGHT" for n in range(len(table.heads))
            ),
            headings_style=heads,
            borders_layout="HORIZONTAL_LINES",
            line_height=5,
            padding=(0.6, 1, 0.6, 1),
            repeat_headings=1,
        ) as drawn:
            drawn.row(list(map(_plain, table.heads)))
            for n, row in enumerate(table.rows):
                last = table.total and n == len(table.rows) - 1
                style = FontFace(emphasis="BOLD" if last else None, fill_color=_WHITE)
                drawn.row(list(map(_plain, row)), style=style)
    if table.note:
        _text(pdf, table.note, 9)
    pdf.ln(4)


def _columns(table: Table) -> tuple[float, ...]:
    """Widths by what the columns hold; text columns get what figures leave."""
    sizes = [
        max(8, *(len(row[n]) for row in table.rows), *map(len, head.split() or [""]))
        for n, head in enumerate(table.heads)
    ]
    return tuple(min(size, 34) * (1.15 if n in table.text else 1.0) for n, size in enumerate(sizes))


def _plain(words: str) -> str:
    """The same without the one space that the face does not have."""
    return words.replace("\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}")


def _fitting(pdf: "FPDF", words: str, width: float, size: float) -> None:
    """Set the largest size, up to that one, at which the words fit."""
    pdf.set_font(_FACE, "", size)
    while pdf.get_string_width(_plain(words)) > width and size > 5:  # noqa: PLR2004 - still legible
        size -= 0.5
        pdf.set_font(_FACE, "", size)


def _text(pdf: "FPDF", words: str, size: float) -> None:
    pdf.set_font(_FACE, "", size)
    pdf.set_text_color(*_SOFT)
    pdf.multi_cell(_WIDTH, size * 0.5, words, new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.set_text_color(*_INK)


def _cut(pdf: "FPDF", cutouts: Cutouts, service: Numbers) -> None:
    """Pages of numbers with dashed lines to cut along."""
    per_page = COLUMNS * ROWS
    for first in range(0, len(service.numbers), per_page):
        part = service.numbers[first : first + per_page]
        pdf.add_page()
        pdf.set_font(_FACE, "B", 11)
        pdf.cell(_WIDTH, 6, f"{service.service}  ·  {part[0]} – {part[-1]}")
        _page_of_numbers(pdf, cutouts, service.service, part)


def _page_of_numbers(pdf: "FPDF", cutouts: Cutouts, service: str, part: Sequence[str]) -> None:
    top, bottom = _MARGIN + 9, 297 - _FOOT
    width, height = _WIDTH / COLUMNS, (bottom - top) / ROWS
    for n, printed in enumerate(part):
        x, y = _MARGIN + n % COLUMNS * width, top + n // COLUMNS * height
        pdf.set_text_color(*_SOFT)
        pdf.set_font(_FACE, "", 8)
        pdf.set_xy(x, y + 2)
        pdf.cell(width, 4, service[:40], align="C")
        pdf.set_text_color(*_INK)
        pdf.set_font(_FACE, "B", 30)
        pdf.set_xy(x, y + 6)
        pdf.cell(width, 12, printed, align="C")
        pdf.set_text_color(*_SOFT)
        pdf.set_font(_FACE, "", 7.5)
        pdf.set_xy(x + 3, y + 19)
        pdf.cell(width - 6, 4, f"{cutouts.taken_at} ____ : ____", align="C")
        # each on its line: the scissors must not meet the words
        for down, words in ((23, cutouts.day), (26.5, cutouts.wait)):
            pdf.set_xy(x + 3, y + down)
            pdf.cell(width - 6, 3.5, words[:40], align="C")
    pdf.set_draw_color(*_SOFT)
    pdf.set_dash_pattern(dash=1.5, gap=1.5)
    rows = -(-len(part) // COLUMNS)
    for n in range(COLUMNS + 1):
        pdf.line(_MARGIN + n * width, top, _MARGIN + n * width, top + rows * height)
    for n in range(rows + 1):
        pdf.line(_MARGIN, top + n * height, _MARGIN + _WIDTH, top + n * height)
    pdf.set_dash_pattern()
    pdf.set_draw_color(*_LINE)
    pdf.set_text_color(*_INK)


def _log(pdf: "FPDF", cutouts: Cutouts) -> None:
    """A page to write down calls made by hand."""
    pdf.add_page()
    pdf.set_font(_FACE, "B", 14)
    pdf.cell(_WIDTH, 9, cutouts.log_title, new_x="LMARGIN", new_y="NEXT")
    widths = (28, 58, 40, 28, 28)
    pdf.set_font(_FACE, "B", 9)
    pdf.set_fill_color(*_SHADE)
    for width, head in zip(widths, cutouts.log, strict=True):
        pdf.cell(width, 8, head, border=1, fill=True)
    pdf.ln()
    while pdf.get_y() + 9 < 297 - _FOOT:
        for width in widths:
            pdf.cell(width, 9, "", border=1)
        pdf.ln()
