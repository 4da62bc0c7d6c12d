"""The kiosk's port of a box, beside a real server that goes away and comes back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.device.offline.standing import HOUR_MS, SITE, beside
from turnero.device.offline import reads
from turnero.device.offline.paper import made_here
from turnero.device.offline.tables import box_rating
from turnero.device.printing import BoxPapers
from turnero.kiosk.port import By
from turnero.kiosk.rating import may_rate
from turnero.printer.document import Text
from turnero.printer.spool import Claimed
from turnero.queue.commands import calls, desks, finishing
from turnero.queue.requests import Finish, Next, OpenDesk, Rate
from turnero.queue.views import NOT_KNOWN
from turnero.store.devices import Device
from turnero.store.errors import Refused, Unavailable
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_RATINGS = Statement(select(box_rating))


async def test_the_patient_sees_no_difference_but_a_small_sign(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        online = await it.take()
        place = await it.port.place(it.box.site, "door")
        assert (online.ticket.number, online.ticket.ahead, place.offline) == ("C001", 0, False)
        it.wire.cut = True
        alone = await it.take()
        assert alone.ticket.number == "C700"
        assert (alone.ticket.ahead, alone.ticket.wait) == (None, None)
        assert alone.paper.requirements == online.paper.requirements
        place = await it.port.place(it.box.site, "door")
        assert (place.offline, place.closed, place.prints) == (True, False, True)
        found = await it.port.offers(it.box.site)
        cash = next(one for one in found.services if one.key == "cash")
        assert (cash.state, cash.waiting, cash.wait) == ("open", NOT_KNOWN, None)
        shut = next(one for one in found.services if one.key == "shut")
        assert shut.state == "closed"
        for again in (
            await it.port.find(alone.code),
            await it.port.find_short(it.box.site, alone.short),
            await it.port.find_number(it.box.site, "C700"),
        ):
            assert again is not None
            assert again.ticket.id == alone.ticket.id
        seen = await it.port.find(online.code)
        assert seen is not None
        assert (seen.ticket.number, seen.stale, seen.ticket.ahead) == ("C001", True, None)
        assert await it.port.find("x" * 22) is None
        assert await it.port.prefixes(it.box.site) == ("A", "C", "H", "L", "S")


async def test_nobody_waits_twice_for_a_server_that_does_not_answer(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        it.wire.cut = True
        await it.take()
        it.wire.cut = False
        heard = len(it.wire.heard)
        held = await it.take()
        await it.port.offers(it.box.site)
        await it.port.printing(it.box.site, held.ticket.id)
        await it.port.printing(it.box.site, "f" * 32)
        assert len(it.wire.heard) == heard, "nothing is asked until the server was heard again"
        await it.ready()
        assert (await it.take()).ticket.number == "C001"


async def test_a_network_that_answers_itself_stops_nobody(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        it.wire.portal = True
        assert (await it.port.place(it.box.site, "door")).offline
        assert (await it.take()).ticket.number == "C700"
        assert await it.port.find("x" * 22) is None
        with pytest.raises(Unavailable):
            await it.beat()
        it.wire.portal = False
        await it.ready()
        assert await it.tickets() == [("C700", "waiting")]


async def test_what_was_made_is_brought_once_and_in_its_place(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        await it.take()
        it.wire.cut = True
        for _ in range(3):
            it.pass_time(60_000)
            await it.take()
        it.wire.cut = False
        it.pass_time(60_000)
        await it.beat()
        await it.take()  # the server answers again before it has heard of the others
        it.wire.lose = 1
        with pytest.raises(Exception, match="does not answer"):
            await it.keeping.bring()  # the server took them, and its answer was lost
        await it.ready()
        assert await it.tickets() == [
            (number, "waiting") for number in ("C001", "C700", "C701", "C702", "C002")
        ]
        assert (await it.ledger.read(reads.backlog)).left == 0


@pytest.mark.parametrize("fast_ms", [2 * HOUR_MS, -2 * HOUR_MS])
async def test_a_clock_two_hours_wrong_changes_no_order(tmp_path: Path, fast_ms: int) -> None:
    async with beside(tmp_path, fast_ms=fast_ms) as it:
        await it.take()
        it.wire.cut = True
        it.pass_time(60_000)
        await it.take()
        it.own_clock.set_wall(it.own_clock.now_ms() + 2 * HOUR_MS)  # somebody sets it meanwhile
        it.pass_time(60_000)
        await it.take()
        it.wire.cut = False
        it.pass_time(60_000)
        await it.beat()
        await it.take()
        await it.ready()
        assert [number for number, _ in await it.tickets()] == ["C001", "C700", "C701", "C002"]


async def test_a_lost_answer_is_asked_for_again_before_a_number_of_ones_own(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        it.wire.lose = 1
        held = await it.take("press-x")
        assert held.ticket.number == "C001", "the same act once more"
        assert it.wire.heard.count("/api/v1/box/kiosk/issue") == 2
        it.wire.lose = 2
        held = await it.take("press-y")
        assert held.ticket.number == "C700"
        assert (await it.take("press-y")).ticket.id == held.ticket.id
        await it.ready()
        assert (await it.take("press-y")).ticket.id == held.ticket.id
        assert dict(await it.tickets()) == {
            "C001": "waiting", "C002": "cancelled", "C700": "waiting",
        }  # fmt: skip


async def test_a_page_that_asks_again_offline_shows_the_servers_ticket(tmp_path: Path) -> None:
    """The holder turns to another language when the connection has just gone."""
    async with beside(tmp_path) as it:
        held = await it.take("press-1")
        it.wire.cut = True
        again = await it.take("press-1", language="en")
        assert again.ticket.id == held.ticket.id
        assert await it.ledger.read(reads.tickets_to_bring) == ()


async def test_numbers_used_up_send_people_to_staff_in_words(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        it.wire.cut = True
        for _ in range(100):
            await it.take()
        with pytest.raises(Refused) as none_left:
            await it.take()
        assert none_left.value.code == "no-number-held"
        found = await it.port.offers(it.box.site)
        cash = next(one for one in found.services if one.key == "cash")
        assert cash.state == "paused"
        assert cash.pause is not None
        assert "la ventanilla 1" in cash.pause.texts["es"]
        assert (await it.take(service="laboratory")).ticket.number == "L700"
        it.pass_time(24 * HOUR_MS)  # past the day: nothing is left at all
        place = await it.port.place(it.box.site, "door")
        assert place.closed
        assert place.pause is not None
        assert "ya no quedan números" in place.pause.texts["es"]
        with pytest.raises(Refused, match="no-number-held"):
            await it.take(service="laboratory")


async def test_numbers_are_renewed_each_day_and_when_half_are_used(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:

        async def left() -> dict[str, int]:
            today = it.keeping.today("America/Lima")
            found = await it.ledger.read(reads.stock, it.box.site, "door", today)
            return {key: one.left for key, one in found.items() if key in ("cash", "laboratory")}

        assert await left() == {"cash": 100, "laboratory": 100}
        it.wire.cut = True
        for _ in range(50):
            await it.take()
        it.wire.cut = False
        await it.ready()
        assert await left() == {"cash": 150, "laboratory": 100}
        await it.ready()
        assert await left() == {"cash": 150, "laboratory": 100}
        it.pass_time(24 * HOUR_MS)
        await it.ready()
        assert await left() == {"cash": 100, "laboratory": 100}


async def test_a_rating_is_kept_and_counts_once(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        held = await it.take()
        server = it.here.running.ledger

        async def desk(command: Callable[[Tx, Any], object], request: Any) -> None:
            await server.run(command, request, site=it.box.site, actor="system")

        await desk(desks.open_desk, OpenDesk("demo.1"))
        await desk(calls.call_next, Next("demo.1"))
        await desk(finishing.finish, Finish(held.ticket.id))
        it.wire.cut = True
        shown = await it.port.find(held.code)
        assert shown is not None
        assert may_rate(shown)
        rate = Rate(held.ticket.id, "overall", 1, 5)
        for _ in range(2):
            await it.port.rate(shown, rate, By("kiosk:door", "rating-1"))
        assert it.keeping.backlog.ratings == 1
        it.wire.cut = False
        await it.beat()
        it.wire.lose = 1
        with pytest.raises(Exception, match="does not answer"):
            await it.keeping.bring()
        await it.ready()
        assert it.keeping.backlog.left == 0
        rated = await it.port.ticket(it.box.site, held.ticket.id)
        assert rated is not None
        assert rated.rated


async def test_a_rating_waits_until_its_ticket_was_brought(tmp_path: Path) -> None:
    """There are more tickets than are brought at once."""
    async with beside(tmp_path) as it:
        it.wire.cut = True
        for _ in range(reads.BATCH + 1):
            held = await it.take()
        rate = Rate(held.ticket.id, "overall", 1, 5)
        await it.port.rate(held, rate, By("kiosk:door", "rating-1"))
        it.wire.cut = False
        await it.ready()
        (rating,) = await it.ledger.read(lambda q: q.rows(_RATINGS))
        assert (rating.open, rating.refused) == (0, "move-illegal"), "known, and not served yet"


async def test_what_needs_the_server_says_so_kindly(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        it.wire.cut = True
        held = await it.take()
        for act in (it.port.leave, it.port.step_out, it.port.come_back):
            with pytest.raises(Refused, match="no-connection"):
                await act(held, By("kiosk:door", "act"))
        asked = await it.port.ask_help(it.box.site, "door", "help", By("kiosk:door", "help-1"))
        assert (asked.heard, asked.coming, asked.late) == (False, False, True)
        assert await it.port.help(it.box.site, asked.id) is not None
        with pytest.raises(Refused, match="service-closed"):
            await it.take(service="shut")
        with pytest.raises(Refused, match="attention-unknown"):
            await it.take(attention="royal")


async def test_a_box_that_was_taken_out_gives_nothing(tmp_path: Path) -> None:
    async with beside(tmp_path) as it:
        it.link.use("not-a-token")
        with pytest.raises(Refused):
            await it.beat()
        assert it.link.standing == "revoked"
        with pytest.raises(Refused, match="no-connection"):
            await it.take()


def printer_of(site: int) -> Device:
    """One whose site has put a line of its own on its tickets."""
    paper = {"ticket": {"below": {"es": ["Gracias por esperar"]}}}
    settings = json.dumps({"url": "virtual:", **paper})
    return Device(7, site, "printer", "hall", "Impresora", "", settings, None, None)


async def test_the_paper_is_the_same_with_the_sign_and_burns_its_number_first(
    tmp_path: Path,
) -> None:
    async with beside(tmp_path, site=SITE) as it:
        it.wire.cut = True
        held = await it.take(aids=("large-type",), attention=None)
        own = await it.ledger.read(reads.ticket, held.ticket.id)
        assert own is not None
        assert own.state == "waiting"
        printer = printer_of(it.box.site)
        document = await made_here(it.ledger, printer, Claimed(1, held.ticket.id))
        own = await it.ledger.read(reads.ticket, held.ticket.id)
        assert own is not None
        assert own.state == "burnt"
        assert document is not None
        said = " ".join(one.text for one in document.blocks if isinstance(one, Text))
        for words in ("C700", "Caja", "Sin conexión: su número vale igual", "Gracias por esperar"):
            assert words in said
        assert await made_here(it.ledger, printer, Claimed(1, "f" * 32)) is None


async def test_a_copy_says_the_servers_hour_whatever_the_clock_of_the_box_says(
    tmp_path: Path,
) -> None:
    async with beside(tmp_path, site=SITE) as it:
        it.wire.cut = True
        held = await it.take(attention=None)
        it.link.offset_ms = 2 * HOUR_MS  # as it was heard last
        papers = BoxPapers(it.box)
        made = Claimed(1, held.ticket.id, copy=True)
        document = await papers.make(it.ledger, printer_of(it.box.site), made)
        said = " ".join(document.texts())
        assert "COPIA" in said
        assert "Reimpreso a las 5:00" in said
