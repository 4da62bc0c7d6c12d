"""Reads the bytes of a print job back into operations, as a printer would.

It is written from the command descriptions and shares nothing with the encoder, so that
the two check each other. It never raises: what it cannot read becomes `Unknown`.
Sources: Epson's ESC/POS command reference (TM series) for layout and lengths.
"""

from collections.abc import Callable
from typing import Final, Literal

from turnero.printer.operations import (
    AskState,
    AutoState,
    Bold,
    CodePage,
    Confirm,
    Cut,
    CutShort,
    Feed,
    Font,
    Ignored,
    Init,
    Invert,
    Justify,
    Kanji,
    Letters,
    LineFeed,
    Operation,
    QrCode,
    Raster,
    Size,
    Smooth,
    Spacing,
    Underline,
    Unknown,
)

#: `ESC t n` on Epson and on the printers that copy them
CODE_PAGES: Final = {
    0: "cp437", 2: "cp850", 3: "cp860", 4: "cp863", 5: "cp865", 13: "cp857", 14: "cp737",
    15: "iso8859_7", 16: "cp1252", 17: "cp866", 18: "cp852", 19: "cp858", 33: "cp775",
    34: "cp855", 36: "cp862", 37: "cp864", 39: "iso8859_2", 40: "iso8859_15", 45: "cp1250",
    46: "cp1251", 47: "cp1253", 48: "cp1254", 49: "cp1255", 50: "cp1256", 51: "cp1257", 52: "cp1258",
}  # fmt: skip

_DLE, _ESC, _FS, _GS = 0x10, 0x1B, 0x1C, 0x1D
_SPACE, _DEL = 0x20, 0x7F
#: `GS k` with at least this type says its length first
_BARCODE_B = 65
_Reader = Callable[[memoryview], tuple[list[Operation], int]]
_JUSTIFY: Final[dict[int, Literal["left", "center", "right"]]] = {
    0: "left", 1: "center", 2: "right", 48: "left", 49: "center", 50: "right",
}  # fmt: skip
_LEVELS: Final[dict[int, Literal["L", "M", "Q", "H"]]] = {48: "L", 49: "M", 50: "Q", 51: "H"}
#: commands that leave no mark and take this many bytes after their two
_SILENT: Final = {
    (_ESC, ord("=")): 1, (_ESC, ord("R")): 1, (_ESC, ord(" ")): 1, (_ESC, ord("{")): 1,
    (_ESC, ord("V")): 1, (_ESC, ord("r")): 1, (_ESC, ord("p")): 3, (_ESC, ord("B")): 2,
    (_ESC, ord("S")): 0, (_ESC, ord("L")): 0, (_ESC, ord("$")): 2, (_ESC, ord("\\")): 2,
    (_ESC, ord("c")): 2, (_ESC, ord("u")): 1, (_ESC, ord("v")): 0,
    (_FS, ord("!")): 1, (_FS, ord("-")): 1, (_FS, ord("S")): 2, (_FS, ord("C")): 1,
    (_GS, ord("|")): 1, (_GS, ord("h")): 1, (_GS, ord("w")): 1, (_GS, ord("H")): 1,
    (_GS, ord("f")): 1, (_GS, ord("L")): 2, (_GS, ord("W")): 2, (_GS, ord("P")): 2,
    (_GS, ord("I")): 1, (_GS, ord("$")): 2, (_GS, ord("\\")): 2,
}  # fmt: skip


class _Wait(Exception):
    """Not an error: the rest of this command has not arrived yet."""


class Decoder:
    """Reads a stream of bytes, in pieces of any size, into operations.

    `chinese` is a printer that starts (and restarts, at `ESC @`) in two-byte mode, as
    many of those sold as generic do: there an accent swallows the letter after it.
    """

    def __init__(self, *, chinese: bool = False) -> None:
        self._chinese = chinese
        self._buffer = b""
        self._codec: str | None = "cp437"
        self._kanji = chinese
        self._size = (1, 1)
        self._qr = b""
        self._qr_module = 3
        self._qr_level: Literal["L", "M", "Q", "H"] = "L"
        self._graphics: Raster | None = None
        self._commands: dict[
            tuple[int, int], Callable[[memoryview], tuple[list[Operation], int]]
        ] = {
            (_ESC, ord("@")): self._init,
            (_ESC, ord("!")): self._mode,
            (_ESC, ord("t")): self._code_page,
            (_GS, ord("!")): self._magnify,
            (_GS, ord("V")): self._cut,
            (_GS, ord("v")): self._raster,
            (_GS, ord("(")): self._function,
            (_FS, ord(".")): lambda _: self._set_kanji(on=False),
            (_FS, ord("&")): lambda _: self._set_kanji(on=True),
        }

    def feed(self, data: bytes) -> list[Operation]:
        """The operations that are complete with these bytes; the rest waits for more."""
        self._buffer += data
        found: list[Operation] = []
        left = memoryview(self._buffer)  # cutting a view copies nothing
        while left:
            try:
                operations, used = self._next(left)
            except _Wait:
                break
            found += operations
            left = left[used:]
        self._buffer = bytes(left)
        return found

    def finish(self) -> list[Operation]:
        """What is left when the stream has ended: a command cut short, if any."""
        rest, self._buffer = self._buffer, b""
        return [CutShort(rest)] if rest else []

    def _next(self, data: memoryview) -> tuple[list[Operation], int]:
        first = data[0]
        if first >= _SPACE and first != _DEL:
            return self._letters(data)
        if first in _SINGLE:
            return [_SINGLE[first]], 1
        if first not in _NAMES:
            return [Unknown(bytes(data[:1]))], 1
        second = _at(data, 1)
        read = self._commands.get((first, second)) or _SHARED.get((first, second))
        if read is not None:
            return read(data)
        known = 1 if first == _DLE else 2
        return [Unknown(bytes(data[:known]))], known

    def _letters(self, data: memoryview) -> tuple[list[Operation], int]:
        end = 0
        while end < len(data) and data[end] >= _SPACE and data[end] != _DEL:
            end += 1
        run = bytes(data[:end])
        if self._kanji:
            if end == len(data) and run[-1] >= 0x80 and sum(byte >= 0x80 for byte in run) % 2:
                if end == 1:
                    raise _Wait  # half of a pair
                run, end = run[:-1], end - 1
            return [Letters(run.decode("gb18030", "replace"))], end
        if self._codec is None:
            return [Letters(run.decode("ascii", "replace"))], end
        return [Letters(run.decode(self._codec, "replace"))], end

    def _init(self, data: memoryview) -> tuple[list[Operation], int]:
        del data
        self._codec, self._kanji, self._size = "cp437", self._chinese, (1, 1)
        self._qr = b""
        return [Init()], 2

    def _code_page(self, data: memoryview) -> tuple[list[Operation], int]:
        number = _at(data, 2)
        self._codec = CODE_PAGES.get(number)
        return [CodePage(number, self._codec)], 3

    def _set_kanji(self, *, on: bool) -> tuple[list[Operation], int]:
        self._kanji = on
        return [Kanji(on)], 2

    def _magnify(self, data: memoryview) -> tuple[list[Operation], int]:
        byte = _at(data, 2)
        self._size = ((byte >> 4 & 7) + 1, (byte & 7) + 1)
        return [Size(*self._size)], 3

    def _mode(self, data: memoryview) -> tuple[list[Operation], int]:
        byte = _at(data, 2)
        self._size = (2 if byte & 0x20 else 1, 2 if byte & 0x10 else 1)
        marks: list[Operation] = [Font(byte & 1), Bold(bool(byte & 8)), Size(*self._size)]
        return [*marks, Underline(1 if byte & 0x80 else 0)], 3

    def _cut(self, data: memoryview) -> tuple[list[Operation], int]:
        how = _at(data, 2)
        if how in (0, 1, 48, 49):
            return [Cut(partial=how in (1, 49))], 3
        if how in (65, 66, 97, 98, 103, 104):
            return [Cut(partial=how in (66, 98, 104), feed=_at(data, 3))], 4
        return [Unknown(bytes(data[:3]))], 3

    def _raster(self, data: memoryview) -> tuple[list[Operation], int]:
        if _at(data, 2) != ord("0"):
            return [Unknown(bytes(data[:3]))], 3
        mode = _at(data, 3) & 3
        across = _at(data, 4) + 256 * _at(data, 5)
        end = 8 + across * (_at(data, 6) + 256 * _at(data, 7))
        rows = _slice(data, 8, end)
        return [Raster(across * 8, rows, (2 if mode & 1 else 1, 2 if mode & 2 else 1))], end

    def _function(self, data: memoryview) -> tuple[list[Operation], int]:
        """`GS ( x pL pH …`: the length comes first, so an unknown one can be stepped over."""
        family = chr(_at(data, 2))
        end = 5 + _at(data, 3) + 256 * _at(data, 4)
        body = _slice(data, 5, end)
        if family == "k" and len(body) >= 2 and body[0] == 49:
            return self._qr_function(body), end
        if family == "L" and len(body) >= 2 and body[0] in (48, 49):
            return self._graphics_function(body), end
        if family == "H" and len(body) == 6 and body[:2] == b"00":
            return [Confirm(body[2:])], end
        if family in "kLH":
            return [Unknown(bytes(data[:end]))], end
        return [Ignored(f"GS ( {family}")], end

    def _qr_function(self, body: bytes) -> list[Operation]:
        function, rest = body[1], body[2:]
        if function == 67 and rest:
            self._qr_module = rest[0]
        elif function == 69 and rest and rest[0] in _LEVELS:
            self._qr_level = _LEVELS[rest[0]]
        elif function == 80 and rest:
            self._qr = rest[1:]
        elif function == 81 and self._qr:
            return [QrCode(self._qr, max(1, min(self._qr_module, 16)), self._qr_level)]
        elif function != 65:
            return [Unknown(body)]
        return [Ignored("GS ( k")]

    def _graphics_function(self, body: bytes) -> list[Operation]:
        function = body[1]
        if function == 112 and len(body) >= 10:
            width = body[6] + 256 * body[7]
            scale = (min(max(body[3], 1), 2), min(max(body[4], 1), 2))
            self._graphics = Raster(width, body[10:], scale)
            return [Ignored("GS ( L")]
        if function in (2, 50) and self._graphics is not None:
            stored, self._graphics = self._graphics, None
            return [stored]
        return [Unknown(body)]


def decode(data: bytes, *, chinese: bool = False) -> list[Operation]:
    """All operations of a finished job. Never raises, whatever the bytes."""
    decoder = Decoder(chinese=chinese)
    return decoder.feed(data) + decoder.finish()


def _at(data: memoryview, index: int) -> int:
    if index >= len(data):
        raise _Wait
    return data[index]


def _slice(data: memoryview, start: int, end: int) -> bytes:
    if end > len(data):
        raise _Wait
    return bytes(data[start:end])


def _nul(data: memoryview, start: int, most: int) -> int:
    """Where the list that starts there ends: at its NUL, or after `most` bytes without one."""
    seen = bytes(data[start : start + most])
    nul = seen.find(b"\0")
    if nul < 0 and len(seen) < most:
        raise _Wait
    return start + nul if nul >= 0 else start + most - 1


def _barcode(data: memoryview) -> tuple[list[Operation], int]:
    kind = _at(data, 2)
    end = 4 + _at(data, 3) if kind >= _BARCODE_B else _nul(data, 3, 255) + 1
    _slice(data, 3, end)
    return [Ignored("GS k")], end


def _column(data: memoryview) -> tuple[list[Operation], int]:
    """`ESC *`: columns of dots, three bytes each in the dense modes; drawn by nobody today."""
    dense = 3 if _at(data, 2) in (32, 33) else 1
    end = 5 + dense * (_at(data, 3) + 256 * _at(data, 4))
    _slice(data, 5, end)
    return [Ignored("ESC *")], end


def _tabs(data: memoryview) -> tuple[list[Operation], int]:
    return [Ignored("ESC D")], _nul(data, 2, 32) + 1


def _simple(make: Callable[[int], Operation]) -> _Reader:
    """The reader of a command with one argument."""
    return lambda data: ([make(_at(data, 2))], 3)


def _silent(name: str, arguments: int) -> _Reader:
    """The reader of a command that leaves no mark."""

    def read(data: memoryview) -> tuple[list[Operation], int]:
        _at(data, 1 + arguments)
        return [Ignored(name)], 2 + arguments

    return read


def _justify(number: int) -> Operation:
    return Justify(_JUSTIFY[number]) if number in _JUSTIFY else Ignored("ESC a")


_NAMES: Final = {_DLE: "DLE", _ESC: "ESC", _FS: "FS", _GS: "GS"}
#: bytes that are commands by themselves; CR is left to the line feed after it
_SINGLE: Final[dict[int, Operation]] = {
    0x09: Letters("    "),
    0x0A: LineFeed(),
    0x0D: Ignored("CR"),
}
_SIMPLE: Final[dict[tuple[int, int], Callable[[int], Operation]]] = {
    (_DLE, 0x04): lambda n: AskState("DLE EOT", n),
    (_ESC, ord("a")): _justify,
    (_ESC, ord("E")): lambda n: Bold(bool(n & 1)),
    (_ESC, ord("G")): lambda n: Bold(bool(n & 1)),
    (_ESC, ord("-")): lambda n: Underline({0: 0, 48: 0, 1: 1, 49: 1}.get(n, 2)),
    (_ESC, ord("M")): lambda n: Font(n % 48 & 1),
    (_ESC, ord("d")): lambda n: Feed(lines=n),
    (_ESC, ord("J")): lambda n: Feed(dots=n),
    (_ESC, ord("3")): Spacing,
    (_GS, ord("B")): lambda n: Invert(bool(n & 1)),
    (_GS, ord("b")): lambda n: Smooth(bool(n & 1)),
    (_GS, ord("a")): AutoState,
    (_GS, ord("r")): lambda n: AskState("GS r", n),
}
#: readers that need nothing of what came before
_SHARED: Final[dict[tuple[int, int], _Reader]] = {
    **{key: _simple(make) for key, make in _SIMPLE.items()},
    **{
        key: _silent(f"{_NAMES[key[0]]} {chr(key[1])}".rstrip(), arguments)
        for key, arguments in _SILENT.items()
    },
    (_ESC, ord("2")): lambda _: ([Spacing(None)], 2),
    (_ESC, ord("*")): _column,
    (_ESC, ord("D")): _tabs,
    (_GS, ord("k")): _barcode,
}
