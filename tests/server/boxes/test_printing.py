"""A box prints for the server: it takes jobs with their paper, and says what became of them."""

import logging
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.server.boxes.paired import BOX, pair, with_box
from tests.server.installation import Installation
from turnero.kiosk.ledger import LedgerKiosk
from turnero.kiosk.port import By, Printing
from turnero.printer import reads, spool
from turnero.printer.document import Document
from turnero.printer.papers import LedgerPapers
from turnero.printer.spool import PrintTest
from turnero.printer.states import JobState
from turnero.queue.requests import Issue
from turnero.web.permissions import PUBLIC

HOSTED = (
    BOX
    + """
[[kiosk]]
key = "door"
name = "Puerta"
box = "entrance"
printer = "own"
footer = { es = "Espere en la sala 2" }

[[printer]]
key = "own"
name = "Impresora"
url = "virtual:"
box = "entrance"

[[printer]]
key = "theirs"
name = "Del servidor"
url = "virtual:"
"""
)
BY = By(PUBLIC)


async def ask(client: httpx.AsyncClient, path: str, **said: Any) -> dict[str, Any]:
    """A message of a box that is taken well."""
    got = await client.post(f"/api/v1/box/print/{path}", json=said)
    assert got.status_code == 200, got.text
    return dict(got.json())


async def jobs(here: Installation, client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """What the box gets once the spool has seen the ticket."""
    from asyncio import sleep

    for _ in range(100):
        taken = await ask(client, "take")
        if taken.get("jobs"):
            return list(taken["jobs"])
        await sleep(0.05)
    raise AssertionError("no job came")


async def test_a_ticket_of_a_boxs_kiosk_is_printed_by_the_box(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data", HOSTED) as here:
        token = await pair(here)
        port = LedgerKiosk(here.running.web)
        held = await port.issue(
            here.site, Issue("cash", language="es", channel="kiosk", place="door"), BY
        )
        async with here.client(token) as client:
            (job,) = await jobs(here, client)
            assert (job["ticket"], job["copy"], job["place"]) == (held.ticket.id, False, "door")
            document = msgspec.json.decode(msgspec.json.encode(job["document"]), type=Document)
            words = " ".join(document.texts())
            assert held.ticket.number in words
            assert "Espere en la sala 2" in words
            assert await ask(client, "report", job=job["job"], state="queued", version=1) == {
                "state": "queued"
            }
            await ask(client, "report", job=job["job"], state="failed", reason="paper-out",
                      again=True, version=2)  # fmt: skip
            said = await port.printing(here.site, held.ticket.id)
            assert said == Printing(job["job"], "failed", "paper-out", again=True)
            await ask(client, "report", job=job["job"], state="unknown", version=3)
            answered = await ask(client, "answer", job=job["job"], came_out=False)
            assert answered == {"state": "cancelled"}
            (copy,) = await jobs(here, client)
            assert copy["copy"]
            assert "COPIA" in " ".join(
                msgspec.json.decode(msgspec.json.encode(copy["document"]), type=Document).texts()
            )
            twice = await client.post(
                "/api/v1/box/print/answer", json={"job": job["job"], "came_out": True}
            )
            assert (twice.status_code, twice.json()["code"]) == (409, "print-move-illegal")


async def test_what_the_machine_before_was_given_its_successor_does_not_print_by_itself(
    tmp_path: Path,
) -> None:
    """It may have come out there, and its word was lost with the machine."""
    async with with_box(tmp_path / "data", HOSTED) as here:
        token = await pair(here)
        port = LedgerKiosk(here.running.web)
        wanted = Issue("cash", language="es", channel="kiosk", place="door")
        held = await port.issue(here.site, wanted, BY)
        async with here.client(token) as before:
            (given,) = await jobs(here, before)
        async with here.client(await pair(here, "another machine")) as after:
            assert await ask(after, "take") == {}
            said = await port.printing(here.site, held.ticket.id)
            assert said == Printing(given["job"], "unknown", "interrupted")
            await ask(after, "answer", job=given["job"], came_out=False)
            (copy,) = await jobs(here, after)
            assert copy["copy"], "somebody looked"
            assert (await jobs(here, after))[0]["job"] == copy["job"], "an answer may be lost"


async def test_one_paper_that_cannot_be_made_keeps_no_other_from_the_box(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make = LedgerPapers.make

    async def fails_once(*given: Any) -> Document:
        monkeypatch.setattr(LedgerPapers, "make", make)
        raise ZeroDivisionError

    async with with_box(tmp_path / "data", HOSTED) as here:
        token = await pair(here)
        made = [
            await here.running.ledger.run(
                spool.print_test, PrintTest("own", "es"), site=here.site, actor="test"
            )
            for _ in range(2)
        ]
        monkeypatch.setattr(LedgerPapers, "make", fails_once)
        with caplog.at_level(logging.CRITICAL, "turnero.boxes"):
            async with here.client(token) as client:
                assert [one["job"] for one in await jobs(here, client)] == [made[1].job]
        state = await here.running.ledger.read(reads.job_state, made[0].job)
    assert state is JobState.FAILED


async def test_a_test_page_comes_out_at_the_box_too(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data", HOSTED) as here:
        token = await pair(here)
        wanted = PrintTest("own", "es")
        await here.running.ledger.run(spool.print_test, wanted, site=here.site, actor="test")
        async with here.client(token) as client:
            (job,) = await jobs(here, client)
            assert job["copy"]
            assert job["document"]["blocks"]


async def test_a_copy_that_the_box_made_alone_is_kept_once(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data", HOSTED) as here:
        token = await pair(here)
        port = LedgerKiosk(here.running.web)
        held = await port.issue(
            here.site, Issue("cash", language="es", channel="kiosk", place="door"), BY
        )
        async with here.client(token) as client:
            (job,) = await jobs(here, client)
            await ask(client, "report", job=job["job"], state="cancelled", version=2)
            said = {"printer": "own", "ticket": held.ticket.id, "place": "door", "state": "printed"}

            async def copied(key: str = "copy-2-1", **other: str) -> httpx.Response:
                return await client.post(
                    "/api/v1/box/print/copied",
                    json=said | other,
                    headers={"idempotency-key": key},
                )

            first = await copied()
            assert (await copied()).json() == first.json(), "an answer may be lost"
            known = await port.printing(here.site, held.ticket.id)
            assert known == Printing(first.json()["job"], "printed", None, copy=True)
            assert (await ask(client, "take")).get("jobs", []) == []
            for other, status in (
                ({"state": "queued"}, 422),
                ({"printer": "theirs"}, 403),
                ({"ticket": "0" * 32}, 404),
            ):
                assert (await copied("copy-3-1", **other)).status_code == status


async def test_a_box_prints_on_its_own_printers_only(tmp_path: Path) -> None:
    async with with_box(tmp_path / "data", HOSTED) as here:
        token = await pair(here)
        wanted = PrintTest("theirs", "es")
        made = await here.running.ledger.run(spool.print_test, wanted, site=here.site, actor="test")
        async with here.client(token) as client:
            assert await ask(client, "take") == {}
            got = await client.post("/api/v1/box/print/take", json={"printers": ["theirs"]})
            assert (got.status_code, got.json()["code"]) == (403, "not-hosted")
            said = {"job": made.job, "state": "printed", "version": 1}
            assert await ask(client, "report", **said) == {"state": ""}
            got = await client.post(
                "/api/v1/box/print/answer", json={"job": made.job, "came_out": True}
            )
            assert got.status_code == 404


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("report", b'{"job":1,"state":"eaten","version":1}'),
        ("report", b'{"job":"1"}'),
        ("take", b"[]"),
        ("answer", b"{}"),
    ],
)
async def test_what_is_no_message_is_refused(tmp_path: Path, path: str, body: bytes) -> None:
    async with with_box(tmp_path / "data", HOSTED) as here:
        async with here.client(await pair(here)) as client:
            got = await client.post(f"/api/v1/box/print/{path}", content=body)
        assert (got.status_code, got.json()["code"]) == (422, "message-wrong")
