"""What is kept of a number, over the API and on its page: told masked and on the record, erased, declined."""

import html
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.peers.server import RunningServer
from tests.server.api.conftest import As
from tests.server.api.test_callbacks import CALLS

THEIRS = {"site": "demo", "number": "987 654 482"}
OTHERS = {"site": "demo", "number": "987 654 777"}


@pytest.fixture(autouse=True, scope="module")
def calling(server: RunningServer) -> None:
    """The cash desk calls back."""
    server.load(CALLS)


def asked(as_: As, whose: dict[str, str], **more: str) -> Any:
    """They ask to be called."""
    answer = as_("agent").post("/api/v1/callbacks", json={"service": "cash", **whose, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def act(as_: As, what: str, body: dict[str, Any], status: int = 200) -> Any:
    """A supervisor's program acts."""
    answer = as_("supervisor").post(f"/api/v1/people/{what}", json=body)
    assert answer.status_code == status, answer.text
    assert "987654" not in answer.text.replace(" ", "")
    return answer.json()


def recorded(as_: As, kind: str) -> list[Any]:
    """Facts of that kind."""
    asking = {"site": "demo", "limit": "1000"}
    facts = as_("supervisor").get("/api/v1/journal", params=asking).json()["facts"]
    return [fact for fact in facts if fact["kind"] == kind]


def test_it_is_told_declined_and_erased(as_: As) -> None:
    call = asked(as_, THEIRS, reason="Saldo", name="Rigoberta")
    asked(as_, OTHERS)
    why = {"reason": "Carta 118"}
    told = act(as_, "look-up", THEIRS | why)
    (one,) = told["callbacks"]
    assert (told["tail"], told["opted_out"], told["lists"], told["messages"]) == (
        "482", False, [], 0,
    )  # fmt: skip
    assert (one["id"], one["end"], one["named"], one["words"]) == (call["id"], None, True, True)
    assert act(as_, "opt-out", THEIRS) == {"opted_out": True}
    assert act(as_, "erase", THEIRS, 409)["code"] == "callback-waits-too"
    gone = act(as_, "erase", THEIRS | {"cancels": [call["id"]]})
    assert gone == {"numbers": 1, "callbacks": 1, "messages": 0}
    left = act(as_, "look-up", THEIRS | why)
    assert (left["tail"], left["opted_out"], left["callbacks"]) == ("", True, [])
    assert len(act(as_, "look-up", OTHERS | why)["callbacks"]) == 1
    assert len(recorded(as_, "number-looked-up")) == 3
    (fact,) = recorded(as_, "number-erased")
    assert (fact["data"]["callbacks"], fact["actor"][:6]) == (1, "token:")


def test_without_a_reason_nothing_is_told(as_: As) -> None:
    before = len(recorded(as_, "number-looked-up"))
    assert act(as_, "look-up", THEIRS | {"reason": " "}, 422)["code"] == "reason-missing"
    assert act(as_, "look-up", THEIRS, 422)["code"] == "fields-wrong"
    assert len(recorded(as_, "number-looked-up")) == before


@pytest.mark.parametrize("role", ["agent", "greeter", "desk", "kiosk", "board"])
def test_only_who_answers_for_the_site_is_told(as_: As, role: str) -> None:
    body = {**THEIRS, "reason": "Por saber"}
    client = as_(role)
    for path in ("look-up", "erase", "opt-out"):
        assert client.post(f"/api/v1/people/{path}", json=body).status_code == 403
    assert client.get("/people/demo").status_code == 403


class Page:
    """The page, as a browser without scripts has it."""

    def __init__(self, client: httpx.Client, url: str) -> None:
        self._client = client
        client.headers["origin"], client.headers["accept-language"] = url, "es"

    def send(self, what: str, status: int = 200, **form: str) -> str:
        answer = self._client.post(
            f"/people/demo/{what}", data=form | {"idempotency_key": uuid4().hex}
        )
        assert answer.status_code == status, answer.text
        if status == 200:
            assert answer.headers["cache-control"] == "private, no-store"
            assert "987654" not in re.sub(r"[^0-9a-z]", "", answer.text)
        return html.unescape(answer.text)


@pytest.fixture
def pages(as_: As, server: RunningServer) -> Page:
    return Page(as_("supervisor"), server.url)


def hidden(text: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None, name
    return found[1]


def test_on_the_page_it_takes_two_steps_that_say_what_goes(as_: As, pages: Page) -> None:
    call = asked(as_, {**THEIRS, "number": "987 654 601"}, reason="Saldo")
    found = pages.send("find", number="987 654 601", reason="En persona")
    for said in ("termina en 601", call["number"], "se anula", "Sí, borrar y anular"):
        assert said in found, said
    index, cancels = hidden(found, "index"), hidden(found, "cancels")
    assert cancels == call["id"]
    declined = pages.send("opt-out", index=index)
    assert 'id="opted-out"' in declined
    assert 'id="opt-out"' not in declined
    # As a page that was left open while they asked.
    pages.send("erase", 409, index=index)
    erased = pages.send("erase", index=index, cancels=cancels)
    assert 'id="erased"' in erased
    again = pages.send("find", number="+51 987 654 601", reason="En persona")
    assert 'id="wants"' in again
    assert 'id="erase"' not in again


def test_of_a_number_that_is_not_known_it_says_so_and_a_wrong_one_is_refused(pages: Page) -> None:
    unknown = pages.send("find", number="987 654 999", reason="En persona")
    assert "No se guarda nada de este número" in unknown
    assert 'name="index"' not in unknown
    refused = pages.send("find", 422, number="112", reason="En persona")
    assert 'id="e-number"' in refused
    assert 'value="En persona"' in refused
    pages.send("erase", 422, index="987654999")
