"""The API's own description is complete and true: schemathesis asks every route what it claims to take."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.peers.server import RunningServer

#: seconds; it goes on generating requests until then
BUDGET_S = 20

#: Requests that fit the description may still ask for what the line does not have: an outcome
#: that no service knows, both targets of a transfer, a key used before.
CONFIG = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422"]

[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "413", "415", "422"]
"""


@pytest.fixture(scope="module")
def document(server: RunningServer) -> dict[str, Any]:
    answer = httpx.get(f"{server.url}/openapi.json", trust_env=False)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_every_route_says_what_it_is_what_it_takes_and_how_it_refuses(
    document: dict[str, Any],
) -> None:
    operations = {
        (method, path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert len(operations) == 32
    for (method, path), operation in operations.items():
        where = f"{method} {path}"
        assert path.startswith("/api/v1/"), where
        assert operation["summary"], where
        assert {"400", "401", "403", "405", "503"} <= set(operation["responses"]), where
        for status, response in operation["responses"].items():
            if status >= "400":
                assert set(response["content"]) == {"application/problem+json"}, where
        if method == "post":
            assert operation["requestBody"]["content"]["application/json"]["schema"], where
            names = [parameter["name"] for parameter in operation["parameters"]]
            assert "Idempotency-Key" in names, where


def test_options_names_every_method_of_a_path(
    server: RunningServer, document: dict[str, Any]
) -> None:
    token = server.token("administrator", None)
    for path, operations in document["paths"].items():
        answer = httpx.options(
            server.url + re.sub(r"{\w+}", "1", path),
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        )
        told = set(answer.headers["allow"].split(", "))
        assert told == {"OPTIONS", *(method.upper() for method in operations)}, path


def test_a_ticket_is_described_field_by_field(document: dict[str, Any]) -> None:
    operation = document["paths"]["/api/v1/tickets"]["post"]
    body = operation["requestBody"]["content"]["application/json"]
    assert body["schema"]["required"] == ["site", "service"]
    assert body["schema"]["additionalProperties"] is False
    assert body["examples"]["usual"]["value"]["service"] == "cash"
    assert set(operation["responses"]) >= {"201", "404", "409", "413", "422"}


def test_schemathesis_finds_no_contradiction(server: RunningServer, tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG, "utf-8")
    token = server.token("administrator", None)
    program = Path(sys.executable).with_name("schemathesis")
    done = subprocess.run(
        [
            *(str(program), "--config-file", str(config), "run", f"{server.url}/openapi.json"),
            *("--header", f"Authorization: Bearer {token}"),
            *("--checks", "all", "--max-time", str(BUDGET_S), "--max-examples", "30"),
            # an event stream has no end
            *("--exclude-path", "/api/v1/live", "--request-timeout", "20"),
            *("--seed", "7", "--generation-database", "none", "--no-color"),
        ],
        cwd=tmp_path,
        env={**os.environ, "NO_PROXY": "127.0.0.1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    short = "\n".join(line[:300] for line in done.stdout.splitlines()[-120:])
    assert done.returncode == 0, f"{short}\n{done.stderr[-2000:]}"
    found = re.search(r"Selected: (\d+)/(\d+)\s+Tested: (\d+)", done.stdout)
    assert found is not None, short
    selected, there, tested = map(int, found.groups())
    assert there - 1 == selected == tested, "every operation but the stream"
