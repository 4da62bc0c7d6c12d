"""What every adapter of the kiosk's port does, tried on the site's own ledger on both databases."""

import msgspec
import pytest

from tests.kiosk.clinic import ADDRESS, Clinic
from turnero.kiosk.port import By, KioskPort
from turnero.queue.codes import short_code
from turnero.queue.commands.help import acknowledge_help
from turnero.queue.facts import HelpAsked, PrintChanged, TicketIssued, TicketRated
from turnero.queue.requests import AckHelp, Issue, Rate
from turnero.queue.tables import ticket
from turnero.store import devices
from turnero.store.errors import NotFound, Refused
from turnero.store.sql import Statement
from turnero.store.tx import Tx

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

BY = By("token:1", "key-00000001")
TAKE = Issue("admission", channel="kiosk", place="hall", language="en", aids=("large-type",))


@pytest.fixture
def port(clinic: Clinic) -> KioskPort:
    """The adapter under test."""
    return clinic.port


async def test_it_offers_the_services_by_their_public_names(port: KioskPort) -> None:
    site = await port.offers(1)
    assert [one.key for one in site.services] == ["admission", "laboratory", "evening", "few"]
    laboratory = site.services[1]
    assert [one.names["en"] for one in laboratory.children] == ["Blood test", "Room 4"]
    assert site.services[2].opens == "15:30"


async def test_a_site_that_is_gone_is_not_found(port: KioskPort) -> None:
    with pytest.raises(NotFound, match="site-unknown"):
        await port.offers(7)


async def test_a_ticket_taken_twice_under_one_key_is_one_ticket(
    port: KioskPort, clinic: Clinic
) -> None:
    first = await port.issue(1, TAKE, BY)
    again = await port.issue(1, TAKE, BY)
    other = await port.issue(1, TAKE, By("token:1", "key-00000002"))
    assert first.ticket.id == again.ticket.id
    assert first.code == again.code
    assert other.ticket.number == "A002"
    assert len(await clinic.facts(TicketIssued)) == 2


async def test_the_ticket_taken_carries_all_that_its_page_says(port: KioskPort) -> None:
    held = await port.issue(1, TAKE, BY)
    assert held.ticket.number == "A001"
    assert held.ticket.aids == ("large-type",)
    assert held.paper.place == "hall"
    assert held.url == f"{ADDRESS}/t/{held.code}"
    assert held.short == short_code(held.code)
    assert not held.special
    preferential = msgspec.structs.replace(TAKE, attention="preferential")
    assert (await port.issue(1, preferential, By("token:1", "key-00000003"))).special


async def test_a_ticket_is_found_by_its_secret_code_and_by_nothing_else(port: KioskPort) -> None:
    held = await port.issue(1, TAKE, BY)
    found = await port.find(held.code)
    assert found is not None
    assert (found.site, found.ticket.id) == (1, held.ticket.id)
    for other in ("", held.code[:-1], held.code.swapcase(), held.ticket.id, held.ticket.number):
        assert await port.find(other) is None


async def test_a_revoked_code_finds_nothing(port: KioskPort, clinic: Clinic) -> None:
    held = await port.issue(1, TAKE, BY)
    new_code = Statement(ticket.update().values(code="x" * 22))

    def revoke(tx: Tx, _request: None) -> None:
        tx.run(new_code)

    await clinic.do(revoke, None)
    assert await port.find(held.code) is None
    assert await port.find("x" * 22) is not None


async def test_eight_digits_find_a_ticket_of_today_at_this_site(
    port: KioskPort, clinic: Clinic
) -> None:
    held = await port.issue(1, TAKE, BY)
    found = await port.find_short(1, held.short)
    assert found is not None
    assert found.ticket.id == held.ticket.id
    wrong = f"{(int(held.short) + 1) % 10**8:08d}"
    assert await port.find_short(1, wrong) is None
    assert await port.find_short(2, held.short) is None
    assert await port.find_short(1, held.short[:-1]) is None
    assert await port.find_short(1, "١٢٣٤٥٦٧٨") is None
    clinic.clock.advance(24 * 3_600_000)
    assert await port.find_short(1, held.short) is None


async def test_a_ticket_is_followed_by_its_id_only_at_its_own_site(port: KioskPort) -> None:
    held = await port.issue(1, TAKE, BY)
    seen = await port.ticket(1, held.ticket.id)
    assert seen is not None
    assert seen.number == held.ticket.number
    assert await port.ticket(2, held.ticket.id) is None
    assert await port.ticket(1, "0" * 32) is None


async def test_somebody_leaves_and_somebody_comes_back(port: KioskPort, clinic: Clinic) -> None:
    await clinic.open_desk()
    held = await port.issue(1, TAKE, BY)
    assert await clinic.call() == held.ticket.id
    await clinic.no_show(held.ticket.id)
    await port.come_back(held, By("public", "key-00000004"))
    back = await port.find(held.code)
    assert back is not None
    assert back.ticket.state == "waiting"
    await port.leave(held, By("public", "key-00000005"))
    await port.leave(held, By("public", "key-00000005"))
    gone = await port.find(held.code)
    assert gone is not None
    assert gone.ticket.state == "cancelled"
    with pytest.raises(Refused, match="move-illegal"):
        await port.leave(held, By("public", "key-00000006"))


async def test_a_rating_is_kept_once(port: KioskPort, clinic: Clinic) -> None:
    await clinic.open_desk()
    held = await port.issue(1, TAKE, BY)
    await clinic.call()
    await clinic.finish(held.ticket.id)
    said = Rate(held.ticket.id, "overall", 1, 4, ("wait",), place="hall")
    await port.rate(held, said, By("token:1", "key-00000007"))
    with pytest.raises(Refused, match="already-rated"):
        await port.rate(held, said, By("token:1", "key-00000008"))
    (fact,) = await clinic.facts(TicketRated)
    assert (fact.answer, fact.reasons, fact.place) == (4, ("wait",), "hall")


async def test_the_newest_print_of_a_ticket_is_told(port: KioskPort, clinic: Clinic) -> None:
    held = await port.issue(1, TAKE, BY)
    assert await port.printing(1, held.ticket.id) is None

    def tell(tx: Tx, fact: PrintChanged) -> None:
        tx.append(fact)

    for job, state, reason in ((1, "queued", None), (2, "sent", None), (1, "failed", "paper-out")):
        whose = held.ticket.id if job == 1 else "0" * 32
        await clinic.do(tell, PrintChanged(whose, job, "paper", state, reason, again=job == 1))
    printing = await port.printing(1, held.ticket.id)
    assert printing is not None
    assert (printing.job, printing.state, printing.reason) == (1, "failed", "paper-out")
    assert printing.again


async def test_help_is_heard_where_somebody_works_and_told_when_they_come(
    port: KioskPort, clinic: Clinic
) -> None:
    asked = await port.ask_help(1, "hall", "unwell", By("token:1", "key-00000009"))
    assert (asked.place, asked.need, asked.coming, asked.heard) == ("hall", "unwell", False, False)
    again = await port.ask_help(1, "hall", "unwell", By("token:1", "key-00000010"))
    assert again.id == asked.id
    assert len(await clinic.facts(HelpAsked)) == 1
    await clinic.open_desk()
    heard = await port.help(1, asked.id)
    assert heard is not None
    assert heard.heard
    await clinic.do(acknowledge_help, AckHelp(asked.id))
    coming = await port.help(1, asked.id)
    assert coming is not None
    assert coming.coming
    assert await port.help(2, asked.id) is None


async def test_a_kiosk_is_known_by_its_key(port: KioskPort) -> None:
    hall = await port.place(1, "hall")
    assert (hall.name, hall.prints) == ("Entrada", True)
    garden = await port.place(1, "garden")
    assert (garden.name, garden.prints, garden.mm) == ("Jardín", False, 5)
    assert garden.where["en"] == "Wait by the fountain."
    assert garden.staff == {"es": "la caseta de la puerta"}
    nowhere = await port.place(1, None)
    assert (nowhere.key, nowhere.prints, nowhere.device) == ("", False, None)


async def test_a_kiosk_that_is_alive_is_noted(port: KioskPort, clinic: Clinic) -> None:
    hall = await port.place(1, "hall")
    assert hall.device is not None
    await port.heard(1, hall.device, b'{"page":"choose"}')
    device = await clinic.ledger.read(devices.by_key, 1, "kiosk", "hall")
    assert device is not None
    assert device.heard_ms == clinic.clock.now_ms()
