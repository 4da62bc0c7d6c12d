"""The kiosk's pages at a box while its server is away: the small sign, and where staff is found."""

import asyncio
import os
import sqlite3
import tty
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.keys import scan
from tests.device.standing import Hospital, PaperMachine, site, soon
from tests.kiosk.test_documents import cedula
from tests.peers.axe import axe_violations
from tests.peers.browser import SCREENS, Visit

SIGN = "Sin conexión: su número vale igual"


def kept(hospital: Hospital, statement: str) -> bool:
    """Whether the box's store has such a row."""
    path = hospital.box.data / "turnero.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as db:
        return bool(db.execute(statement).fetchone())


def _held(hospital: Hospital) -> bool:
    return kept(hospital, "select 1 from box_lease where service = 'scarce'")


async def take(page: Page, address: str) -> None:
    """From a service's page to a ticket."""
    await page.goto(address)
    await page.locator("#take").click()


async def test_the_patient_sees_a_small_sign_and_staff_when_no_number_is_left(
    hospital: Hospital, open_page: Visit, tmp_path: Path
) -> None:
    await asyncio.to_thread(hospital.box.start)
    await asyncio.to_thread(hospital.pair)
    await asyncio.to_thread(soon, "numbers", lambda: _held(hospital))
    page = await open_page("kiosk")
    open_page.expect_problem("status of 4")
    await page.goto(f"{hospital.box.url}/open/door")
    await expect(page.locator("#service-cash")).to_be_visible()
    await expect(page.get_by_text(SIGN)).to_have_count(0)

    await asyncio.to_thread(hospital.server.kill)
    await expect(page.get_by_text(SIGN)).to_be_visible(timeout=30_000)  # by itself
    await expect(page.locator("#service-cash")).to_contain_text("sin estimación todavía")
    assert await axe_violations(page) == []
    await page.screenshot(path=tmp_path / "offline-choose.png")

    scarce = f"{hospital.box.url}/kiosk/service/scarce"
    await take(page, scarce)
    await expect(page.locator("#number")).to_have_text("S700")
    await expect(page.get_by_text(SIGN)).to_be_visible()
    await expect(page.get_by_text("Se imprimió su ticket")).to_be_visible(timeout=30_000)
    assert await axe_violations(page) == []
    await page.screenshot(path=tmp_path / "offline-ticket.png")
    await take(page, scarce)
    await expect(page.locator("#number")).to_have_text("S701")
    await page.goto(scarce)
    await expect(page.get_by_text("ya no quedan números")).to_be_visible()
    await expect(page.locator("#take")).to_have_count(0)
    assert await axe_violations(page) == []
    await page.screenshot(path=tmp_path / "offline-none-left.png")

    await page.locator("#need-help").click()
    await expect(page.get_by_text("no puede llamar al personal")).to_be_visible()
    assert await axe_violations(page) == []
    await page.screenshot(path=tmp_path / "offline-help.png")


@pytest.fixture
def scanner() -> Iterator[tuple[int, str]]:
    """A scanner's end of a serial line, and the address of the box's."""
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, f"serial://{os.ttyname(slave)}"
    os.close(slave)
    os.close(master)


async def test_paper_that_nobody_saw_and_both_scanners_at_a_box(
    hospital: Hospital,
    machine: PaperMachine,
    scanner: tuple[int, str],
    open_page: Visit,
    tmp_path: Path,
) -> None:
    door = 'key = "door"\n'
    described = site({"own": machine.url}).replace(door, f'{door}scanner = "{scanner[1]}"\n')
    hospital.server.load(described)
    await asyncio.to_thread(hospital.box.start)
    await asyncio.to_thread(hospital.pair)
    await asyncio.to_thread(soon, "numbers", lambda: _held(hospital))
    await asyncio.to_thread(hospital.server.kill)
    machine.set(drop_after=60)
    page = await open_page("kiosk")
    await page.goto(f"{hospital.box.url}/open/door")
    await expect(page.get_by_text(SIGN)).to_be_visible(timeout=30_000)

    # the connection broke while it printed: whoever stands there knows
    await page.goto(f"{hospital.box.url}/kiosk/service/cash")
    await page.locator("#take").click()
    await expect(page.locator("#number")).to_have_text("C700")
    await expect(page.get_by_text("¿Salió su ticket?")).to_be_visible(timeout=60_000)
    assert await axe_violations(page) == []
    await page.screenshot(path=tmp_path / "offline-came-out.png")
    await page.set_viewport_size(SCREENS["tablet"]["viewport"])
    await page.screenshot(path=tmp_path / "offline-came-out-tablet.png")
    await page.set_viewport_size(SCREENS["kiosk"]["viewport"])
    machine.set()
    await page.locator("[name=came_out][value=no]").click()
    await expect(page.get_by_text("Se imprimió una copia")).to_be_visible(timeout=30_000)
    _, paper = machine.papers  # half a one, and its copy
    assert b"COPIA" in paper
    assert b"C700" in paper
    await page.screenshot(path=tmp_path / "offline-copy.png")

    # a scanner that types reads the ticket, one at the box's port reads a document
    await page.goto(f"{hospital.box.url}/kiosk")
    secret = _code(hospital)
    await scan(page, secret)
    await expect(page.locator("main")).to_contain_text("C700")
    await expect(page.locator("#rate-it")).to_be_visible()
    await expect(page.get_by_text("Antes que usted")).to_have_count(0)  # nobody knows
    await expect(page.locator("#leave")).to_have_count(0)
    await page.screenshot(path=tmp_path / "offline-own.png")
    await page.goto(f"{hospital.box.url}/kiosk")
    await expect(page.locator("[data-scanned]")).to_have_count(1)
    async with asyncio.timeout(30):  # the port is looked for every ten seconds
        while not await page.locator(".document-number").count():
            os.write(scanner[0], cedula())
            await page.wait_for_timeout(500)
    await expect(page.locator(".document-number")).to_have_text("•••••••789")
    assert await axe_violations(page) == []
    await page.screenshot(path=tmp_path / "offline-document.png")
    assert b"FINGER" not in b"".join(
        one.read_bytes() for one in hospital.box.data.rglob("*") if one.is_file()
    )
    assert "1032456789" not in hospital.box.log
    assert len(machine.papers) == 2


def _code(hospital: Hospital) -> str:
    path = hospital.box.data / "turnero.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as db:
        return str(db.execute("select code from box_ticket").fetchone()[0])
