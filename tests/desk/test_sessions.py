"""Sitting down at a desk, taking a break, leaving; and that only who works there gets keys."""

from typing import Any

from tests.desk.conftest import Room


async def test_the_page_of_desks_says_which_are_free_and_whose_the_others_are(room: Room) -> None:
    await room.open("main.1", "ana")
    await room.get("/desk", "ana")
    page = await room.text("/desk", "luis")
    assert page.count("badge-good") == 2
    assert "Ana" in page
    assert "/desk/main.1/ask/open" in page


async def test_opening_a_free_desk_leads_to_its_page(room: Room) -> None:
    answer = await room.post("/desk/main.2/open", "ana", part=False)
    assert answer.headers["location"] == "/desk/main.2"
    session = (await room.desk("main.2")).session
    assert session is not None
    assert session.agent == "user:11"


async def test_a_closed_desk_shows_one_key_that_opens_it(room: Room) -> None:
    page = await room.text("/desk/main.1")
    assert "This desk is closed" in page
    assert 'data-key="Space"' in page
    assert 'data-key="R"' not in page


async def test_anothers_desk_is_not_taken_without_saying_so(room: Room) -> None:
    await room.open("main.1", "ana")
    refused = await room.post("/desk/main.1/open", "luis")
    assert refused.status_code == 409
    dialog = await room.text("/desk/main.1/ask/open", "luis", part=True)
    assert "Ana works there" in dialog
    await room.post("/desk/main.1/open", "luis", take_over="yes")
    session = (await room.desk("main.1")).session
    assert session is not None
    assert session.agent == "user:12"


async def test_taking_over_goes_on_with_the_person_who_is_there(room: Room) -> None:
    await room.open("main.1", "ana")
    issued = await room.arrive()
    await room.next("main.1", "ana")
    assert f"ticket {issued.number}" in await room.text("/desk/main.1/ask/open", "luis", part=True)
    page = (await room.post("/desk/main.1/open", "luis", take_over="yes")).text
    assert f'data-number="{issued.number}"' in page


async def test_moving_to_another_desk_takes_the_person_along(room: Room) -> None:
    await room.open("main.1", "ana")
    issued = await room.arrive()
    await room.next("main.1", "ana")
    dialog = await room.text("/desk/main.2/ask/open", "ana", part=True)
    assert "You leave Ventanilla 1" in dialog
    assert issued.number in dialog
    await room.post("/desk/main.2/open", "ana", take_over="yes")
    assert (await room.desk("main.1")).session is None
    serving = (await room.desk("main.2")).serving
    assert serving is not None
    assert serving.number == issued.number


async def test_anothers_desk_shows_no_keys_and_nothing_of_the_person(room: Room) -> None:
    await room.open("main.1", "ana")
    issued = await room.arrive()
    await room.next("main.1", "ana")
    page = await room.text("/desk/main.1", "luis")
    assert "Ana works at this desk" in page
    assert issued.number not in page
    assert 'data-key="Space"' not in page
    assert (await room.next("main.1", "luis")).status_code == 409


async def test_nobody_is_shown_before_they_are_called(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    assert issued.number not in await room.text("/desk/main.1")


async def test_a_break_has_a_reason_and_ends_with_one_key(room: Room) -> None:
    await room.open()
    without = await room.post("/desk/main.1/leave", how="break")
    assert without.status_code == 422
    page = (await room.post("/desk/main.1/leave", how="break", reason="Meal")).text
    assert "On a break" in page
    assert "Meal" in page
    page = (await room.post("/desk/main.1/resume")).text
    assert 'data-state="free"' in page


async def test_ones_own_words_for_a_break_go_before_those_offered(room: Room) -> None:
    await room.open()
    page = (
        await room.post("/desk/main.1/leave", how="break", reason="Meal", own="Fire drill")
    ).text
    assert "Fire drill" in page


async def test_nothing_is_called_during_a_break(room: Room) -> None:
    await room.open()
    await room.arrive()
    await room.post("/desk/main.1/leave", how="break", reason="Meal")
    assert (await room.next()).status_code == 409


async def test_closing_asks_what_becomes_of_the_person_and_does_it(room: Room) -> None:
    for person, state in (("finish", "finished"), ("park", "parked")):
        await room.open()
        issued = await room.arrive()
        await room.next()
        dialog = await room.text("/desk/main.1/ask/close", part=True)
        assert f"{issued.number} is at the desk" in dialog
        assert (await room.post("/desk/main.1/leave", how="close")).status_code == 409
        assert f'name="seen" value="{issued.ticket}"' in dialog
        page = (
            await room.post("/desk/main.1/leave", how="close", person=person, seen=issued.ticket)
        ).text
        assert "This desk is closed" in page
        assert (await room.ticket(issued.ticket)).state == state


async def test_what_becomes_of_a_person_is_said_of_the_one_who_was_shown(room: Room) -> None:
    await room.open()
    shown, other = await room.arrive(), await room.arrive()
    await room.next()
    await room.next()  # in another window, while the dialog is open
    said: list[tuple[str, dict[str, Any]]] = [
        ("leave", {"how": "close"}),
        ("leave", {"how": "break", "reason": "Meal"}),
        ("hand-over", {"text": "Falta papel."}),
    ]
    for address, fields in said:
        answer = await room.post(
            f"/desk/main.1/{address}", person="finish", seen=shown.ticket, **fields
        )
        assert answer.status_code == 409
    assert (await room.ticket(other.ticket)).state == "called"


async def test_closing_with_an_outcome_missing_changes_nothing_at_all(room: Room) -> None:
    await room.open("main.3")
    issued = await room.arrive("laboratory")
    await room.next("main.3")
    answer = await room.post("/desk/main.3/leave", how="close", person="finish", seen=issued.ticket)
    assert answer.status_code == 409
    assert (await room.ticket(issued.ticket)).state == "called"
    assert (await room.desk("main.3")).session is not None


async def test_a_desk_for_which_alone_somebody_waits_says_so_before_closing(room: Room) -> None:
    await room.open()
    issued = await room.arrive()
    await room.next()
    await room.open("main.2", "ana")
    await room.post("/desk/main.1/transfer", ticket=issued.ticket, to="desk:main.2")
    dialog = await room.text("/desk/main.2/ask/close", "ana", part=True)
    assert "1 person waits for this desk only" in dialog
    assert (await room.post("/desk/main.2/leave", "ana", how="close")).status_code == 409


async def test_a_desks_own_machine_goes_to_its_desk_and_no_other(room: Room) -> None:
    answer = await room.get("/desk", "machine")
    assert answer.headers["location"] == "/desk/main.1"
    assert (await room.get("/desk/main.1", "machine")).status_code == 200
    assert (await room.get("/desk/main.2", "machine")).status_code == 403


async def test_another_sites_agent_is_kept_out(room: Room) -> None:
    for path in ("/desk/main.1", "/desk?site=main"):
        assert (await room.get(path, "stranger")).status_code == 403
    assert (await room.post("/desk/main.1/open", "stranger")).status_code == 403


async def test_who_may_see_which_page(room: Room) -> None:
    may = {
        "/desk/main.1": {"agent", "supervisor", "administrator"},
        "/supervisor": {"supervisor", "administrator"},
        "/greeter": {"greeter", "supervisor", "administrator"},
    }
    for path, roles in may.items():
        for role in ("agent", "greeter", "supervisor", "administrator"):
            expected = 200 if role in roles else 403
            assert (await room.get(path, role)).status_code == expected, (path, role)
