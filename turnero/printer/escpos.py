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

from PIL import Image as Pillow

from turnero.printer import letters, raster
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


def encode(document: Document, profile: Profile, *, whole: bool = False) -> bytes:
    """The whole job as bytes: prologue, blocks, nothing else. Sends nothing.

    `whole`: everything is drawn, so that any script looks as on a screen; otherwise the printer's
    own letters are used where it has them, which is fast on any line.

    The prologue resets the printer (`ESC @`), leaves the two-byte mode in which Chinese
    printers start (`FS .`) and selects the code page (`ESC t`), which a reset forgets.
    """
    paper = _Paper(profile)
    if whole and profile.graphics:
        document = raster.drawn(document, profile)
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
            case Image() if self.profile.graphics:
                self.image(raster.picture(block).point(lambda level: 255 - level), block.align)
            case Image():
                pass  # it would take a minute over this line, and says nothing that words do not
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
        words = letters.clean(block.text)
        if not words:
            return
        # Typographic signs have plain ones that mean the same: Quechua's ʼ is a plain apostrophe.
        plain = "".join(_PLAIN.get(letter, letter) for letter in words)
        try:
            plain.encode(self.profile.codec)
        except UnicodeEncodeError:
            if self.profile.graphics:
                self.drawn_text(words, block)
                return
            plain = self.nearest(plain)
        block = letters.fitted(plain, block, self.profile)
        self.style(block)
        for row in letters.rows(plain, block, self.profile):
            self.raw(row.encode(self.profile.codec), _LINE_FEED)

    def nearest(self, words: str) -> str:
        """The words in letters of the code page: ȩ becomes e, others become ?."""
        written: list[str] = []
        for letter in words:
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
        for ink in raster.lines(words, block, self.profile):
            self.image(ink.point(lambda level: 0 if level > raster.HALF else 255), block.align)

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

        if self.profile.native_qr:
            code = segno.make(block.data, error=block.level, micro=False, boost_error=False)
            module = raster.module_of(block, len(code.matrix), self.profile)
            # The library refuses to centre a native code, so the alignment goes before it.
            self.raw(_JUSTIFY[block.align])
            self.out.qr(block.data, ec="LMQH".index(block.level), size=module, native=True)
        else:
            self.image(raster.qr(block, self.profile).point(lambda level: 255 - level), block.align)
        self.raw(_LINE_FEED)

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
