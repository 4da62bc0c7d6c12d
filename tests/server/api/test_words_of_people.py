"""Names, reasons and comments: long ones, hidden characters, other scripts; and moves out of place."""

from collections.abc import Callable

import pytest

from tests.server.api.conftest import As, Json
from tests.server.api.test_bad_input import problem

Take = Callable[..., Json]
Act = Callable[..., Json]

RATING = {"question": "overall", "version": 1, "answer": 4}


@pytest.fixture
def served(take: Take, act: Act) -> str:
    """The address of a ticket that has just been served."""
    taken = take("cash")
    act(f"tickets/{taken['id']}/call", desk="demo.1", reason="prueba")
    act(f"tickets/{taken['id']}/finish")
    return f"/api/v1/tickets/{taken['id']}"


def test_a_comment_of_ten_thousand_characters_is_refused_and_can_be_shortened(
    as_: As, served: str
) -> None:
    long = as_("kiosk").post(f"{served}/rating", json={**RATING, "comment": "á" * 10_000})
    body = problem(long, 422, "comment-too-long")
    assert body["params"] == {"max": 1000, "length": 10_000}
    assert as_("kiosk").get(served).json()["rated"] is False
    short = as_("kiosk").post(f"{served}/rating", json={**RATING, "comment": "á" * 1000})
    assert short.status_code == 200
    again = as_("kiosk").post(f"{served}/rating", json=RATING)
    problem(again, 409, "already-rated")


def test_hidden_characters_in_a_comment_are_dropped_rather_than_the_comment(
    as_: As, served: str
) -> None:
    comment = "todo\x00 \u202ebien\u200f"
    answer = as_("kiosk").post(f"{served}/rating", json={**RATING, "comment": comment})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("wrong", ["\u202eojo", "a\u200fb", "a\x00b", "a\u2028b", "", "x" * 201])
def test_a_reason_that_hides_characters_is_missing_or_too_long_is_refused(
    as_: As, take: Take, wrong: str
) -> None:
    taken = take("cash")
    answer = as_("desk").post(
        f"/api/v1/tickets/{taken['id']}/call", json={"desk": "demo.1", "reason": wrong}
    )
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in {"text-unreadable", "reason-missing", "text-too-long"}
    assert as_("desk").get(f"/api/v1/tickets/{taken['id']}").json()["state"] == "waiting"


def test_marks_in_a_name_of_a_service_name_no_service(as_: As) -> None:
    answer = as_("kiosk").post("/api/v1/tickets", json={"site": "demo", "service": "ca\u200fsh"})
    problem(answer, 404, "service-unknown")


def test_reasons_and_answers_that_are_not_offered(as_: As, served: str) -> None:
    def rate(**changed: object) -> str:
        answer = as_("kiosk").post(f"{served}/rating", json={**RATING, **changed})
        assert answer.status_code == 422, answer.text
        return str(answer.json()["code"])

    assert rate(reasons=["wait", "place", "signs", "other"]) == "too-many-reasons"
    assert rate(reasons=["boredom"]) == "reason-unknown"
    assert rate(answer=6) == "fields-wrong"
    assert rate(answer="great") == "fields-wrong"
    assert rate(question="what else?") == "question-unknown"


def test_a_move_that_its_state_does_not_have_says_so_and_changes_nothing(
    as_: As, take: Take
) -> None:
    taken = take("cash")
    for move in ("recall", "start", "finish", "no-show", "return", "park"):
        answer = as_("desk").post(f"/api/v1/tickets/{taken['id']}/{move}")
        body = problem(answer, 409, "move-illegal")
        assert taken["number"] in body["detail"]
        assert body["params"]["state"] == "waiting"
    assert as_("desk").get(f"/api/v1/tickets/{taken['id']}").json()["state"] == "waiting"


def test_a_transfer_needs_one_target(as_: As, take: Take) -> None:
    taken = take("cash")
    path = f"/api/v1/tickets/{taken['id']}/transfer"
    problem(as_("desk").post(path, json={}), 422, "transfer-target")
    both = as_("desk").post(path, json={"service": "admission", "desk": "demo.1"})
    problem(both, 422, "transfer-target")
    problem(as_("desk").post(path, json={"desk": "other.1"}), 404, "desk-unknown")
    problem(as_("desk").post(path, json={"service": "cash"}), 409, "transfer-same")


def test_a_reached_quota_gives_no_more_numbers(as_: As, take: Take) -> None:
    assert [take("scarce")["number"] for _ in range(2)] == ["S001", "S002"]
    answer = as_("kiosk").post("/api/v1/tickets", json={"site": "demo", "service": "scarce"})
    assert problem(answer, 409, "quota-reached")["params"]["quota"] == 2
