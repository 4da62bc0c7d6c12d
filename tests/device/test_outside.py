"""What a box does toward the outside and at its end: the address that waits for it, a disk without room."""

import asyncio
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from msgspec import Raw

from tests.device.standing import Hospital, PaperMachine, soon
from tests.peers.stores import opened
from turnero.boxes.protocol import BoxConfig, Handed, Hosted
from turnero.device import heart, jobs
from turnero.device.box import Box
from turnero.device.keeping import configure
from turnero.device.link import Link
from turnero.device.settings import BoxSettings
from turnero.printer.spool import Cancel, cancel
from turnero.store.clock import VirtualClock


@contextmanager
def waiting(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """Somebody outside who waits to be asked: the address, and what was asked."""
    asked: list[str] = []

    class Waits(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Waits)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/1f2e-secret", asked
    finally:
        server.shutdown()
        server.server_close()


async def test_the_outside_address_is_asked_while_all_is_well_and_only_then(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with waiting(404) as (address, asked):
        async with opened(tmp_path / "box") as ledger:
            link = Link("http://127.0.0.1:1")
            settings = BoxSettings(data=tmp_path, server=link.server, ping=address)
            box = Box(settings, ledger, link)
            task = asyncio.create_task(heart.ping(box, every_s=0.05))
            await asyncio.sleep(0.4)
            assert asked == [], "it does not know whether its server answers"
            link.use("tur_x")
            link._stand("online")
            await asyncio.sleep(0.4)
            assert asked
            link._stand("away")
            await asyncio.sleep(0.2)
            asked.clear()
            await asyncio.sleep(0.4)
            assert asked == [], "somebody outside is to notice"
            link._stand("online")
            await asyncio.sleep(0.4)
            assert asked
            ledger.broken = "disk full"
            await asyncio.sleep(0.2)
            asked.clear()
            await asyncio.sleep(0.4)
            assert asked == []
            task.cancel()
            await link.close()
    assert "answers 404" in caplog.text
    assert "1f2e-secret" not in caplog.text


def test_a_box_that_can_keep_nothing_ends_with_75_and_prints_once_when_it_is_back(
    hospital: Hospital, machine: PaperMachine
) -> None:
    box = hospital.box
    box.start()
    hospital.pair()
    assert box.process is not None
    _, hard = resource.prlimit(box.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(box.process.pid, resource.RLIMIT_FSIZE, (4096, hard))  # the disk is full
    hospital.issue()
    assert box.process.wait(30) == 75
    assert machine.papers == []
    box.start()
    soon("the paper", lambda: hospital.jobs() == ["printed"])
    assert len(machine.papers) == 1


async def test_what_stood_on_papers_of_long_ago_is_forgotten(tmp_path: Path) -> None:
    clock = VirtualClock(1_800_000_000_000)
    async with opened(tmp_path / "box", clock=clock) as ledger:
        hosted = Hosted(7, "printer", "own", "P", "", '{"url":"virtual:","box":"b"}')
        config = BoxConfig("b", 1, 3, "demo", "D", "pe", "America/Lima", ("es",), (hosted,), "", "")
        await ledger.run(configure, config, site=3, actor="test")
        made = [
            await ledger.run(
                jobs.keep,
                jobs.Keep(Handed(n, 7, f"t{n}", False, None, 1, Raw(b"{}")), 1_800_000_000_000),
                site=3,
                actor="test",
            )
            for n in (1, 2)
        ]
        await ledger.run(cancel, Cancel(made[0]), site=3, actor="test")
        await ledger.run(jobs.told, jobs.Told(made[0], 99), site=3, actor="test")
        assert await ledger.run(jobs.tidy, None, site=0, actor="test") == 0
        clock.advance(jobs.KEPT_MS + 1000)
        assert await ledger.run(jobs.tidy, None, site=0, actor="test") == 1
        assert await ledger.read(jobs.document_of, made[1], "t2") == (b"{}", False), "it waits"
        assert await ledger.run(jobs.tidy, None, site=0, actor="test") == 0


def test_a_box_asks_the_outside_address_once_it_is_let_in(hospital: Hospital) -> None:
    with waiting() as (address, asked):
        box = hospital.box
        box.environment["TURNERO_PING"] = address
        box.start()
        hospital.pair()
        soon("it is asked", lambda: asked == ["/1f2e-secret"])
        assert "1f2e-secret" not in box.log
