"""A person steps out by phone and is skipped; the phone says when to come back, and they are called."""

from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.keys import press
from tests.desk.hospital import Hospital, at_desk, described, visit
from tests.peers.axe import axe_violations
from tests.peers.browser import Visit
from turnero.kiosk import slice as kiosk
from turnero.queue import reads
from turnero.queue.aside import REMIND
from turnero.queue.commands.steps import remind
from turnero.store.clock import SystemClock
from turnero.store.timers import TimerDue

VIBRATIONS = "window.vibrations = []; navigator.vibrate = (ms) => window.vibrations.push(ms);"


class Later(SystemClock):
    """The time of day, and what a test adds to it."""

    ahead_ms = 0

    def now_ms(self) -> int:
        return super().now_ms() + self.ahead_ms

    def line_ms(self) -> int:
        return super().line_ms() + self.ahead_ms


@pytest.fixture
def clock() -> Later:
    return Later()


@pytest.fixture
def hospital(tmp_path: Path, clock: Later) -> Iterator[Hospital]:
    hospital = Hospital(tmp_path / "data", kiosk.make(), site=described())
    hospital.clock = clock
    hospital.begin()
    try:
        yield hospital
    finally:
        hospital.stop()


@pytest.mark.rule("steps-out")
async def test_a_person_steps_out_by_phone_is_skipped_and_then_called(
    open_page: Visit,
    hospital: Hospital,
    clock: Later,
    picture: Callable[[Page, str], Awaitable[Path]],
) -> None:
    first, second = hospital.arrive(language="es"), hospital.arrive(language="es")
    paper = hospital.run(hospital.web.ledger.read(reads.paper, first.ticket, clock.line_ms()))
    assert paper is not None
    phone = await open_page("phone", base_url=hospital.url)
    await phone.add_init_script(VIBRATIONS)
    await phone.goto(f"/t/{paper.code}")
    await expect(phone.locator(".phone-out button")).to_have_text("Salir por 20 min")
    await picture(phone, "phone-may-step-out")
    await phone.locator(".phone-out button").tap()
    await expect(phone.locator(".phone-sentence")).to_have_text("Usted salió un momento")
    await expect(phone.locator("#phone[data-live-seq]")).to_be_visible()
    assert await axe_violations(phone) == []
    await picture(phone, "phone-away")

    desk = await visit(open_page, hospital)
    await press(desk, "Space")
    await at_desk(desk, "free")
    await expect(desk.locator("#aside")).to_contain_text(first.number)
    await picture(desk, "desk-somebody-away")
    await press(desk, "Space")
    await at_desk(desk, "called")
    assert await desk.locator("#seat-now").get_attribute("data-number") == second.number

    # a quarter of an hour later the timer reminds them, and the phone vibrates once
    clock.ahead_ms = 15 * 60_000 + 1
    assert await phone.evaluate("window.vibrations") == []
    hospital.do(remind, TimerDue(1, REMIND, first.ticket, 0, ""))
    await expect(phone.locator(".phone-sentence")).to_have_text("Vuelva ahora, por favor")
    assert await phone.evaluate("window.vibrations.length") == 1
    assert (await phone.title()).startswith("Vuelva ahora, por favor")
    await picture(phone, "phone-come-back")
    await phone.get_by_role("button", name="Ya volví").tap()
    await expect(phone.locator(".phone-sentence")).to_have_text("Usted está en la fila")

    await desk.wait_for_timeout(900)
    await press(desk, "Space")
    await desk.locator(f"#seat-now[data-number={first.number}]").wait_for()
    await expect(phone.locator(".phone-sentence")).to_contain_text("Le toca")
