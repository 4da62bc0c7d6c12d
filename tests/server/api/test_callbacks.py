"""Callbacks over the API: asked for, listed masked, changed, cancelled; and who may."""

import time
from uuid import uuid4

import httpx
import pytest

from tests.peers.server import SITE, RunningServer
from tests.server.api.conftest import As

NUMBER = "987 654 482"
CALLS = (
    SITE.replace('key = "cash"\n', 'key = "cash"\ncallbacks = {}\n', 1).replace(
        "[[desk]]\n", '[[desk]]\nphone = "201"\n'
    )
    + '\n[callbacks]\nweekdays = "00:00-23:59"\nsaturdays = "00:00-23:59"\nsundays = "00:00-23:59"\n'
)


@pytest.fixture(autouse=True, scope="module")
def calling(server: RunningServer) -> None:
    """The cash desk calls back."""
    server.load(CALLS)


def test_one_is_asked_for_listed_masked_changed_and_cancelled(as_: As) -> None:
    agent = as_("agent")
    body = {"site": "demo", "service": "cash", "number": NUMBER, "reason": "Saldo"}
    key = {"idempotency-key": "asked-once"}
    asked = agent.post("/api/v1/callbacks", json=body, headers=key)
    assert asked.status_code == 201, asked.text
    again = agent.post("/api/v1/callbacks", json=body, headers=key)
    assert again.json() == asked.json()
    callback = asked.json()["id"]
    other = agent.post("/api/v1/callbacks", json=body)
    assert other.json() == asked.json() | {"already": True}

    listed = agent.get("/api/v1/callbacks", params={"site": "demo"})
    (one,) = listed.json()["callbacks"]
    assert (one["id"], one["tail"], one["stage"], one["how"]) == (callback, "482", "waiting", "api")
    assert "987654" not in listed.text.replace(" ", "")

    changed = agent.post(
        f"/api/v1/callbacks/{callback}/change",
        json={"hours": True, "from_time": "00:00", "to_time": "23:59", "left_over": "drop"},
    )
    assert changed.status_code == 200, changed.text
    assert agent.post(f"/api/v1/callbacks/{callback}/cancel", json={}).status_code == 200
    assert agent.get("/api/v1/callbacks", params={"site": "demo"}).json()["callbacks"] == []
    assert agent.post(f"/api/v1/callbacks/{callback}/change", json={}).status_code == 404


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("*72987654482", "phone-unreadable"),
        ("987654482,,9", "phone-unreadable"),
        ("112", "phone-short"),
        ("0909", "phone-short"),
        ("+1 876 555 1234", "phone-region"),
        ("", "phone-missing"),
    ],
)
def test_what_must_not_be_dialled_is_refused(as_: As, number: str, code: str) -> None:
    body = {"site": "demo", "service": "cash", "number": number}
    answer = as_("agent").post("/api/v1/callbacks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert number == "" or number not in answer.text


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"service": "nowhere"}, 404, "service-unknown"),
        ({"service": "admission"}, 409, "callback-not-offered"),
        ({"from_time": "25:99"}, 422, "callback-hours"),
        ({"from_time": "14:00", "to_time": "08:00"}, 422, "callback-hours"),
        ({"nummer": "1"}, 422, "fields-wrong"),
    ],
)
def test_what_makes_no_sense_is_named(
    as_: As, more: dict[str, str], status: int, code: str
) -> None:
    body = {"site": "demo", "service": "cash", "number": NUMBER, **more}
    answer = as_("agent").post("/api/v1/callbacks", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_kiosks_token_neither_asks_nor_reads(as_: As) -> None:
    body = {"site": "demo", "service": "cash", "number": NUMBER}
    assert as_("kiosk").post("/api/v1/callbacks", json=body).status_code == 403
    assert as_("board").get("/api/v1/callbacks", params={"site": "demo"}).status_code == 403


def test_another_sites_callback_is_unknown(as_: As) -> None:
    body = {"site": "demo", "service": "cash", "number": "987 654 483"}
    callback = as_("agent").post("/api/v1/callbacks", json=body).json()["id"]
    answer = as_("agent").post(f"/api/v1/callbacks/{'0' * 32}/cancel", json={})
    assert (answer.status_code, answer.json()["code"]) == (404, "callback-unknown")
    assert as_("agent").post(f"/api/v1/callbacks/{callback}/cancel", json={}).status_code == 200


def test_the_whole_number_is_shown_on_the_record_and_without_its_key_what_to_do(
    as_: As, server: RunningServer
) -> None:
    agent = as_("agent")
    agent.headers["origin"], agent.headers["accept-language"] = server.url, "es"
    body = {"site": "demo", "service": "cash", "number": NUMBER}
    asked = agent.post("/api/v1/callbacks", json=body).json()
    assert agent.post("/api/v1/desks/demo.1/open", json={}).status_code == 200
    until = time.monotonic() + 30
    while agent.post("/api/v1/desks/demo.1/next", json={}).json()["ticket"] is None:
        assert time.monotonic() < until, "nobody may be rung"
        time.sleep(0.2)
    form = {"ticket": asked["ticket"], "callback": asked["id"], "reason": "La central no marca"}

    def show() -> httpx.Response:
        key = {"idempotency_key": uuid4().hex}
        return agent.post("/calls/at/demo.1/number", data=form | key)

    assert "+51 987 654 482" in show().text
    file = server.data / "keys" / "personal-1.key"
    file.rename(server.data / "kept-elsewhere")
    try:
        refused = show()
    finally:
        (server.data / "kept-elsewhere").rename(file)
    assert (refused.status_code, "turnero doctor" in refused.text) == (409, True)
    assert "+51 987 654 482" in show().text
    facts = as_("supervisor").get("/api/v1/journal", params={"site": "demo"}).json()["facts"]
    shown = [fact for fact in facts if fact["kind"] == "number-revealed"]
    assert [(fact["data"]["where"], fact["data"]["ticket"]) for fact in shown] == [
        ("desk", asked["ticket"])
    ] * 3
    assert len({fact["actor"] for fact in shown}) == 1
    assert agent.post(f"/api/v1/callbacks/{asked['id']}/cancel", json={}).status_code == 200
