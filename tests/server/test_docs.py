"""The API's page is made once for each language, and cannot be asked for without end."""

from typing import Any

import pytest

from tests.server.installation import Installation
from turnero.web.wiring import Web

LANGUAGES = ("es", "en", "pt")


async def test_the_page_is_rendered_once_for_each_language(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []
    render = Web.render

    def counted(self: Web, template: str, *given: Any, **named: Any) -> str:
        rendered.append(named["language"])
        return render(self, template, *given, **named)

    monkeypatch.setattr(Web, "render", counted)
    pages: dict[str, set[str]] = {}
    async with here.client() as client:
        for _ in range(3):
            for language in LANGUAGES:
                answer = await client.get("/docs", headers={"accept-language": language})
                assert answer.status_code == 200
                assert answer.headers["content-type"].startswith("text/html")
                assert "Accept-Language" in answer.headers["vary"]
                assert f'<html lang="{language}' in answer.text
                pages.setdefault(language, set()).add(answer.text)
    assert sorted(rendered) == sorted(LANGUAGES)
    assert [len(one) for one in pages.values()] == [1, 1, 1]
    assert len(set.union(*pages.values())) == 3


@pytest.mark.parametrize("path", ["/docs", "/openapi.json"])
async def test_one_client_cannot_ask_without_end(here: Installation, path: str) -> None:
    async with here.client() as client:
        statuses = [(await client.get(path)).status_code for _ in range(80)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
