"""Forms: typed, every wrong field told at once, nothing hidden in a text."""

from typing import Annotated, Literal

import httpx
import pytest
from msgspec import Meta

from tests.web.conftest import as_user
from turnero.store.errors import Invalid
from turnero.web.forms import BadForm, Form, parse
from turnero.web.texts import plain

KEY = b"idempotency_key=abcdefgh12345678"


class Example(Form, frozen=True, kw_only=True):
    """One of each kind."""

    name: Annotated[str, Meta(max_length=10)]
    people: Annotated[int, Meta(ge=1, le=9)] = 1
    kind: Literal["walk", "call"] = "walk"
    reasons: tuple[str, ...] = ()
    comment: str = ""
    sure: bool = False


def test_what_was_typed_becomes_what_it_means() -> None:
    form = parse(KEY + b"&name=%20Ana%20&people=3&kind=call&reasons=a&reasons=b&sure=1", Example)
    assert form == Example(
        idempotency_key="abcdefgh12345678",
        name="Ana",
        people=3,
        kind="call",
        reasons=("a", "b"),
        sure=True,
    )


def test_what_is_left_empty_gets_its_default() -> None:
    form = parse(KEY + b"&name=Ana&people=&comment=&unknown=1", Example)
    assert (form.people, form.comment, form.reasons) == (1, "", ())


def test_every_wrong_field_is_told_at_once_with_its_limit() -> None:
    with pytest.raises(BadForm) as bad:
        parse(b"name=abcdefghijklm&people=12&kind=swim&comment=hi", Example)
    said = {name: wrong.msgid % wrong.params for name, wrong in bad.value.errors.items()}
    assert said == {
        "idempotency_key": "Please fill this in.",
        "name": "Please write at most 10 characters.",
        "people": "The most that is possible is 9.",
        "kind": "This value is not possible here.",
    }
    assert bad.value.given["comment"] == "hi"


@pytest.mark.parametrize("typed", ["x%00y", "%E2%80%AEevil", "%1B[2J", "%EF%BF%BF", "a%7Fb"])
def test_hidden_characters_are_refused(typed: str) -> None:
    with pytest.raises(BadForm) as bad:
        parse(KEY + b"&name=" + typed.encode(), Example)
    assert list(bad.value.errors) == ["name"]


@pytest.mark.parametrize("body", [b"\xff\xfe", b"name=%FF%FE", b"&".join([b"a=1"] * 300)])
def test_a_body_that_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid, match="form-unreadable"):
        parse(body, Example)


def test_accents_are_composed_and_lines_end_alike() -> None:
    assert plain(" Jose\u0301\r\nÑan\u0303ez ", "name") == "José\nÑañez"


async def test_a_comment_of_ten_thousand_characters_is_told_beside_the_field(
    client: httpx.AsyncClient,
) -> None:
    headers = as_user("agent", **{"content-type": "application/x-www-form-urlencoded"})
    body = KEY + b"&note=" + b"x" * 10_000
    answer = await client.post("/sample/count", headers=headers, content=body)
    assert "Escriba como máximo 20 caracteres." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert '<p id="count">0</p>' in answer.text


async def test_pressing_again_with_the_same_key_is_one_act(client: httpx.AsyncClient) -> None:
    headers = as_user("agent", **{"content-type": "application/x-www-form-urlencoded"})
    for _ in range(3):
        answer = await client.post("/sample/count", headers=headers, content=KEY)
        assert '<p id="count">1</p>' in answer.text


async def test_each_form_that_is_shown_has_a_key_of_its_own(client: httpx.AsyncClient) -> None:
    def key(text: str) -> str:
        return text.partition('name="idempotency_key" value="')[2].partition('"')[0]

    pages = [(await client.get("/sample", headers=as_user("agent"))).text for _ in range(2)]
    assert key(pages[0]) != key(pages[1])
    assert len(key(pages[0])) == 22
