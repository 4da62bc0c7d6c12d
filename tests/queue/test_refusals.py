"""Every refusal is listed once, with the figures that its sentence may use."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import turnero.queue
from turnero.queue import refusals
from turnero.store.errors import Invalid, NotFound

ROOM = Path(turnero.queue.__file__).parent
#: raised by site_breaches, which has the sentences
BREACHES = {"site-file", "site-file-line"}
MAKERS = {"refused", "invalid", "unknown"}


def raised() -> Iterator[tuple[str, str, frozenset[str], str]]:
    """(code, maker, figures, place) of each refusal in the room's source."""
    for path in sorted(ROOM.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else None
            called = node.func.id if isinstance(node.func, ast.Name) else called
            code = node.args[0]
            if called in MAKERS and isinstance(code, ast.Constant):
                figures = frozenset(str(word.arg) for word in node.keywords)
                yield str(code.value), called, figures, f"{path.name}:{node.lineno}"


def test_each_refusal_carries_exactly_the_listed_figures() -> None:
    found = list(raised())
    assert len(found) > 40
    for code, _, figures, place in found:
        assert code in refusals.CODES, place
        assert figures == frozenset(refusals.CODES[code]), f"{code} at {place}"


def test_no_listed_code_is_dead() -> None:
    used = {code for code, *_ in raised()} | {"move-illegal", *BREACHES}
    assert set(refusals.CODES) == used


def test_a_code_always_means_the_same_kind_of_refusal() -> None:
    makers: dict[str, set[str]] = {}
    for code, maker, *_ in raised():
        makers.setdefault(code, set()).add(maker)
    assert {code: found for code, found in makers.items() if len(found) > 1} == {}


@pytest.mark.parametrize("code", [code for code in refusals.CODES if code.endswith("-unknown")])
def test_what_is_unknown_is_not_found_unless_it_is_a_word_of_ours(code: str) -> None:
    ours = {
        "language-unknown",
        "outcome-unknown",
        "reason-unknown",
        "question-unknown",
        "need-unknown",
        "onward-unknown",
        "origin-unknown",
    }
    kinds = {maker for found, maker, *_ in raised() if found == code}
    assert kinds == ({"invalid"} if code in ours else {"unknown"})


def test_the_makers_give_the_statuses_of_their_kind() -> None:
    assert refusals.refused("desk-closed", desk="x").status == 409
    assert isinstance(refusals.invalid("transfer-target"), Invalid)
    assert isinstance(refusals.unknown("ticket-unknown"), NotFound)
    assert "409" in (inspect.getdoc(refusals.refused) or "")
