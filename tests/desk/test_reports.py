"""The day's report as a page and as PDF; numbers on paper, and calls made by hand entered later."""

import re
from typing import Any

import msgspec
import pytest

from tests.desk.conftest import Room, keys_in
from turnero.desk.day_sheet import sheet
from turnero.desk.sheets import Table, Words
from turnero.queue import reads
from turnero.queue.accuracy import Kept
from turnero.queue.commands import day, reports
from turnero.queue.commands.forecasts import publish
from turnero.queue.commands.help import ask_help
from turnero.queue.commands.ratings import rate
from turnero.queue.reads.reports import Labels
from turnero.queue.report import Phoned, Waits, fold
from turnero.queue.requests import AskHelp, CloseDay, PublishForecasts, Rate
from turnero.store.timers import TimerDue
from turnero.web.formats import formats
from turnero.web.languages import translator

#: the day of the room's clock
DAY = "2025-10-15"


async def reported(room: Room) -> None:
    """A small day, closed and reported."""
    await room.open("main.1")
    for _ in range(3):
        await room.arrive()
        room.wait(240)
        await room.next()
    served = (await room.desk()).serving
    assert served is not None
    await room.do(rate, Rate(served.ticket, "overall", 1, 5))
    await room.arrive("oncology")
    await room.do(ask_help, AskHelp("hall", "unwell"))
    await room.do(day.close_day, CloseDay())
    await room.do(reports.make, TimerDue(1, reports.MAKE, DAY, room.clock.now_ms(), ""), "timer")


async def test_before_the_first_close_there_is_no_report_and_it_says_so(room: Room) -> None:
    assert "No day has been reported yet" in await room.text("/reports/main", "supervisor")
    answer = await room.get(f"/reports/main/{DAY}", "supervisor")
    assert answer.status_code == 404
    assert "has no report" in answer.text


@pytest.mark.rule("close-of-day")
async def test_a_closed_day_is_told_in_figures_and_tables(room: Room) -> None:
    await reported(room)
    answer = await room.get("/reports/main", "supervisor")
    assert answer.headers["location"] == f"/reports/main/{DAY}"
    text = re.sub(
        r"\s+", " ", re.sub("<[^>]+>", " ", await room.text(f"/reports/main/{DAY}", "supervisor"))
    )
    assert "Wednesday, October 15" in text
    assert "Half waited at most 4 min" in text
    assert "Admission General 3 2 0 0 0 1" in text
    assert "Ventanilla 1 2 12 min" in text
    assert "Entrada principal Feels unwell" in text
    assert "overall 1 too few for a share" in text


async def test_it_says_how_promised_waits_were_kept(room: Room) -> None:
    kept = msgspec.json.encode([Kept("admission", 9, 40, 30, 4, -60 * 40, 180 * 40, 600 * 40)])
    await room.do(publish, PublishForecasts((), DAY, kept.decode()))
    await reported(room)
    page = await room.text(f"/reports/main/{DAY}?lang=es", "supervisor")
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page))
    assert re.search("Cómo se cumplieron las esperas prometidas .*Admisión 40 75 % 10 %", text)


def test_callbacks_that_ended_on_the_day_are_told_by_how_far_they_came() -> None:
    phoned = Phoned("caja", 9, 5, 2, 1, 1, Waits(5, 600, 900, 1200))
    report = msgspec.structs.replace(fold([], DAY, "America/Lima"), phoned=(phoned,))
    say = translator("es", "pe")
    words = Words(say, formats(say.tag, "America/Lima"), Labels({"caja": {"es": "Caja"}}, {}, {}))
    tables = {one.title: one for one in sheet(report, words, Table("", (), ())).tables}
    assert tables["Devolución de llamadas"].rows == (
        ("Caja", "9", "5", "2", "1", "1", "10\xa0min"),
    )
    none = sheet(fold([], DAY, "America/Lima"), words, Table("", (), ()))
    assert "Devolución de llamadas" not in {one.title for one in none.tables}


async def test_it_reads_in_each_language(room: Room) -> None:
    await reported(room)
    page = await room.text(f"/reports/main/{DAY}?lang=es", "supervisor")
    assert "Informe del día" in page
    assert "Admisión" in page
    assert "Half waited" not in page


async def test_it_is_a_pdf_too(room: Room) -> None:
    await reported(room)
    answer = await room.get(f"/reports/main/{DAY}/pdf", "supervisor")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert f'filename="main-{DAY}.pdf"' in answer.headers["content-disposition"]
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize("path", ["/reports/main", "/contingency/main", "/hand-log/main"])
async def test_only_supervisors_and_administrators_see_them(room: Room, path: str) -> None:
    assert (await room.get(path, "supervisor")).status_code == 200
    assert (await room.get(path, "agent")).status_code == 403


@pytest.mark.rule("server-down")
async def test_numbers_are_set_aside_once_and_printed_to_cut_out(room: Room) -> None:
    page = await room.text("/contingency/main", "supervisor")
    (key,) = keys_in(page)
    fields = {"day": DAY, "service": ["admission", "cash", "oncology"], "count": ["30", "0", "2"]}
    for _ in range(2):  # a double press
        answer = await room.post("/contingency/main", "supervisor", key=key, part=False, **fields)
        assert answer.status_code == 303
    kept = await room.ledger.read(reads.leases, 1, DAY)
    assert [(one.service, one.first, one.last) for one in kept] == [
        ("admission", 1, 30),
        ("oncology", 1, 2),
    ]
    assert (await room.arrive()).number == "A031"
    assert "A001 – A030" in await room.text("/contingency/main", "supervisor")
    answer = await room.get(f"/contingency/main/{DAY}/pdf", "supervisor")
    assert answer.headers["content-type"] == "application/pdf"
    # The use of it, two pages of admission, one of oncology, two of log.
    assert len(re.findall(rb"/Type /Page\b(?!s)", answer.content)) == 6
    none = await room.get("/contingency/main/2025-10-16/pdf", "supervisor")
    assert none.status_code == 404


async def test_a_service_by_hand_may_end_after_midnight(room: Room) -> None:
    fields: dict[str, Any] = {"service": "admission", "desk": "main.1", "day": DAY}
    leased: dict[str, Any] = {"day": DAY, "service": "admission", "count": "3"}
    await room.post("/contingency/main", "supervisor", part=False, **leased)
    room.wait(24 * 3600)
    for number, called, ended, status in (
        ("A001", "23:50", "00:05", 303),
        ("A002", "10:20", "10:02", 422),
    ):
        answer = await room.post(
            "/hand-log/main",
            "supervisor",
            part=False,
            **fields,
            number=number,
            called=called,
            ended=ended,
        )
        assert answer.status_code == status, answer.text
    wrong: dict[str, Any] = fields | {"number": "A003", "day": "2025-02-31"}
    answer = await room.post("/hand-log/main", "supervisor", called="10:00", ended="10:05", **wrong)
    assert answer.status_code == 422
    assert "Numbers on paper" not in answer.text


@pytest.mark.rule("server-down")
async def test_a_call_made_by_hand_is_entered_with_number_desk_and_hours(room: Room) -> None:
    ticket = await room.arrive()
    room.wait(3600)
    fields = {"number": "a001", "service": "admission", "desk": "main.1", "day": DAY}
    answer = await room.post(
        "/hand-log/main", "supervisor", part=False, **fields, called="10:20", ended="10:31"
    )
    assert answer.status_code == 303
    assert (await room.ticket(ticket.ticket)).state == "finished"
    page = await room.text(answer.headers["location"], "supervisor")
    assert "A001 is entered." in page
    # The next call's form keeps the desk.
    assert re.search(r'value="main.1" selected', page)
    again = await room.post(
        "/hand-log/main", "supervisor", part=False, **fields, called="10:20", ended="10:31"
    )
    assert again.status_code == 409
