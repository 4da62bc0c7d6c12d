"""The greeter's tablet: give a ticket, find one, cancel it, bring it back."""

import pytest

from tests.desk.conftest import HOST, Room, keys_in
from turnero.store import journal


async def test_one_touch_gives_a_ticket_of_the_usual_class(room: Room) -> None:
    answer = await room.post("/greeter/1/issue", "greeter", service="cash")
    assert answer.status_code == 200
    assert "C001" in answer.text
    assert "Nobody ahead" in answer.text


async def test_class_language_and_people_go_with_the_ticket(room: Room) -> None:
    answer = await room.post(
        "/greeter/1/issue",
        "greeter",
        service="cash",
        attention="preferential",
        language="pt",
        people="4",
    )
    for word in ("Priority", "Português", "4 people"):
        assert word in answer.text


async def test_the_answer_brings_the_key_of_the_next_ticket(room: Room) -> None:
    page = await room.text("/greeter", "greeter")
    first = keys_in(page)[0]
    answer = await room.post("/greeter/1/issue", "greeter", key=first, service="cash")
    again = await room.post("/greeter/1/issue", "greeter", key=first, service="cash")
    assert "C001" in again.text
    following = keys_in(answer.text)[0]
    assert following != first
    other = await room.post("/greeter/1/issue", "greeter", key=following, service="cash")
    assert "C002" in other.text


async def test_classes_that_only_clinicians_give_are_not_offered(room: Room) -> None:
    page = await room.text("/greeter", "greeter")
    assert 'value="preferential"' in page
    assert 'value="ordinary" checked' in page


@pytest.mark.parametrize("typed", ["A001", "a001", " a 001 "])
async def test_a_ticket_is_found_by_its_number_as_people_write_it(room: Room, typed: str) -> None:
    await room.arrive()
    found = await room.get(f"/greeter/1/find?number={typed}", "greeter", part=True)
    assert found.status_code == 200
    assert "A001" in found.text
    assert "Waiting" in found.text


async def test_a_number_that_nobody_has_today_says_so(room: Room) -> None:
    found = await room.get("/greeter/1/find?number=Z999", "greeter", part=True)
    assert found.status_code == 404
    assert "No ticket has this number today" in found.text


async def test_yesterdays_ticket_is_not_found_today(room: Room) -> None:
    await room.arrive()
    room.wait(24 * 3600)
    found = await room.get("/greeter/1/find?number=A001", "greeter", part=True)
    assert found.status_code == 404


async def test_a_ticket_is_cancelled_after_asking(room: Room) -> None:
    issued = await room.arrive()
    dialog = await room.text(f"/greeter/tickets/{issued.ticket}/ask/cancel", "greeter", part=True)
    assert "Cancel ticket A001?" in dialog
    answer = await room.post(f"/greeter/tickets/{issued.ticket}/cancel", "greeter")
    assert "Cancelled" in answer.text
    assert (await room.ticket(issued.ticket)).state == "cancelled"


async def test_who_was_set_aside_is_brought_back(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    await room.post("/desk/main.1/move/park", ticket=issued.ticket)
    found = await room.get("/greeter/1/find?number=A001", "greeter", part=True)
    assert "Back to the line" in found.text
    await room.post(f"/greeter/tickets/{issued.ticket}/return", "greeter")
    assert (await room.ticket(issued.ticket)).state == "waiting"


async def test_another_sites_greeter_finds_nothing(room: Room) -> None:
    issued = await room.arrive()
    assert (
        await room.post(f"/greeter/tickets/{issued.ticket}/cancel", "stranger")
    ).status_code in (403, 404)
    assert (await room.get("/greeter/1/find?number=A001", "stranger")).status_code == 403


async def test_a_greeter_does_not_press_the_desks_keys(room: Room) -> None:
    assert (await room.post("/desk/main.1/next", "greeter", seen="")).status_code == 403


async def test_in_a_browser_that_is_a_kiosk_too_it_is_the_person_who_gives_the_ticket(
    room: Room,
) -> None:
    both = {"cookie": "turnero_kiosk=kiosk; turnero_user=greeter", "origin": HOST}
    fields = {"idempotency_key": "press-by-both", "service": "cash"}
    answer = await room.client.post("/greeter/1/issue", data=fields, headers=both)
    assert answer.status_code == 200
    *_, issued = await room.ledger.read(journal.read, 1, 0, 1000)
    assert (issued.kind, issued.actor) == ("ticket-issued", "user:greeter")
