"""The three kinds of virtual sign, each reading its own protocol byte by byte.

Written from the manuals, apart from the adapters: a mistake there must not be made here again.
"""

import struct
from typing import Final

from turnero.display.signs.virtual import Faults, Machine, Panel

_LONGEST: Final = 512


class _Base:
    look = "dots"

    def __init__(self, name: str, address: int, width: int) -> None:
        self.name = name
        self.address = address
        self.width = width
        self.faults = Faults()
        self.panel = Panel()
        self._held = bytearray()

    def reset(self) -> None:
        """See `Machine.reset`."""
        self._held.clear()

    def _show(self, text: str, brightness: int | None = None) -> None:
        level = self.panel.brightness if brightness is None else brightness
        self.panel = Panel(text[: self.width].ljust(self.width), level)


class DitelMachine(_Base):
    """A Ditel display with its ASCII protocol."""

    def hear(self, data: bytes) -> bytes:
        """See `Machine.hear`."""
        answers = b""
        for byte in data:
            if byte == ord("@"):
                self._held.clear()
            self._held.append(byte)
            if self._held.endswith(b"*\r"):
                answers += self._obey(bytes(self._held))
                self._held.clear()
            del self._held[_LONGEST:]
        return answers

    def _obey(self, block: bytes) -> bytes:
        head, text = block[:5], block[5:-2]
        if head[:1] != b"@" or head[3:] != b"ED" or not head[1:3].isdigit() or not text:
            return b""
        called = int(head[1:3])
        if called not in (0, self.address):
            return b""
        if self.faults.refuse:
            return b"" if called == 0 else self.refusal()
        brightness = None
        if text[:2] == b'\x00"':
            brightness, text = (text[2] - ord("0")) * 100 // 8, text[3:]
        self._show(text.decode("ascii", "replace"), brightness)
        return b"" if called == 0 else head + b"0*\r"

    def refusal(self) -> bytes:
        """See `Machine.refusal`."""
        return b"@%02dED1*\r" % self.address


class ModbusMachine(_Base):
    """A Modbus display: RTU on a serial line, or Modbus TCP."""

    def __init__(self, name: str, address: int, width: int, *, digits: bool, tcp: bool) -> None:
        super().__init__(name, address, width)
        self.look = "segments"
        self.registers: dict[int, int] = {}
        self._digits = digits
        self._tcp = tcp
        self._number = b"\0\0"

    def hear(self, data: bytes) -> bytes:
        """See `Machine.hear`."""
        self._held += data
        answers = b""
        while (size := self._size()) and len(self._held) >= size:
            frame = bytes(self._held[:size])
            del self._held[:size]
            answers += self._over_tcp(frame) if self._tcp else self._over_serial(frame)
        del self._held[_LONGEST:]
        return answers

    def _size(self) -> int:
        """How long the frame is that has begun; 0 while that is not known."""
        held = self._held
        if self._tcp:
            return 6 + int.from_bytes(held[4:6], "big") if len(held) > 5 else 0  # noqa: PLR2004
        # A master of ours sends nothing but function 16, whose seventh byte counts the rest.
        return 7 + held[6] + 2 if len(held) > 6 else 0  # noqa: PLR2004

    def _over_tcp(self, frame: bytes) -> bytes:
        self._number = frame[:2]
        if frame[2:4] != b"\0\0" or frame[6] not in (0, self.address):
            return b""
        return self._wrapped(self._obey(frame[7:]))

    def _over_serial(self, frame: bytes) -> bytes:
        body, check = frame[:-2], frame[-2:]
        if crc(body) != check:
            # A real one finds the next beginning by the silence before it.
            self._held.clear()
            return b""
        if body[0] not in (0, self.address):
            return b""
        answer = self._obey(body[1:])
        return b"" if body[0] == 0 else self._wrapped(answer)

    def _obey(self, pdu: bytes) -> bytes:
        """The answer to a request, without its frame."""
        if pdu[0] != 0x10:  # noqa: PLR2004 - function 16
            return bytes([pdu[0] | 0x80, 1])
        start, count, size = struct.unpack(">HHB", pdu[1:6])
        most = 6 if self._digits else 10
        if self.faults.refuse or size != 2 * count or start + count > most:
            return bytes([0x90, 3])
        for place, value in enumerate(struct.unpack(f">{count}H", pdu[6 : 6 + size])):
            self.registers[start + place] = value
        self._show("".join(self._characters()))
        return pdu[:5]

    def _characters(self) -> list[str]:
        values = [self.registers.get(place, 0x20) for place in range(max(self.registers) + 1)]
        if self._digits:
            return [chr(value & 0x7F) for value in values]
        return [chr(half & 0x7F) for value in values for half in (value >> 8, value & 0xFF)]

    def refusal(self) -> bytes:
        """See `Machine.refusal`."""
        return self._wrapped(bytes([0x90, 3]))

    def _wrapped(self, pdu: bytes) -> bytes:
        body = bytes([self.address]) + pdu
        if self._tcp:
            return self._number + b"\0\0" + len(body).to_bytes(2, "big") + body
        return body + crc(body)


class AlphaMachine(_Base):
    """An Alpha sign of one line. It answers nothing."""

    #: per cent, by the register's step
    _DIMS: Final = (100, 86, 72, 58, 44)

    def hear(self, data: bytes) -> bytes:
        """See `Machine.hear`."""
        for byte in data:
            if byte == 1:
                self._held.clear()
            self._held.append(byte)
            if byte == 4:  # noqa: PLR2004 - EOT
                self._obey(bytes(self._held))
                self._held.clear()
            del self._held[_LONGEST:]
        return b""

    def _obey(self, packet: bytes) -> None:
        head, _, rest = packet.partition(b"\x02")
        body, _, tail = rest.partition(b"\x03")
        if head[:2] != b"\x01Z" or head[2:] not in (b"00", b"%02X" % self.address):
            return
        if tail[:4] != b"%04X" % ((sum(body) + 5) % 65536):
            return
        if body[:3] == b"A0\x1b":
            # ESC, place and mode; what stands there is centred by the sign.
            self._show(body[5:].decode("ascii", "replace").strip().center(self.width))
        elif body[:2] == b"E/":
            self.panel = Panel(self.panel.text, self._DIMS[int(body[4:6])])

    def refusal(self) -> bytes:
        """See `Machine.refusal`; it never says anything."""
        return b""


def crc(data: bytes) -> bytes:
    """Modbus RTU's check: CRC-16 with the polynomial A001h, low byte first."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return value.to_bytes(2, "little")


def machine(name: str, protocol: str, address: int, width: int, *, tcp: bool) -> Machine:
    """A machine that understands this protocol."""
    match protocol:
        case "ditel":
            return DitelMachine(name, address, width)
        case "alpha":
            return AlphaMachine(name, address, width)
        case _:
            digits = protocol == "modbus-dm"
            return ModbusMachine(name, address, width, digits=digits, tcp=tcp)
