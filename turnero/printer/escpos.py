"""A neutral document becomes the bytes of one print job, for one profile of printer.

python-escpos is used as an encoder of commands only: its own transports, its guessing of
code pages and its logging are kept out. Nothing here opens a device.
"""

import logging
import os
import shutil
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import msgspec
from PIL import Image as Pillow

from turnero.printer import fonts
from turnero.printer.document import Align, Block, Cut, Document, Image, Qr, Rule, Space, Text
from turnero.printer.port import Confirmation
from turnero.printer.profiles import Profile

_PLAIN: Final = {
    "ʼ": "'",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "–": "-",
    "—": "-",
    "…": "...",
    "−": "-",
}
_JUSTIFY: Final = {Align.LEFT: b"\x1ba\x00", Align.CENTER: b"\x1ba\x01", Align.RIGHT: b"\x1ba\x02"}
_LINE_FEED: Final = b"\n"
#: `GS a 255`: paper and cover are reported by themselves; a reset ends it
_TELL_CHANGES: Final = b"\x1da\xff"
_RULE: Final = "─"


@lru_cache(maxsize=1)
def _dummy() -> Any:
    """The library's encoder class, imported at first need and without its side effects.

    Importing it sets up the root logger, reads a large table of other people's printers
    and leaves a temporary folder behind; all three are undone or avoided here.
    """
    root = logging.getLogger()
    guard = logging.NullHandler()
    root.addHandler(guard)  # basicConfig does nothing while the root logger has a handler
    before = os.environ.get("ESCPOS_CAPABILITIES_FILE")
    try:
        with resources.as_file(resources.files(__package__) / "capabilities.json") as table:
            os.environ["ESCPOS_CAPABILITIES_FILE"] = str(table)
            from escpos import capabilities
            from escpos.printer import Dummy
    finally:
        root.removeHandler(guard)
        if before is None:
            os.environ.pop("ESCPOS_CAPABILITIES_FILE", None)
        else:
            os.environ["ESCPOS_CAPABILITIES_FILE"] = before
    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)
    return Dummy


def warm() -> None:
    """Import the encoder now (a fifth of a second), so that no ticket has to wait for it."""
    _dummy()


def clean(text: str) -> str:
    """The text as it may reach paper: composed letters, single spaces, nothing invisible.

    Control bytes would be obeyed by the printer, and marks of direction would turn the
    letters of a name around; both are removed.
    """
    composed = unicodedata.normalize("NFC", text)
    kept = (
        " " if unicodedata.category(letter)[0] == "Z" or letter in "\t\r\n\v\f" else letter
        for letter in composed
        if letter in "\t\r\n\v\f"
        or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join("".join(kept).split())


def wrap(text: str, columns: int) -> list[str]:
    """The text in lines of at most that many letters, broken at spaces where there are any."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        rest = word
        if line and len(line) + 1 + len(rest) <= columns:
            line += " " + rest
            continue
        if line:
            lines.append(line)
        while len(rest) > columns:
            lines.append(rest[:columns])
            rest = rest[columns:]
        line = rest
    return [*lines, line] if line or not lines else lines


def encode(document: Document, profile: Profile) -> bytes:
    """The whole job as bytes: prologue, blocks, nothing else. Sends nothing.

    The prologue resets the printer (`ESC @`), leaves the two-byte mode in which Chinese
    printers start (`FS .`) and selects the code page (`ESC t`), which a reset forgets.
    """
    paper = _Paper(profile)
    for block in document.blocks:
        paper.add(block)
    return paper.written()


class _Paper:
    """One job being written."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.out = _dummy()()
        self.out.hw("INIT")
        self.raw(b"\x1c.", b"\x1bt" + bytes([profile.code_page]))
        if profile.confirms is not Confirmation.NONE:
            self.raw(_TELL_CHANGES)
        self.out.set(smooth=True)

    def written(self) -> bytes:
        """Everything written so far."""
        return bytes(self.out.output)

    def raw(self, *parts: bytes) -> None:
        """Write these bytes as they are."""
        for part in parts:
            self.out._raw(part)  # noqa: SLF001 - the library's own way for bytes of ours

    def add(self, block: Block) -> None:
        """Write one block."""
        match block:
            case Text():
                self.text(block)
            case Qr():
                self.qr(block)
            case Rule():
                self.style(Text("", align=Align.LEFT))
                self.raw(
                    (_RULE * self.profile.columns()).encode(self.profile.codec, "replace"),
                    _LINE_FEED,
                )
            case Space():
                self.feed(block.dots)
            case Image():
                self.image(_picture(block), block.align)
            case Cut():
                self.cut()

    def style(self, text: Text) -> None:
        """Select size, weight, colour and alignment for one paragraph."""
        self.out.set(
            custom_size=True,
            width=text.width,
            height=text.height,
            bold=text.bold,
            invert=text.invert,
            font="b" if text.small else "a",
            align=text.align.value,
        )

    def text(self, block: Text) -> None:
        """Write one paragraph, in the printer's own letters where it has them all."""
        words = clean(block.text)
        if not words:
            return
        if block.invert:
            words = f" {words} "
        try:
            words.encode(self.profile.codec)
        except UnicodeEncodeError:
            if self.profile.graphics:
                self.drawn_text(words, block)
                return
            words = self.nearest(words)
        block = self.fitted(words, block)
        self.style(block)
        for row in self.rows(words, block):
            self.raw(row.encode(self.profile.codec), _LINE_FEED)

    def fitted(self, words: str, block: Text) -> Text:
        """The block with letters narrow enough for its words to stand in one line."""
        width = block.width
        while (
            block.fit and width > 1 and len(words) > self.profile.columns(width, small=block.small)
        ):
            width -= 1
        return block if width == block.width else msgspec.structs.replace(block, width=width)

    def rows(self, words: str, block: Text) -> list[str]:
        """The paragraph in lines; those of a black bar are equally long, with margins."""
        columns = self.profile.columns(block.width, small=block.small)
        if not block.invert:
            return wrap(words, columns)
        lines = wrap(words.strip(), columns - 2)
        longest = max(map(len, lines))
        return [f" {line:^{longest}} " for line in lines]

    def nearest(self, words: str) -> str:
        """The words in letters of the code page: ʼ becomes ', ȩ becomes e, others become ?."""
        swapped = "".join(_PLAIN.get(letter, letter) for letter in words)
        written: list[str] = []
        for letter in swapped:
            bare = unicodedata.normalize("NFKD", letter)[0]
            fits = letter.encode(self.profile.codec, "ignore")
            written.append(
                letter
                if fits
                else bare.encode(self.profile.codec, "replace").decode(self.profile.codec)
            )
        return "".join(written)

    def drawn_text(self, words: str, block: Text) -> None:
        """Write a paragraph as graphics: letters that the code page lacks."""
        block = self.fitted(words, block)
        letter = self.profile.small if block.small else self.profile.letter
        for row in self.rows(words, block):
            ink = fonts.line(row, letter, block.width, block.height, bold=block.bold)
            if ink.width > self.profile.dots:
                ink = ink.resize((self.profile.dots, ink.height))
            grey = ink if block.invert else ink.point(lambda level: 255 - level)
            self.image(grey.point(lambda level: 255 if level > 127 else 0), block.align)

    def image(self, picture: Pillow.Image, align: Align) -> None:
        """Write a picture (black on white, mode L) in fragments that small buffers can take."""
        if picture.width > self.profile.dots:
            height = picture.height * self.profile.dots // picture.width
            picture = picture.resize((self.profile.dots, max(1, height)))
        # Alignment is drawn into the rows: not every printer obeys ESC a for graphics.
        room = self.profile.dots - picture.width
        left = {Align.LEFT: 0, Align.CENTER: room // 2, Align.RIGHT: room}[align]
        sheet = Pillow.new("L", (self.profile.dots, picture.height), 255)
        sheet.paste(picture, (left, 0))
        self.raw(_JUSTIFY[Align.LEFT])
        self.out.image(sheet, impl="bitImageRaster", fragment_height=self.profile.fragment_rows)

    def qr(self, block: Qr) -> None:
        """Write a QR code: by the printer's own hand, else as graphics."""
        import segno  # noqa: PLC0415 - as lazily as the encoder itself

        code = segno.make(block.data, error=block.level, micro=False, boost_error=False)
        side = len(code.matrix)
        module = max(1, min(block.module, 16, self.profile.dots // side))
        if self.profile.native_qr:
            # The library refuses to centre a native code, so the alignment goes before it.
            self.raw(_JUSTIFY[block.align])
            self.out.qr(block.data, ec="LMQH".index(block.level), size=module, native=True)
            self.raw(_LINE_FEED)
            return
        picture = Pillow.new("L", (side, side), 255)
        for y, row in enumerate(code.matrix):
            for x, dark in enumerate(row):
                if dark:
                    picture.putpixel((x, y), 0)
        self.image(
            picture.resize((side * module, side * module), Pillow.Resampling.NEAREST), block.align
        )

    def feed(self, dots: int) -> None:
        """Feed white paper."""
        while dots > 0:
            self.raw(b"\x1bJ" + bytes([min(dots, 255)]))
            dots -= 255

    def cut(self) -> None:
        """Bring the last line past the knife and cut, or to the tear bar."""
        if self.profile.knife:
            self.out.cut(mode="PART", feed=False)
        else:
            self.out.print_and_feed(5)


def _picture(block: Image) -> Pillow.Image:
    """The image block as a picture, black on white."""
    row_bytes = (block.width + 7) // 8
    height = len(block.rows) // row_bytes if row_bytes else 0
    bits = Pillow.frombytes("1", (block.width, height), block.rows[: row_bytes * height])
    return bits.convert("L").point(lambda level: 255 - level)
