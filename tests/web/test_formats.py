"""Times and figures as a reader of each country writes them; which language a reader gets."""

from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, Response, get

from tests.web.conftest import as_user
from turnero.web import cookies
from turnero.web.formats import formats
from turnero.web.languages import tag
from turnero.web.wiring import Web, options

AT = 1_764_700_500_000  # 2025-12-02 18:35 UTC


@pytest.mark.parametrize(
    ("language", "profile", "zone", "time"),
    [
        ("es", "pe", "America/Lima", "1:35 p. m."),
        ("es", "co", "America/Bogota", "1:35 p. m."),
        ("en", "plain", "UTC", "6:35 PM"),
        ("pt", "plain", "America/Sao_Paulo", "15:35"),
        ("qu", "pe", "America/Lima", "1:35 p.m."),
    ],
)
def test_the_hour_is_the_sites_in_the_readers_way(
    language: str, profile: str, zone: str, time: str
) -> None:
    told = formats(tag(language, profile), zone).time(AT)
    assert told.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ") == time


def test_an_hour_of_opening_is_written_as_the_clock_is() -> None:
    lima = formats(tag("es", "pe"), "America/Lima")
    assert lima.hour("15:15") == lima.time(AT + 100 * 60_000)
    assert lima.hour("24:00") == lima.hour("00:00")


def test_the_day_is_the_sites_too() -> None:
    before_midnight_in_lima = AT + 10 * 3600 * 1000
    told = formats("es-PE", "America/Lima").date(before_midnight_in_lima)
    assert told == "2 de diciembre de 2025"


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(0, "0 min"), (59, "59 min"), (60, "1 h"), (75, "1 h 15 min"), (-3, "0 min")],
)
def test_minutes_become_hours_when_there_are_many(minutes: int, told: str) -> None:
    assert formats("es", "UTC").minutes(minutes).replace("\N{NO-BREAK SPACE}", " ") == told


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [
        (10, 15, "10–15 min"),
        (8, 8, "8 min"),
        (0, 5, "menos de 5 min"),
        (0, 75, "menos de 1 h 15 min"),
        (45, 71, "45 min – 1 h 15 min"),
    ],
)
def test_a_range_errs_high(low: int, high: int, told: str) -> None:
    assert formats("es", "UTC").range(low, high).replace("\N{NO-BREAK SPACE}", " ") == told


def test_numbers_have_their_separators() -> None:
    assert formats("en", "UTC").number(40000) == "40,000"
    assert formats("pt-BR", "UTC").number(40000) == "40.000"


@pytest.mark.parametrize(
    ("headers", "lang"),
    [
        ({}, "es-PE"),
        ({"accept-language": "pt-BR,en;q=0.5"}, "pt-BR"),
        ({"accept-language": "fr"}, "es-PE"),
        (as_user("agent", **{"accept-language": "en"}), "en"),
        (as_user("portuguese", **{"accept-language": "en"}), "pt-BR"),
        ({"cookie": "turnero_lang=en; turnero_user=portuguese"}, "en"),
        ({"cookie": "turnero_lang=qu"}, "es-PE"),  # not offered here
        ({"cookie": "turnero_lang=en; turnero_desk=desk", "accept-language": "en"}, "es-PE"),
    ],
)
async def test_a_reader_gets_what_they_chose_and_a_shared_screen_its_sites(
    client: httpx.AsyncClient, headers: dict[str, str], lang: str
) -> None:
    path = "/sample" if "turnero_" in headers.get("cookie", "") else "/sample/other"
    if headers.get("cookie") == "turnero_lang=qu":
        path = "/sample/other"
    answer = await client.get(path, headers=headers)
    assert f'<html lang="{lang}"' in answer.text
    asked = await client.get(f"{path}?lang=en", headers=headers)
    assert '<html lang="en"' in asked.text


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://127.0.0.1:8000", "__Host-turnero_user"),
        ("http://localhost", "__Host-turnero_user"),
        ("http://[::1]:8000", "__Host-turnero_user"),
        ("https://turnos.example", "__Host-turnero_user"),
        ("http://turnos.example", "turnero_user"),
        ("http://192.168.1.4:8000", "turnero_user"),
    ],
)
async def test_a_cookie_is_as_strict_as_the_browser_allows(web: Web, url: str, name: str) -> None:
    @get("/in", opt={"permission": "public"})
    async def sign_in(request: Request[Any, Any, Any]) -> Response[str]:
        return Response("", cookies=[cookies.issue(request, "turnero_user", "x", 60)])

    app = Litestar(**options(web, [sign_in]), openapi_config=None)
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=url) as client:
        said = (await client.get("/in")).headers["set-cookie"].lower()
    assert said.startswith(f"{name}=x;".lower())
    assert "httponly" in said
    assert "samesite=strict" in said
    assert ("secure" in said) == name.startswith("__Host-")
    assert "domain" not in said
