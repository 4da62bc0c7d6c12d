"""How long it takes, before and after the ticket: at the kiosk, on the phone, on the board, at the desk.

Earlier days taught this hospital four minutes a person, so its server forecasts as soon as a desk opens.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.hospital import KEY, Hospital, People, touch, until
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from tests.peers.server import RunningServer
from tests.peers.yesterday import teach

pytestmark = pytest.mark.requires("chromium")

RANGE = re.compile(r"\d+\s?(min|h)?\s?–\s?\d+\s?(min|h)")


@pytest.fixture(scope="module")
def hospital(
    furnished: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hospital]:
    """One whose server knows earlier days, and in which no desk is open."""
    made, tokens = furnished
    data = tmp_path_factory.mktemp("taught") / "data"
    shutil.copytree(made, data)
    teach(data, "caja")
    server = RunningServer(data)
    server.environment["TURNERO_PUBLIC_ADDRESS"] = server.url
    server.start()
    try:
        yield Hospital(server, tokens)
    finally:
        server.stop()


@pytest.fixture
def people(hospital: Hospital, open_page: Visit) -> People:
    """Everybody in it; unlike elsewhere nothing is called before, for that would open a desk."""
    return People(hospital, open_page)


def _service(hospital: Hospital, key: str) -> dict[str, object]:
    found = hospital.ask("GET", "/sites")["sites"][0]["services"]
    return next(one for one in found if one["id"] == key)


async def test_from_nobody_at_work_to_a_range_everywhere(people: People) -> None:
    hospital = people.hospital
    await until(
        lambda: _service(hospital, "caja")["wait_unknown"] == "no-desk", "the forecast says why"
    )
    kiosk, board = await people.kiosk(), await people.board()
    await expect(kiosk.locator("#service-caja")).to_contain_text("ninguna ventanilla atiende ahora")
    early = hospital.take()
    await expect(board.locator("#line-1 .wait")).to_contain_text("ninguna ventanilla atiende")
    assert (early["wait"], early["wait_unknown"]) == (None, "no-desk")
    assert hospital.ask("GET", f"/tickets/{early['id']}")["wait_unknown"] == "no-desk"

    hospital.ask("POST", f"/desks/{KEY}.1/open")
    await until(lambda: _service(hospital, "caja")["wait"] is not None, "somebody works")
    for _ in range(3):
        hospital.take()
    # Before the ticket is taken…
    await expect(kiosk.locator("#service-caja")).to_contain_text(RANGE, timeout=30_000)
    await touch(kiosk, "#service-caja")
    figure = kiosk.locator(".figures dd").last
    await expect(figure).to_contain_text(RANGE)
    assert await axe_violations(kiosk) == []
    # …and after.
    await touch(kiosk, "#take")
    await expect(kiosk.locator("#number")).to_be_visible()
    await expect(kiosk.locator(".figures dd").last).to_contain_text(RANGE)
    await expect(board.locator("#line-1 .wait")).to_contain_text(RANGE, timeout=30_000)
    # A desk at work of which nothing is known yet: unknown is said as unknown.
    hospital.take("muestras")
    await expect(board.locator("#line-2 .wait")).to_contain_text("sin estimación todavía")
    assert await axe_violations(board) == []

    taken = hospital.take()
    promised = taken["wait"]
    assert promised["low_minutes"] < promised["high_minutes"]
    phone = await people.phone(taken["public_url"])
    await expect(phone.locator(".figures dd").last).to_contain_text(
        str(promised["high_minutes"])
        if promised["high_minutes"] < 60
        else str(promised["high_minutes"] // 60)
    )
    assert await axe_violations(phone) == []
    told = hospital.ask("GET", f"/tickets/{taken['id']}")
    assert told["promised"]["high_minutes"] == promised["high_minutes"]
    # One fewer before it: what is told falls, or stays.
    hospital.next("1")
    hospital.next("1")
    after = hospital.ask("GET", f"/tickets/{taken['id']}")["wait"]
    assert after["high_minutes"] <= promised["high_minutes"]


async def test_the_desk_and_the_supervisor_see_it_and_how_promises_were_kept(
    people: People,
) -> None:
    hospital = people.hospital
    desk = await people.desk("1")
    await until(lambda: _service(hospital, "caja")["wait"] is not None, "somebody works", 30_000)
    # So many that no part of the range says "less than": the next one doubtless waits.
    for _ in range(6):
        hospital.take()
    await expect(desk.locator(".line-wait").first).to_contain_text(RANGE)
    supervisor = await people.person("pilar", "/supervisor")
    row = supervisor.locator(".now-services tr", has_text="Caja")
    await expect(row.locator(".forecast")).to_contain_text(RANGE)
    assert await axe_violations(supervisor) == []
    await supervisor.get_by_role("link", name="Exactitud").click()
    await expect(supervisor.locator("main")).to_contain_text("promesa", ignore_case=True)
    assert await axe_violations(supervisor) == []
