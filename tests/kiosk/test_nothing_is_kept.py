"""A document at a kiosk, attacked: nothing of it lies anywhere afterwards, whatever went wrong."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from tests.kiosk.clinic import Clinic
from tests.kiosk.test_documents import FINGERS, SPECIMEN, card, cedula
from tests.kiosk.test_scanner import Port, come, typed
from turnero.kiosk import documents, identity, scanner
from turnero.kiosk.scanner import Scans

#: what is of a person, in every document below
SECRETS = ("FINGER", "1032456789", "PEÑA", "GÓMEZ", "19580317", "D2314589", "ERIKSSON", "10117410",
    "QUISPE")  # fmt: skip
DOCUMENTS = [
    cedula(),
    cedula(born="0X19580317"),
    cedula(behind=FINGERS.replace(b"\r\n", b"")),
    b"noise of another scan " * 7 + cedula(),
    SPECIMEN,
    SPECIMEN.replace(b"D23145890", b"D23145899"),
    card("PER", "10117410", "610305"),
    b"101174102",
    b"101174103",
]


def left(folder: Path, logs: pytest.LogCaptureFixture, pages: list[str]) -> list[str]:
    """The secrets that lie in a file, a log or a page."""
    files = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    text = files.decode("latin-1") + files.decode("utf-8", "replace") + logs.text + "".join(pages)
    return [one for one in SECRETS if one in text]


@pytest.mark.parametrize("broken", [False, True])
async def test_what_a_scanner_types_lies_nowhere(
    clinic: Clinic,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    *,
    broken: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    if broken:  # a fault of the program while it holds the document

        def fails(scan: bytes, *_: Any) -> None:
            raise RuntimeError(f"of {len(scan)} bytes")

        monkeypatch.setattr(documents, "read", fails)
    pages = []
    for document in DOCUMENTS:
        for scan in (typed(document), document.decode("latin-1"), document.decode("latin-1")[:300]):
            answer = await clinic.post("/kiosk/mine", code=scan)
            assert answer.status_code in ((500, 422, 404) if broken else (200, 404, 422))
            pages += [answer.text, str(answer.headers), str(answer.url)]
    assert left(tmp_path / "data", caplog, pages) == []
    if broken:
        assert "RuntimeError" in caplog.text


async def test_what_a_scanner_at_a_port_reads_lies_nowhere(
    clinic: Clinic, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    port, scans, pages = Port(tmp_path / "scanner"), Scans(), []
    serving = asyncio.create_task(
        scanner._serve(clinic.web, scans, 1, "hall", f"serial://{port.place}")
    )
    try:
        await asyncio.sleep(0.2)
        seen = 0
        for document in DOCUMENTS:
            port.read(document)
            await come(lambda before=seen: scans.waiting(1, "hall", clinic.clock) > before)  # type: ignore[misc]
            seen = scans.waiting(1, "hall", clinic.clock)
            view = identity.ScanView(scans)
            pages.append(await view.render(_context(clinic), 1, "1/hall", "es"))
            assert "FINGER" not in repr(scans._kept)
            await asyncio.sleep(scanner.TAIL_S)  # nobody is quicker with the next one
        port.read(cedula()[:400])
        port.unplug()  # in the middle of it
        await asyncio.sleep(0.3)
    finally:
        serving.cancel()
    assert left(tmp_path / "data", caplog, pages) == []


async def test_a_scan_that_nobody_takes_leaves_the_memory_by_itself(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanner, "FRESH_S", 0)
    port, scans = Port(tmp_path / "scanner"), Scans()
    serving = asyncio.create_task(
        scanner._serve(clinic.web, scans, 1, "hall", f"serial://{port.place}")
    )
    try:
        await asyncio.sleep(0.2)
        port.read(cedula())
        await come(lambda: bool(scans._kept))
        clinic.clock.advance(10)
        await come(lambda: not scans._kept)
    finally:
        serving.cancel()


def _context(clinic: Clinic) -> Any:
    class Context:
        web = clinic.web

    return Context()
