"""The doctor tries the ways by which messages leave; the key of the gateway can be printed."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.peers.server import ROOT
from tests.telephony.messages.gateway import Gateway, running
from turnero.store.keys import load_key


def turnero(*words: str, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "turnero", *words, "--data", str(data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": "/usr/bin:/bin", **environment},
    )


def examine(data: Path, **environment: str) -> dict[str, dict[str, Any]]:
    data.mkdir(mode=0o700, exist_ok=True)
    done = turnero("doctor", "--json", data=data, **environment)
    assert "Traceback" not in done.stderr
    return {one["what"]: one for one in json.loads(done.stdout)}


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running(Gateway()) as found:
        yield found


def test_each_way_out_is_tried(tmp_path: Path, gateway: Gateway) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"smtp://u:hush@127.0.0.1:{free.getsockname()[1]}"
        found = examine(
            tmp_path / "data",
            TURNERO_MESSAGES_PHONE=gateway.url,
            TURNERO_MESSAGES_MAIL=nobody,
            TURNERO_MESSAGES_FROM="a@b.example",
        )
    assert found["messages to phones"]["state"] == "ok"
    assert found["e-mail"]["state"] == "fault"
    assert "ConnectionRefusedError" in found["e-mail"]["said"]
    assert "hush" not in json.dumps(found)


def test_what_is_not_sent_is_said(tmp_path: Path) -> None:
    found = examine(tmp_path / "data", TURNERO_MESSAGES_PHONE="console")
    assert (found["messages to phones"]["state"], found["e-mail"]["state"]) == ("warning", "ok")


def test_a_way_that_cannot_be_is_refused_without_its_password(tmp_path: Path) -> None:
    done = turnero(
        "doctor", data=tmp_path, TURNERO_MESSAGES_MAIL="smtp://u:hush@mail.example?tls=none"
    )
    assert done.returncode == 2
    assert "TURNERO_MESSAGES_MAIL: without TLS only a server on this machine" in done.stderr
    assert "hush" not in done.stderr


def test_the_key_of_the_gateway_is_printed(tmp_path: Path) -> None:
    done = turnero("messages", "key", data=tmp_path)
    assert done.stdout.strip() == load_key(tmp_path, "messages").hex()
