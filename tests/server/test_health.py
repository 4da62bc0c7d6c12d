"""Live, ready by a real write, and metrics without a person in them."""

import time

import msgspec
import pytest

from tests.peers.server import SITE, RunningServer
from tests.server.installation import Installation
from turnero.queue.accuracy import Kept
from turnero.queue.commands.forecasts import publish
from turnero.queue.numbers import day_of
from turnero.queue.requests import PublishForecasts
from turnero.server import health
from turnero.store import devices, journal


async def test_ready_writes_and_asks_once_a_second(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    # as if the five came within a second, however slow the machine
    monkeypatch.setattr(health, "KEPT_MS", 60_000)
    ledger = here.running.ledger
    ran = 0
    run = ledger.run

    async def counted(*given, **named):  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN003, ANN202
        nonlocal ran
        ran += given[0] is health._touch  # others write meanwhile
        return await run(*given, **named)

    ledger.run = counted  # type: ignore[method-assign]
    before = await ledger.read(journal.head_seq, 0)
    async with here.client() as client:
        here.running.readiness._asked_ms = None
        for _ in range(5):
            assert (await client.get("/health/ready")).json() == {"ready": True}
    assert ran == 1
    assert await ledger.read(journal.head_seq, 0) == before, "it writes, but no fact"


async def test_a_broken_ledger_is_not_ready_and_live_all_the_same(here: Installation) -> None:
    here.running.ledger.broken = "disk I/O error"
    here.running.readiness._asked_ms = None
    async with here.client() as client:
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()) == (
            503,
            {"ready": False, "reason": "disk I/O error"},
        )
        assert ready.headers["retry-after"] == "1"
        assert (await client.get("/health/live")).status_code == 200


def test_metrics_count_tickets_requests_and_who_waits(own_server: RunningServer) -> None:
    with own_server.client("kiosk") as client:
        for _ in range(3):
            client.post("/api/v1/tickets", json={"site": "demo", "service": "cash"})
        text = client.get("/metrics").text
    assert 'turnero_ticket_facts_total{site="demo",what="issued"} 3.0' in text
    assert 'turnero_waiting{service="cash",site="demo"} 3.0' in text
    assert 'turnero_requests_total{method="POST",route="/api/v1/tickets",status="201"} 3.0' in text
    assert 'turnero_journal_head{site="demo"} 4.0' in text
    assert "turnero_ready 1.0" in text
    assert "turnero_ledger_batch_commands_count" in text


def test_metrics_tell_who_is_to_be_rung_and_whether_anybody_can_be(
    own_server: RunningServer,
) -> None:
    own_server.load(
        SITE.replace('key = "cash"\n', 'key = "cash"\ncallbacks = {}\n', 1).replace(
            "[[desk]]\n", '[[desk]]\nphone = "201"\n'
        )
    )
    asked = {"site": "demo", "service": "cash", "number": "987 654 482"}
    with own_server.client("agent") as client:
        assert client.post("/api/v1/callbacks", json=asked).status_code == 201
        until = time.monotonic() + 30
        while "turnero_dialling_open 1.0" not in (text := client.get("/metrics").text):
            assert time.monotonic() < until, text
            time.sleep(0.5)
    assert 'turnero_callbacks{site="demo",stage=' in text
    assert "654482" not in text


async def test_metrics_are_for_this_machine_or_for_who_may(here: Installation) -> None:
    async with here.client() as local:
        assert (await local.get("/metrics")).status_code == 200
        through = await local.get("/metrics", headers={"x-forwarded-for": "10.0.0.7"})
        assert through.status_code in (303, 401), "somebody else, through a proxy on this machine"
    async with here.client(address="10.0.0.7") as far:
        assert (await far.get("/metrics")).status_code in (303, 401)
    async with here.client(await here.token("agent"), address="10.0.0.7") as far:
        assert (await far.get("/metrics")).status_code == 403
    async with here.client(await here.token("supervisor"), address="10.0.0.7") as far:
        assert (await far.get("/metrics")).status_code == 200


async def test_metrics_tell_how_promises_were_kept_today(here: Installation) -> None:
    ledger = here.running.ledger
    now_ms = ledger.clock.now_ms()
    day = day_of(now_ms, here.running.looks.sites[here.site].zone)
    kept = [Kept("cash", 9, 4, 3, 1, 240, 480, 2400), Kept("cash", 10, 4, 3, 0, 0, 480, 2400)]
    request = PublishForecasts((), day, msgspec.json.encode(kept).decode())
    await ledger.run(publish, request, site=here.site, actor="system")
    async with here.client() as client:
        text = (await client.get("/metrics")).text
    labels = '{service="cash",site="demo"}'
    assert f"turnero_wait_promises{labels} 8.0" in text
    assert f"turnero_wait_promise_error_minutes{labels} 2.0" in text
    assert f"turnero_wait_promise_bias_minutes{labels} 0.5" in text
    assert f"turnero_wait_promise_inside_ratio{labels} 0.75" in text


async def test_metrics_tell_how_far_the_voice_is_behind(
    here: Installation,
) -> None:
    ledger = here.running.ledger
    board = next(
        one for one in await ledger.read(devices.of_site, here.site) if one.kind == "board"
    )
    said = {"seq": 9, "sound": "ok", "lag_ms": 2_500, "backlog": 3, "sounding": True}
    beat = devices.Beat(board.id, msgspec.json.encode(said).decode())
    await ledger.run(devices.beat, beat, site=here.site, actor="token:1")
    labels = f'{{board="{board.key}",site="demo"}}'
    async with here.client() as client:
        text = (await client.get("/metrics")).text
        assert f"turnero_announcement_lag_seconds{labels} 2.5" in text
        assert f"turnero_announcement_backlog{labels} 3.0" in text
