"""A ticket over the API: taken, called with a reason why, started, finished, rated; and the moves beside."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.server.api.conftest import As, Json

Take = Callable[..., Json]
Act = Callable[..., Json]


@pytest.fixture(autouse=True)
def nobody_else(act: Act) -> None:
    """Call whoever an earlier test left in line."""
    for desk in ("demo.1", "demo.2"):
        while act(f"desks/{desk}/next")["ticket"] is not None:
            pass


def test_sites_tell_services_desks_and_classes_in_the_callers_language(as_: As) -> None:
    (site,) = as_("kiosk").get("/api/v1/sites").json()["sites"]
    assert site["id"] == "demo"
    services = {service["id"]: service for service in site["services"]}
    assert services["cash"]["name"] == "Cashier"
    assert services["cash"]["names"]["pt"] == "Caixa"
    assert services["cash"]["requirements"] == ["Identity card"]
    assert services["cash"]["state"] == "open"
    assert services["shut"]["state"] == "closed"
    assert [desk["id"] for desk in site["desks"]] == ["demo.1", "demo.2", "demo.3"]
    assert [(one["id"], one["usual"]) for one in site["attentions"]] == [
        ("preferential", False),
        ("ordinary", True),
    ]
    spanish = as_("kiosk", "es-PE").get("/api/v1/sites").json()["sites"][0]
    assert spanish["services"][1]["name"] == "Caja"


def test_a_ticket_is_taken_called_started_finished_and_rated(as_: As, take: Take, act: Act) -> None:
    taken = take("cash", language="pt")
    assert set(taken) >= {"id", "number", "state", "service", "ahead", "wait", "public_url"}
    assert taken["state"] == "waiting"
    assert taken["number"].startswith("C")
    assert (taken["ahead"], taken["public_url"]) == (0, None)
    assert len(taken["id"]) == 32

    called = act("desks/demo.1/next")
    assert called["ticket"]["id"] == taken["id"]
    assert called["ticket"]["state"] == "called"
    assert called["ticket"]["desk"] == "demo.1"
    assert called["ticket"]["attention"] == "ordinary"
    assert called["ticket"]["called_at"].endswith("Z")
    assert called["why"]["rule"] == "only"
    assert called["why"]["sentence"] == f"{taken['number']} is the only one waiting."
    assert called["why"]["candidates"][0]["ticket"] == taken["id"]

    ticket = f"tickets/{taken['id']}"
    assert act(f"{ticket}/start")["state"] == "serving"
    assert act(f"{ticket}/finish")["state"] == "finished"
    shown = as_("kiosk").get(f"/api/v1/{ticket}").json()
    assert (shown["state"], shown["language"], shown["rated"]) == ("finished", "pt", False)

    rated = as_("kiosk").post(
        f"/api/v1/{ticket}/rating",
        json={
            "question": "overall",
            "version": 1,
            "answer": 5,
            "reasons": ["respect"],
            "comment": "Muy amable",
        },
    )
    assert rated.status_code == 200, rated.text
    assert as_("kiosk").get(f"/api/v1/{ticket}").json()["rated"] is True


def test_an_appointment_and_a_callback_have_their_own_place(as_: As, take: Take, act: Act) -> None:
    now = datetime.now(UTC)
    desk = as_("desk")

    def come(origin: str, minutes: int) -> str:
        due_at = (now + timedelta(minutes=minutes)).isoformat()
        body = {"site": "demo", "service": "cash", "origin": origin, "due_at": due_at}
        answer = desk.post("/api/v1/tickets", json=body)
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["id"]
        return found

    walked_in = take("cash")["id"]
    appointment, callback = come("appointment", 30), come("callback", -30)
    called = [act("desks/demo.1/next") for _ in range(3)]
    assert [one["ticket"]["id"] for one in called] == [callback, walked_in, appointment]
    assert called[0]["why"]["sentence"].endswith("has waited longest: 30 min.")
    assert act(f"tickets/{appointment}/finish")["state"] == "finished"


def test_next_says_nobody_waits_and_finishes_whoever_was_there(take: Take, act: Act) -> None:
    taken = take("cash")
    act("desks/demo.1/next")
    answer = act("desks/demo.1/next")
    assert answer["ticket"] is None
    assert answer["finished"] == taken["id"]
    assert answer["why"] == {"sentence": "Nobody is waiting.", "rule": "nobody", "candidates": []}


def test_a_preferential_ticket_goes_first_and_why_names_its_class_in_the_callers_language(
    as_: As, take: Take
) -> None:
    take("cash")
    preferential = take("cash", attention="preferential")
    answer = as_("desk", "es").post("/api/v1/desks/demo.1/next").json()
    assert answer["ticket"]["id"] == preferential["id"]
    assert answer["why"]["rule"] == "class"
    assert "Preferente" in answer["why"]["sentence"]
    assert len(answer["why"]["candidates"]) == 2


def test_parked_returned_transferred_cancelled_and_undone(take: Take, act: Act) -> None:
    first, second = take("cash"), take("cash")
    act("desks/demo.1/next")
    assert act(f"tickets/{first['id']}/park")["state"] == "parked"
    assert act(f"tickets/{first['id']}/return")["state"] == "waiting"
    moved = act(f"tickets/{second['id']}/transfer", service="laboratory")
    assert (moved["state"], moved["service"]) == ("waiting", "laboratory")
    assert moved["number"] == second["number"], "the number never changes"
    assert act(f"tickets/{second['id']}/undo")["service"] == "cash"
    assert act(f"tickets/{second['id']}/cancel")["state"] == "cancelled"


def test_a_ticket_is_called_out_of_turn_with_a_reason(take: Take, act: Act) -> None:
    take("cash")
    later = take("cash")
    called = act(f"tickets/{later['id']}/call", desk="demo.1", reason="Vuelve con sus análisis")
    assert (called["state"], called["desk"]) == ("called", "demo.1")


def test_recalls_come_before_a_no_show(as_: As, take: Take, act: Act) -> None:
    taken = take("cash")
    act("desks/demo.1/next")
    assert act(f"tickets/{taken['id']}/recall")["state"] == "called"
    early = as_("desk").post(f"/api/v1/tickets/{taken['id']}/no-show")
    assert (early.status_code, early.json()["code"]) == (409, "no-show-too-soon")


def test_an_outcome_is_asked_for_where_the_service_wants_one(as_: As, take: Take, act: Act) -> None:
    taken = take("laboratory")
    act("desks/demo.3/next")
    missing = as_("desk").post(f"/api/v1/tickets/{taken['id']}/finish")
    assert (missing.status_code, missing.json()["code"]) == (409, "outcome-missing")
    finished = act(f"tickets/{taken['id']}/finish", outcome="attended")
    assert (finished["state"], finished["outcome"]) == ("finished", "attended")


def test_a_desk_opens_breaks_resumes_and_closes(act: Act) -> None:
    assert act("desks/demo.2/close") == {"id": "demo.2", "state": "closed"}
    assert act("desks/demo.2/open") == {"id": "demo.2", "state": "open"}
    assert act("desks/demo.2/break", reason="Almuerzo") == {"id": "demo.2", "state": "break"}
    assert act("desks/demo.2/resume")["state"] == "open"
    assert act("desks/demo.2/close")["state"] == "closed"


def test_the_board_shows_the_call_and_who_waits(as_: As, take: Take, act: Act) -> None:
    called, waiting = take("cash"), take("cash")
    act("desks/demo.1/next")
    board = as_("board").get("/api/v1/sites/demo/board").json()
    assert board["calls"][0]["number"] == called["number"]
    assert board["calls"][0]["calling"] is True
    assert board["at"].endswith("Z")
    queues = {queue["service_name"]: queue for queue in board["queues"]}
    assert queues["Cashier"]["waiting"] == 1
    assert board["seq"] > 0
    act(f"tickets/{waiting['id']}/cancel")


def test_everything_that_happened_is_in_the_journal_without_personal_words(
    take: Take, act: Act, facts: Callable[[], list[Json]], as_: As
) -> None:
    taken = take("cash")
    act("desks/demo.1/next")
    act(f"tickets/{taken['id']}/finish")
    as_("kiosk").post(
        f"/api/v1/tickets/{taken['id']}/rating",
        json={"question": "overall", "version": 1, "answer": "no-answer", "comment": "secreto"},
    )
    own: list[dict[str, Any]] = [f for f in facts() if f["data"].get("ticket") == taken["id"]]
    assert [fact["kind"] for fact in own] == [
        "ticket-issued",
        "ticket-called",
        "service-finished",
        "ticket-rated",
    ]
    assert all(fact["actor"].startswith("token:") for fact in own)
    assert all("kind" not in fact["data"] for fact in own)
    assert "secreto" not in str(own)


def test_the_journal_comes_in_pages(as_: As, facts: Callable[[], list[Json]]) -> None:
    everything = facts()
    assert [fact["seq"] for fact in everything] == list(range(1, len(everything) + 1))
    page = as_("desk").get("/api/v1/journal", params={"site": "demo", "after": 1, "limit": 2})
    assert [fact["seq"] for fact in page.json()["facts"]] == [2, 3]
    assert page.json()["next"] == 3
    beyond = as_("desk").get("/api/v1/journal", params={"site": "demo", "after": 10**9}).json()
    assert beyond == {"facts": [], "next": 10**9}
