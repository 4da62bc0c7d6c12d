"""The command line is quick, prints results alone, and tells errors in a sentence."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.peers.server import ROOT, SITE, RunningServer


def turnero(*words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "turnero", *words],
        cwd=ROOT,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_help_names_every_act_and_imports_none_of_them() -> None:
    done = turnero("--help")
    for act in (
        "serve",
        "token",
        "user",
        "site",
        "doctor",
        "backup",
        "restore",
        "replay",
        "bench",
        "verify",
        "vault",
    ):
        assert act in done.stdout
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "turnero", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stderr
    for heavy in ("litestar", "sqlalchemy", "uvicorn", "alembic", "msgspec"):
        assert f" {heavy}\n" not in loaded


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("token", "create", "--role", "kiosk", "--site", "nowhere"), "nowhere"),
        (("token", "create", "--role", "kiosk", "--site", "demo", "--place", "x"), "hall"),
        (("token", "create", "--role", "king"), "king"),
        (("token", "revoke", "999"), "999"),
        (("site", "load", "/no/such/file.toml"), "/no/such/file.toml"),
        (("user", "create", "ana", "--role", "agent"), "--password-stdin"),
        (("user", "password", "nobody", "--password-stdin"), "no such account"),
    ],
)
def test_an_error_is_a_sentence_on_stderr_and_nothing_on_stdout(
    server: RunningServer, words: tuple[str, ...], said: str
) -> None:
    done = turnero(*words, "--data", str(server.data), given="a long enough password\n")
    assert done.returncode != 0
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_site_file_names_the_key_and_changes_nothing(
    server: RunningServer, tmp_path: Path
) -> None:
    file = tmp_path / "site.toml"
    file.write_text(
        '[site]\nkey = "demo"\nname = "X"\nzone = "Mars/Olympus"\n[[service]]\nkey="a"\nname={es="A"}\n'
    )
    done = turnero("site", "load", str(file), "--data", str(server.data))
    assert done.returncode == 1
    assert "site.zone" in done.stderr
    assert "America/Lima" in done.stderr


def test_loading_the_same_site_again_changes_nothing(server: RunningServer, tmp_path: Path) -> None:
    path = tmp_path / "same.toml"
    path.write_text(SITE, "utf-8")
    done = turnero("site", "load", str(path), "--data", str(server.data))
    assert "nothing to change" in done.stderr


def test_an_account_is_made_disabled_and_enabled(server: RunningServer) -> None:
    data = ("--data", str(server.data))
    made = turnero(
        "user",
        "create",
        "Rosa",
        "--role",
        "agent",
        "--password-stdin",
        *data,
        given="quite long enough\n",
    )
    assert made.returncode == 0, made.stderr
    assert "rosa" in turnero("user", "list", *data).stdout
    for act, status in (("disable", 401), ("enable", 303)):
        assert turnero("user", act, "rosa", *data).returncode == 0
        with server.client() as client:
            client.headers["origin"] = server.url
            answer = client.post(
                "/sign-in", data={"login": "rosa", "password": "quite long enough"}
            )
            assert answer.status_code == status


def test_a_password_is_never_a_word_of_the_command_line() -> None:
    assert "--password " not in turnero("user", "create", "--help").stdout


def test_settings_that_cannot_be_are_told_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "turnero.toml").write_text("port = 'x'\nhots = 'y'\n")
    began = time.monotonic()
    done = turnero("serve", "--data", str(tmp_path))
    assert done.returncode == 2
    assert "port" in done.stderr
    assert "hots" in done.stderr
    assert time.monotonic() - began < 10
    assert not (tmp_path / "turnero.db").exists()
