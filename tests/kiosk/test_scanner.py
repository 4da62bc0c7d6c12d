"""What is scanned at a kiosk: documents on its pages, and a scanner at a serial port of its own."""

import asyncio
import errno
import os
import termios
import tty
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kiosk.clinic import ADDRESS, Clinic, described, shown
from tests.kiosk.test_documents import FINGERS, SPECIMEN, TODAY, card, cedula
from turnero.kiosk import documents, scanner
from turnero.kiosk.documents import Document
from turnero.kiosk.scanner import FRESH_S, SILENCE_S, TAIL_S, Scans
from turnero.queue.site_file import decode
from turnero.store import journal
from turnero.store.clock import VirtualClock
from turnero.store.errors import Invalid


def typed(scan: bytes) -> str:
    """A scan as a scanner that is a keyboard types it: what no key can say is left out."""
    return "".join(letter for letter in scan.decode("latin-1") if letter.isprintable())[:300]


async def come(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until it is so."""
    end = asyncio.get_running_loop().time() + seconds
    while not true():
        assert asyncio.get_running_loop().time() < end, "it never came"
        await asyncio.sleep(0.02)


class Port:
    """A serial port, and the scanner at its other end."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.master, slave = os.openpty()
        tty.setraw(slave)
        place.unlink(missing_ok=True)
        place.symlink_to(os.ttyname(slave))
        self._slave = slave

    def read(self, scan: bytes) -> None:
        """Something is held under it."""
        os.write(self.master, scan)

    def unplug(self) -> None:
        """It is gone."""
        os.close(self._slave)
        os.close(self.master)
        self.place.unlink()


# --- documents on the page -------------------------------------------------------------------


async def test_a_document_is_shown_masked_and_nothing_of_it_is_kept(clinic: Clinic) -> None:
    answer = await clinic.post("/kiosk/mine", code=typed(cedula()))
    text = shown(answer.text)
    assert answer.status_code == 200
    assert "•••••••789" in text
    for said in ("1032456789", "PEÑA", "MARÍA", "1958"):
        assert said not in answer.text
    assert await clinic.ledger.read(journal.head_seq, 1) == 1  # the site was loaded, no more


async def test_who_is_sixty_in_peru_is_told_of_their_priority(clinic: Clinic) -> None:
    old = await clinic.post("/kiosk/mine", code=card("PER", "10117410", "610305").decode())
    assert "Por su edad tiene atención preferente" in shown(old.text)
    assert 'href="/kiosk?class=' in old.text
    young = await clinic.post("/kiosk/mine", code=card("PER", "10117410", "900305").decode())
    assert "Por su edad" not in shown(young.text)
    unknown = await clinic.post("/kiosk/mine", code="101174102")
    assert "•••••410" in shown(unknown.text)
    assert "Por su edad" not in shown(unknown.text)


async def test_a_wrong_check_digit_is_told_kindly_and_the_way_without_is_there(
    clinic: Clinic,
) -> None:
    for wrong in ("101174103", SPECIMEN.decode().replace("D23145890", "D23145891")):
        answer = await clinic.post("/kiosk/mine", code=wrong, service="admission")
        text = shown(answer.text)
        assert answer.status_code == 200
        assert "No pudimos leer bien su documento" in text
        assert "Continuar sin documento" in text
        assert 'href="/kiosk/service/admission"' in answer.text
        assert "1011741" not in answer.text


async def test_a_scanned_ticket_is_still_a_ticket(clinic: Clinic) -> None:
    ticket = await clinic.arrive()
    code = await clinic.code(ticket.ticket)
    answer = await clinic.post("/kiosk/mine", code=f"{ADDRESS}/t/{code}")
    assert "A001 Admisión" in shown(answer.text)
    nothing = await clinic.post("/kiosk/mine", code="7751234567890")
    assert nothing.status_code == 404
    assert "No encontramos ese ticket" in shown(nothing.text)


# --- the scanner at its port -----------------------------------------------------------------


async def test_each_scan_is_heard_once_whole_and_without_fingerprints(tmp_path: Path) -> None:
    port = Port(tmp_path / "scanner")
    heard: list[bytes] = []
    task = asyncio.create_task(scanner.listen(f"serial://{port.place}", heard.append))
    try:
        await asyncio.sleep(0.2)
        port.read(SPECIMEN[:40])
        await asyncio.sleep(0.01)
        port.read(SPECIMEN[40:])
        await come(lambda: len(heard) == 1)
        assert heard[0] == SPECIMEN
        port.read(cedula())
        await come(lambda: len(heard) == 2)
        assert len(heard[1]) == 160
        assert FINGERS[:6] not in heard[1]
        await asyncio.sleep(TAIL_S)
        port.read(b"\r\n")  # a key pressed on the scanner: no code
        port.read(b"x" * 4000)
        await come(lambda: len(heard) == 3)
        assert len(heard[2]) <= 300
    finally:
        task.cancel()


@pytest.mark.parametrize("cut", [100, 300, 380])
async def test_what_follows_a_cedula_after_a_pause_is_no_scan(tmp_path: Path, cut: int) -> None:
    """A scanner on the radio pauses; what is left is of the person's body."""
    port = Port(tmp_path / "scanner")
    heard: list[bytes] = []
    task = asyncio.create_task(scanner.listen(f"serial://{port.place}", heard.append))
    try:
        await asyncio.sleep(0.2)
        port.read(cedula()[:cut])
        await asyncio.sleep(SILENCE_S * 2)
        port.read(cedula()[cut:])
        await asyncio.sleep(2 * TAIL_S + SILENCE_S)
        assert len(heard) == 1, "neither kept nor in the place of the document"
        assert FINGERS[:6] not in heard[0]
        assert isinstance(documents.read(heard[0], TODAY), Document)
        port.read(b"101174102\r")
        await come(lambda: heard[1:] == [b"101174102\r"])
    finally:
        task.cancel()


async def test_a_port_that_goes_while_it_is_opened_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pyserial raises there is no OSError."""
    port = Port(tmp_path / "scanner")
    heard: list[bytes] = []
    with monkeypatch.context() as gone:

        def unplugged(*_given: object) -> None:
            raise termios.error(errno.EIO, "Input/output error")

        gone.setattr(termios, "tcsetattr", unplugged)
        task = asyncio.create_task(scanner.listen(f"serial://{port.place}", heard.append))
        await asyncio.sleep(0.2)
    try:
        assert not task.done()
        await asyncio.sleep(1.0)
        port.read(b"101174102\r")
        await come(lambda: heard == [b"101174102\r"])
    finally:
        task.cancel()


async def test_a_port_that_goes_and_comes_back_is_found_again(tmp_path: Path) -> None:
    place = tmp_path / "scanner"
    heard: list[bytes] = []
    task = asyncio.create_task(scanner.listen(f"serial://{place}?baudrate=19200", heard.append))
    try:
        await asyncio.sleep(0.1)  # it is not there yet
        port = Port(place)
        await asyncio.sleep(1.5)
        port.read(b"101174102\r")
        await come(lambda: heard == [b"101174102\r"])
        port.unplug()
        again = Port(place)  # under another number of the system
        await asyncio.sleep(1.5)
        again.read(b"10117410\r")
        await come(lambda: len(heard) == 2)
        assert not task.done()
    finally:
        task.cancel()


async def test_the_page_of_its_kiosk_takes_a_scan_once(clinic: Clinic) -> None:
    scans = Scans()
    scans.put(1, "hall", b"101174102", clinic.clock)
    number = scans.waiting(1, "hall", clinic.clock)
    assert scans.waiting(1, "garden", clinic.clock) == 0
    assert scans.take(1, "hall", number + 1, clinic.clock) == b""
    assert scans.take(1, "hall", number, clinic.clock) == b"101174102"
    assert scans.take(1, "hall", number, clinic.clock) == b""


def test_a_scan_that_nobody_takes_is_forgotten() -> None:
    clock, scans = VirtualClock(0), Scans()
    scans.put(1, "hall", b"101174102", clock)
    number = scans.waiting(1, "hall", clock)
    clock.advance(FRESH_S * 1000 + 1)
    assert scans.waiting(1, "hall", clock) == 0
    assert scans.take(1, "hall", number, clock) == b""


async def test_an_unknown_scan_is_no_error(clinic: Clinic) -> None:
    answer = await clinic.post("/kiosk/mine", scan="77")
    assert answer.status_code == 404


def test_a_scanner_is_named_by_its_port() -> None:
    site = described()
    place = 'key = "hall"\nname = "Entrada"\n'
    good = site.replace(place, place + 'scanner = "serial:///dev/turnero/serial-0c2e-1-00"\n')
    assert decode(good).kiosk[0].scanner == "serial:///dev/turnero/serial-0c2e-1-00"
    for wrong in ("tcp://10.0.0.5", "serial:///etc/passwd", "serial:///dev/x?baudrate=fast"):
        bad = site.replace(place, place + f'scanner = "{wrong}"\n')
        with pytest.raises(Invalid, match="is no serial port"):
            decode(bad)
