"""What cannot be: each a problem in the caller's language, nothing changed, nothing of the inside shown."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.peers.server import RunningServer
from tests.server.api.conftest import As, Json

TICKET = {"site": "demo", "service": "cash"}


def problem(answer: httpx.Response, status: int, code: str) -> Json:
    """The answer, if it is this problem and tells nothing of the inside."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    body: Json = answer.json()
    assert body["type"] == f"urn:turnero:problem:{code}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text
    return body


@pytest.fixture(autouse=True)
def nothing_changes(facts: Callable[[], list[Json]]) -> Iterator[None]:
    """No test here may leave a fact."""
    before = len(facts())
    yield
    assert len(facts()) == before


def test_an_unknown_site_service_class_language_desk_and_ticket(as_: As) -> None:
    kiosk, desk, everywhere = as_("kiosk"), as_("desk"), as_("administrator", site=None)

    def take(**changed: Any) -> httpx.Response:
        return kiosk.post("/api/v1/tickets", json={**TICKET, **changed})

    problem(take(site="nowhere"), 404, "site-unknown")
    assert "“nothing”" in problem(take(service="nothing"), 404, "service-unknown")["detail"]
    problem(take(attention="royal"), 404, "attention-unknown")
    problem(take(language="tlh"), 422, "language-unknown")
    problem(desk.post("/api/v1/desks/demo.99/next"), 404, "desk-unknown")
    problem(desk.post("/api/v1/desks/99/next"), 404, "desk-unknown")
    for client in (desk, everywhere):
        for ticket in ("0" * 32, "A001", "%00", "9" * 300):
            answer = client.get(f"/api/v1/tickets/{ticket}")
            assert answer.status_code == 404
        problem(client.post(f"/api/v1/tickets/{'f' * 32}/start"), 404, "ticket-unknown")
    problem(everywhere.get("/api/v1/journal?site=nowhere"), 404, "site-unknown")
    problem(everywhere.get("/api/v1/live?site=nowhere"), 404, "site-unknown")


def test_a_closed_service(as_: As) -> None:
    answer = as_("kiosk").post("/api/v1/tickets", json={**TICKET, "service": "shut"})
    problem(answer, 409, "service-closed")


@pytest.mark.parametrize("channel", ["triage", "desk", "greeter"])
def test_a_person_may_not_give_themselves_another_way_in(as_: As, channel: str) -> None:
    answer = as_("kiosk").post("/api/v1/tickets", json={**TICKET, "channel": channel})
    problem(answer, 403, "not-allowed")


@pytest.mark.parametrize("origin", ["appointment", "callback"])
def test_a_person_at_a_kiosk_has_come_now(as_: As, origin: str) -> None:
    due = {"origin": origin, "due_at": "2026-03-02T13:00:00Z"}
    problem(as_("kiosk").post("/api/v1/tickets", json={**TICKET, **due}), 403, "not-allowed")


@pytest.mark.parametrize(
    ("due", "status", "code"),
    [
        ({"origin": "appointment"}, 422, "due-needed"),
        ({"due_at": "2026-03-02T13:00:00Z"}, 422, "due-needed"),
        ({"origin": "callback", "due_at": "2100-01-01T00:00:00Z"}, 422, "due-out-of-range"),
        ({"origin": "appointment", "due_at": "1969-01-01T00:00:00Z"}, 422, "due-out-of-range"),
        ({"origin": "appointment", "due_at": "2026-03-02T13:00:00"}, 422, "fields-wrong"),
        ({"origin": "appointment", "due_at": "soon"}, 422, "fields-wrong"),
        ({"origin": "friend"}, 422, "fields-wrong"),
    ],
)
def test_an_hour_that_cannot_be(as_: As, due: Json, status: int, code: str) -> None:
    problem(as_("desk").post("/api/v1/tickets", json={**TICKET, **due}), status, code)


def test_a_kiosk_cancels_nobodys_ticket_by_its_id(as_: As) -> None:
    problem(as_("kiosk").post(f"/api/v1/tickets/{'0' * 32}/cancel"), 403, "not-allowed")


def test_a_number_that_no_database_holds(as_: As) -> None:
    answer = as_("supervisor").get(f"/printer/jobs/{'9' * 23}")
    assert answer.status_code < 500


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"site": "demo"', 400, "request-malformed"),
        (b"\xff\xfe{}", 400, "request-malformed"),
        (b'{"site": "demo", "service": "\xed\xa0\x80"}', 400, "request-malformed"),
        (b"[]", 422, "fields-wrong"),
        (b"null", 422, "fields-wrong"),
        (b"", 422, "fields-wrong"),
        (b'{"site": "demo"}', 422, "fields-wrong"),
        (b'{"site": "demo", "service": 5}', 422, "fields-wrong"),
        (b'{"site": "demo", "service": "cash", "attension": "x"}', 422, "fields-wrong"),
        (b'{"site": "demo", "service": "cash", "people": 0}', 422, "fields-wrong"),
        (b'{"site": "demo", "service": "cash", "channel": "fax"}', 422, "fields-wrong"),
        (b'{"site": "' + b"x" * 100_000 + b'"}', 413, "too-long"),
        (b"[" * 5000, 422, "fields-wrong"),
        (b'{"site": "demo", "service": ' + b'{"a":' * 5000, 422, "fields-wrong"),
    ],
)
def test_a_body_that_is_no_ticket(as_: As, body: bytes, status: int, code: str) -> None:
    answer = as_("kiosk").post(
        "/api/v1/tickets", content=body, headers={"content-type": "application/json"}
    )
    problem(answer, status, code)


def test_every_wrong_field_is_named(as_: As) -> None:
    def errors(**changed: Any) -> list[Json]:
        answer = as_("kiosk").post("/api/v1/tickets", json={**TICKET, **changed})
        found: list[Json] = problem(answer, 422, "fields-wrong")["errors"]
        return found

    assert errors(attension="x") == [{"field": "attension", "message": "There is no such field."}]
    assert errors(service="x" * 65)[0] == {
        "field": "service",
        "message": "Please write at most 64 characters.",
    }
    assert errors(people="two")[0]["field"] == "people"
    missing = as_("kiosk").post("/api/v1/tickets", json={"site": "demo"})
    assert problem(missing, 422, "fields-wrong")["errors"][0]["field"] == "service"


def test_a_wrong_query_is_named(as_: As) -> None:
    for query, field in (
        ("site=demo&limit=5000", "limit"),
        ("site=demo&after=-1", "after"),
        ("site=demo&after=soon", "after"),
        ("after=1", "site"),
    ):
        body = problem(as_("desk").get(f"/api/v1/journal?{query}"), 422, "fields-wrong")
        assert body["errors"][0]["field"] == field


def test_nobody_and_who_is_unknown_expired_or_revoked(server: RunningServer, as_: As) -> None:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        nobody = client.get("/api/v1/sites")
        problem(nobody, 401, "sign-in-first")
        assert nobody.headers["www-authenticate"] == "Bearer"
        for said in ("Bearer nonsense", "Bearer", "Basic Zm9vOmJhcg=="):
            answer = client.get("/api/v1/sites", headers={"authorization": said})
            problem(answer, 401, "token-unknown")
        token = server.token("desk")
        known = {"authorization": f"Bearer {token}"}
        assert client.get("/api/v1/sites", headers=known).status_code == 200
        number = max(one["id"] for one in server.listed("token"))
        server.command("token", "revoke", str(number))
        problem(client.get("/api/v1/sites", headers=known), 401, "token-unknown")


def test_a_role_that_may_not_and_a_site_that_is_not_ones_own(
    server: RunningServer, as_: As
) -> None:
    problem(as_("board").post("/api/v1/tickets", json=TICKET), 403, "not-allowed")
    problem(as_("kiosk").post("/api/v1/desks/demo.1/next"), 403, "not-allowed")
    problem(as_("greeter").post("/api/v1/desks/demo.1/next"), 403, "not-allowed")
    problem(as_("kiosk").get("/api/v1/journal?site=demo"), 403, "not-allowed")
    server.load(OTHER)
    other = as_("supervisor", site="other")
    problem(other.post("/api/v1/tickets", json=TICKET), 403, "other-site")
    problem(other.post("/api/v1/desks/demo.1/next"), 403, "other-site")
    problem(other.get("/api/v1/sites/demo/board"), 403, "other-site")
    problem(other.get("/api/v1/live?site=demo"), 403, "other-site")
    # a screen of every site would be a key to all of them
    made = server.tool("token", "create", "--role", "kiosk", "--data", str(server.data))
    assert made.returncode != 0
    assert "exactly one site" in made.stderr
    problem(as_("board").get("/api/v1/journal?site=demo"), 403, "not-allowed")
    assert [site["id"] for site in other.get("/api/v1/sites").json()["sites"]] == ["other"]


def test_a_method_or_an_address_that_does_not_exist(as_: As) -> None:
    problem(as_("desk").delete("/api/v1/tickets"), 405, "method-wrong")
    problem(as_("desk").get("/api/v1/nothing"), 404, "address-unknown")


def test_refusals_are_said_in_the_callers_language(as_: As) -> None:
    said = {
        language: as_("kiosk", language)
        .post("/api/v1/tickets", json={**TICKET, "service": "nothing"})
        .json()["title"]
        for language in ("en", "es-PE,es;q=0.9", "pt-BR")
    }
    assert said["en"] == "There is no such service"
    assert len(set(said.values())) == 3, said


OTHER = """
[site]
key = "other"
name = "Otra sede"
zone = "America/Bogota"

[[service]]
key = "cash"
prefix = "C"
name = { es = "Caja" }
all_day = true
"""
