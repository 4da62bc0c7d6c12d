"""Somebody at the kiosk feels unwell and nobody answers: it rings on, louder, through a dead server."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import KEY, Hospital, People, answers, touch
from tests.peers.axe import axe_violations
from tests.peers.hours import another_hour

pytestmark = [pytest.mark.requires("chromium"), pytest.mark.rule("help")]

Take = Callable[[Page, str], Awaitable[Path]]

#: a call that nobody answers is escalated after so long
MINUTE_S = 60
#: of which the server, back with its clock later by the rest, still waits so many
REST_S = 20
#: every page is back this long after the server is
BACK_MS = 25_000
LATE = "Number(document.documentElement.dataset.rungLate ?? 0)"


async def test_with_nobody_signed_in_the_kiosk_says_where_to_go(
    hospital: Hospital, people: People, picture: Take
) -> None:
    for desk in ("1", "2"):
        hospital.ask("POST", f"/desks/{KEY}.{desk}/close")
    kiosk = await people.kiosk()
    await touch(kiosk, "#need-help")
    await expect(kiosk.locator(".helped")).to_contain_text("no hay nadie conectado")
    await expect(kiosk.locator(".go-to")).to_contain_text("la ventanilla más cercana")
    await picture(kiosk, "help-nobody")
    # somebody signs in while it rings: now it is heard
    tablet = await people.person("marta", "/greeter", "tablet")
    await expect(kiosk.locator(".helped")).to_contain_text("Ya avisamos al personal")
    await tablet.get_by_role("button", name="Voy en camino").tap()
    await expect(kiosk.locator(".helped")).to_contain_text("Alguien viene hacia usted")


@pytest.mark.rule("power-returns")
async def test_a_call_unanswered_is_escalated_though_the_server_died_and_is_answered_at_last(
    hospital: Hospital, people: People, picture: Take, tmp_path: Path
) -> None:
    tablet = await people.person("marta", "/greeter", "tablet", sound=True)
    supervisor = await people.person("pilar", "/supervisor")
    kiosk = await people.kiosk("/kiosk/rate")
    await touch(kiosk, "#need-unwell")
    asked_at = time.monotonic()
    await expect(kiosk.locator(".helped")).to_contain_text("Ya avisamos al personal")
    call = tablet.locator(".help-call")
    await expect(call).to_contain_text("Alguien se siente mal")
    await expect(call).to_contain_text("Entrada principal")
    await tablet.wait_for_function("document.documentElement.dataset.rung >= 1")
    await expect(supervisor.locator(".help-call")).to_contain_text("Entrada principal")
    await picture(tablet, "help-rings")
    await tablet.reload()
    await expect(call).to_have_count(1)

    hospital.server.kill()
    away_s = max(0, MINUTE_S - REST_S - (time.monotonic() - asked_at))
    hospital.server.environment |= another_hour(tmp_path, away_s)
    hospital.server.start()
    await answers(hospital.url, 200)
    late = time.monotonic() - asked_at + away_s >= MINUTE_S
    assert not late, "the machine is too slow for this test"
    await expect(call).to_have_count(1)
    await expect(call).not_to_contain_text("Todavía nadie ha respondido")

    rest_ms = REST_S * 1000
    await expect(call).to_contain_text("Todavía nadie ha respondido", timeout=rest_ms + BACK_MS)
    await tablet.wait_for_function(f"() => {LATE} >= 2", timeout=BACK_MS)
    await expect(tablet.locator("#help-say")).to_contain_text("Todavía nadie ha respondido")
    await expect(supervisor.locator(".help-late")).to_contain_text("Entrada principal")
    await expect(kiosk.locator(".helped")).to_contain_text("Todavía nadie ha respondido")
    await expect(kiosk.locator(".go-to")).to_be_visible()
    await picture(tablet, "help-late")
    await picture(supervisor, "help-late-supervisor")
    await picture(kiosk, "help-late-kiosk")
    assert await axe_violations(tablet) == []
    assert await axe_violations(kiosk) == []
    kinds = [one["kind"] for one in hospital.facts()]
    assert kinds.count("help-escalated") == 1

    await supervisor.get_by_role("button", name="Voy en camino").click()
    await expect(kiosk.locator(".helped")).to_contain_text("Alguien viene hacia usted")
    await expect(tablet.locator("#help")).to_contain_text("pilar va en camino a Entrada principal")
    await expect(tablet.locator(".help-call")).to_have_count(0)
    await expect(tablet.locator("#help-say")).to_contain_text("pilar va en camino")
    assert await axe_violations(tablet) == []
    await picture(tablet, "help-answered")
