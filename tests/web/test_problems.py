"""What went wrong is told in the caller's language, in the caller's form, and nothing else."""

import logging
import re
from pathlib import Path

import httpx
import pytest

import turnero
from tests.web.conftest import as_user, bearer
from turnero.queue.refusals import CODES
from turnero.web.languages import Translator
from turnero.web.problem_texts import TEXTS
from turnero.web.problems import Problem, text_of

PART = {"hx-request": "true", "hx-request-type": "partial"}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", ["es", "en", "pt"])
def test_every_refusal_of_the_line_has_a_sentence_with_its_figures(
    code: str, language: str
) -> None:
    figures = dict.fromkeys(CODES[code], "7")
    title, detail = text_of(Problem(code, 409, figures), TEXTS, Translator(language))
    assert len(title) > 3
    assert detail != code
    assert "%(" not in title + detail


PACKAGE = Path(turnero.__file__).parent
RAISED = re.compile(r'(?<!`)(?:Refused|NotFound|Invalid|refused|invalid|unknown)\(\s*"([a-z-]+)"')
SAID = re.compile(r'"([a-z-]+)": Text\(')


def test_every_refusal_that_is_raised_anywhere_has_a_sentence() -> None:
    raised: dict[str, str] = {}
    said = set(TEXTS)
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text()
        raised |= dict.fromkeys(RAISED.findall(source), str(path.relative_to(PACKAGE)))
        said |= set(SAID.findall(source))
    assert len(raised) > 60
    assert {code: path for code, path in raised.items() if code not in said} == {}


def test_words_inside_a_sentence_are_translated_too() -> None:
    problem = Problem("move-illegal", 409, {"move": "finish", "state": "waiting", "number": "A1"})
    _, detail = text_of(problem, TEXTS, Translator("es", "pe"))
    assert detail == "No se puede «terminar»: el ticket A1 está en espera."


@pytest.mark.parametrize("typed", ["25:61", "2026-02-30 10:00", "0000-00-00 00:00"])
def test_what_was_typed_is_repeated_though_it_looks_like_an_hour(typed: str) -> None:
    problem = Problem("service-unknown", 404, {"service": typed})
    assert f"“{typed}”" in text_of(problem, TEXTS, Translator("en"))[1]


async def test_a_refusal_is_problem_details_for_a_program(client: httpx.AsyncClient) -> None:
    answer = await client.get(
        "/sample/error/refused", headers={"accept": "application/json", "accept-language": "en"}
    )
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == "en"
    assert answer.json() == {
        "type": "urn:turnero:problem:service-closed",
        "title": "This service is closed now",
        "status": 409,
        "detail": "“Caja” gives no tickets at this hour. Please ask the staff.",
        "code": "service-closed",
        "params": {"service": "Caja"},
    }


async def test_a_refusal_is_a_message_on_the_page_for_htmx(client: httpx.AsyncClient) -> None:
    answer = await client.get("/sample/error/refused", headers={**PART, "accept-language": "pt"})
    assert answer.status_code == 409
    assert (answer.headers["hx-retarget"], answer.headers["hx-reswap"]) == ("#toasts", "beforeend")
    assert "Este serviço está fechado agora" in answer.text
    assert "<html" not in answer.text


async def test_a_refusal_is_a_page_for_a_browser_in_the_sites_language(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/sample/error/refused", headers={"accept": "text/html"})
    assert '<html lang="es-PE"' in answer.text
    assert "Este servicio está cerrado ahora" in answer.text


async def test_a_bug_is_logged_and_tells_the_client_nothing(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "turnero.web"):
        answer = await client.get("/sample/error/bug")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert any(record.exc_info for record in caplog.records)


async def test_not_ready_is_a_page_that_comes_back_by_itself(client: httpx.AsyncClient) -> None:
    answer = await client.get("/sample/error/unavailable", headers={"accept": "text/html"})
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert "recover.js" in answer.text
    assert "<noscript><meta http-equiv" in answer.text
    assert "disk" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "address-unknown"),
        ("DELETE", "/api/v1/who", 405, "method-wrong"),
        ("GET", "/api/v1/sample", 405, "method-wrong"),
    ],
)
async def test_wrong_addresses_are_told_apart(
    client: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    answer = await client.request(method, path, headers=bearer("desk"))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"", b'{"number": NaN}', b"[" * 5000])
async def test_malformed_json_is_a_clear_error(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post("/api/v1/sample", headers=bearer("desk"), content=content)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] in ("request-malformed", "fields-wrong")


async def test_a_wrong_field_is_named(client: httpx.AsyncClient) -> None:
    headers = {**bearer("desk"), "accept-language": "en"}
    answer = await client.post("/api/v1/sample", headers=headers, json={"number": "seven"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "number", "message": "Please write a number."}]


async def test_a_missing_field_is_named(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/v1/sample", headers=bearer("desk"), json={})
    assert answer.status_code == 422
    assert [e["field"] for e in answer.json()["errors"]] == ["number"]


@pytest.mark.parametrize("path", ["/api/v1/sample", "/sample/count"])
async def test_a_body_beyond_the_limit_is_refused(client: httpx.AsyncClient, path: str) -> None:
    headers = {**bearer("desk"), "accept": "application/json"}
    answer = await client.post(path, headers=headers, content=b"x" * 70_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-long")


async def test_every_answer_has_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/sample", "/nothing", "/sample/error/bug", "/api/v1/who", "/sample/other"):
        headers = (await client.get(path, headers=as_user("agent"))).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "frame-ancestors 'self'" in policy
