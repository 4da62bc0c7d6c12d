"""An idempotency key makes an act one act: repeated it is answered again, with another body refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import httpx

from tests.server.api.conftest import As, Json

TICKET = {"site": "demo", "service": "cash"}


def _post(client: httpx.Client, path: str, key: str, body: object = None) -> httpx.Response:
    return client.post(f"/api/v1/{path}", json=body or {}, headers={"idempotency-key": key})


def test_a_ticket_taken_twice_with_one_key_is_one_ticket(
    as_: As, facts: Callable[[], list[Json]]
) -> None:
    key = uuid4().hex
    first, again = (_post(as_("kiosk"), "tickets", key, TICKET) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert first.json()["id"] == again.json()["id"]
    taken = [fact for fact in facts() if fact["data"].get("ticket") == first.json()["id"]]
    assert len(taken) == 1


def test_sixteen_at_once_with_one_key_are_one_ticket(as_: As) -> None:
    client, key = as_("kiosk"), uuid4().hex
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: _post(client, "tickets", key, TICKET), range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["number"] for answer in answers}) == 1


def test_next_with_one_key_calls_one_person(as_: As) -> None:
    for _ in range(2):
        _post(as_("kiosk"), "tickets", uuid4().hex, TICKET)
    key = uuid4().hex
    first, again = (_post(as_("desk"), "desks/demo.1/next", key) for _ in range(2))
    assert first.json()["ticket"]["id"] == again.json()["ticket"]["id"]
    assert again.json()["why"] == first.json()["why"]


def test_another_body_with_the_same_key_is_refused(as_: As) -> None:
    key = uuid4().hex
    _post(as_("kiosk"), "tickets", key, TICKET)
    other = _post(as_("kiosk"), "tickets", key, {**TICKET, "service": "admission"})
    assert (other.status_code, other.json()["code"]) == (422, "key-reused")


def test_keys_belong_to_whoever_sent_them(as_: As) -> None:
    key = uuid4().hex
    kiosk = _post(as_("kiosk"), "tickets", key, TICKET)
    desk = _post(as_("desk"), "tickets", key, TICKET)
    assert kiosk.json()["id"] != desk.json()["id"]


def test_a_refusal_is_judged_anew(as_: As) -> None:
    _post(as_("desk"), "desks/demo.2/open", uuid4().hex)
    key = uuid4().hex
    refused = _post(as_("desk"), "desks/demo.2/resume", key)
    assert (refused.status_code, refused.json()["code"]) == (409, "desk-not-on-break")
    _post(as_("desk"), "desks/demo.2/break", uuid4().hex, {"reason": "x"})
    assert _post(as_("desk"), "desks/demo.2/resume", key).status_code == 200
    _post(as_("desk"), "desks/demo.2/close", uuid4().hex)


def test_what_is_no_key_is_refused_before_anything_happens(as_: As) -> None:
    for wrong in ("", "x" * 201, "a key"):
        answer = _post(as_("kiosk"), "tickets", wrong, TICKET)
        assert (answer.status_code, answer.json()["code"]) == (422, "key-wrong"), wrong
