"""A board at a box: the box's screen shows the server's page, with the box's own proof and no other."""

import asyncio
import re
from pathlib import Path

import httpx
from playwright.async_api import expect

from tests.device.standing import Hospital, PaperMachine, site, soon
from tests.peers.browser import Visit

BOARD = '\n[[board]]\nkey = "hall"\nname = "Sala"\n'


def described(
    hospital: Hospital, machine: PaperMachine, hosted: str = 'box = "entrance"\n'
) -> None:
    hospital.server.load(site({"own": machine.url}, BOARD + hosted))


async def test_the_screen_of_a_board_waits_for_its_box_shows_it_and_says_when_it_is_switched_off(
    hospital: Hospital, machine: PaperMachine, open_page: Visit, tmp_path: Path
) -> None:
    described(hospital, machine)
    box = hospital.box
    await asyncio.to_thread(box.start)
    page = await open_page("board")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{box.board}/board")
    await expect(page.locator(".box-code")).to_be_visible()
    await asyncio.to_thread(hospital.pair)
    await expect(page).to_have_url(f"{box.board}/board", timeout=30_000)
    await expect(page.locator("[data-live=board]")).to_be_visible()
    await page.screenshot(path=tmp_path / "board.png")
    number = (await asyncio.to_thread(hospital.issue))["number"]
    await asyncio.to_thread(hospital.call)
    await expect(page.get_by_text(number).first).to_be_visible()
    soon_heard = asyncio.to_thread(
        soon, "it says how it is", lambda: hospital.heard("board", "hall")
    )
    await soon_heard

    # nothing of the server was asked but by the box, and no proof stands in any address or cookie
    assert {url.split("/")[2] for url in asked if url.startswith("http")} <= {
        f"127.0.0.1:{port}" for port in (box.port, box.port + 1)
    }
    assert not [url for url in asked if "tur_" in url]
    assert not [one for one in await page.context.cookies() if "turnero_board" in str(one)]

    entrance = hospital.device("box", "entrance")
    await asyncio.to_thread(hospital.send, f"/boxes/{entrance}/revoke")
    await expect(page).to_have_url(re.compile("/screen/board$"), timeout=60_000)
    await expect(page.get_by_text("Un administrador desactivó este terminal")).to_be_visible()


def test_only_what_a_board_is_made_of_gets_through(
    hospital: Hospital, machine: PaperMachine
) -> None:
    described(hospital, machine)
    box = hospital.box
    box.start()
    hospital.pair()
    with httpx.Client(base_url=box.board, trust_env=False, timeout=10) as screen:
        for path in (
            "/api/v1/box/config",
            "/boxes",
            "/supervisor",
            "/metrics",
            "/static/../api/v1/box/config",
            "/static/%2e%2e/api/v1/box/config",
            "/static/..%2fapi/v1/box/config",
            "/live/../boxes",
            "/board/heartbeat",
        ):
            assert screen.get(path).status_code == 404, path
        for path in ("/board", "/api/v1/box/beat", "/boxes/1/revoke"):
            assert screen.post(path, content=b"{}").status_code == 404, path
        assert screen.get("/board").status_code == 200
        strange = screen.get("/board", headers={"host": "evil.example"})
        assert strange.status_code == 403
        with screen.stream("GET", "/live", params={"view": "supervisor:es:1"}) as live:
            said = next(line for line in live.iter_lines() if '"status"' in line)
            assert '"status":403' in said


def test_a_board_that_this_box_does_not_host_is_not_shown(
    hospital: Hospital, machine: PaperMachine
) -> None:
    described(hospital, machine, "")
    box = hospital.box
    box.start()
    hospital.pair()
    with httpx.Client(base_url=box.board, trust_env=False, timeout=10) as screen:
        assert screen.get("/board").headers["location"].endswith("/screen/board")
        assert "hosts no board" in box.get("/screen/board").text
    proof = {"authorization": f"Bearer {(box.data / 'token').read_text()}"}
    with httpx.Client(base_url=hospital.server.url, headers=proof, trust_env=False) as program:
        assert program.get("/board", params={"board": "hall"}).status_code == 404
        report = program.post(
            "/board/heartbeat", params={"board": "hall"}, json={"seq": 0, "sound": "ok"}
        )
        assert report.status_code == 404
