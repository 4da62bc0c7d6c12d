"""The lock of a box: a real `chromium --kiosk` on a screen, with the policy that was installed."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from turnero.device.install import policy, writing
from turnero.device.install.shape import BOARD, LOCAL, Plan, Screen

ROOT = Path(__file__).resolve().parents[3]
HERE = (f"{LOCAL}/", ["Take a ticket here"])
PASSWORDS, SOURCE, VERSION = "file:///etc/passwd", f"view-source:{LOCAL}/", "chrome://version"
REFUSED = ["blocked", "organization"]
#: what a test needs to open it so; without them nothing opens anything from outside
WATCHED = ("RemoteDebuggingAllowed", "DeveloperToolsAvailability")
PLAN = Plan(
    "https://turnos.example.org",
    PurePosixPath("/opt/turnero/bin/turnero"),
    (Screen("kiosk", "HDMI-1"), Screen("board", "HDMI-2")),
)


def as_root(test: Callable[..., None]) -> Callable[..., None]:
    """With the programs that it takes, and the right to make namespaces."""
    needs = pytest.mark.requires("chromium", "xvfb", "tesseract-ocr", "iproute2")
    reason = "mount namespaces with a policy of their own need root"
    root = pytest.mark.skipif(os.geteuid() != 0, reason=reason)
    marked: Callable[..., None] = needs(root(test))
    return marked


def look(work: Path, policies: Path, *browsers: list[tuple[str, list[str]]]) -> list[list[str]]:
    """What each browser shows of its addresses, in namespaces of its own."""
    work.mkdir()
    done = subprocess.run(
        [
            *("unshare", "--mount", "--net", "--propagation", "private"),
            *(sys.executable, Path(__file__).with_name("inside.py"), work, policies),
            json.dumps(browsers),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = json.loads(done.stdout)
    return found


def assert_words(seen: str, words: list[str]) -> None:
    assert [word for word in words if word not in seen] == [], seen


@as_root
def test_the_kiosk_shows_its_page_and_nothing_of_the_machine(tmp_path: Path) -> None:
    writing.write(PLAN, tmp_path)
    policies = tmp_path / "etc/chromium/policies"
    (page,), (passwords,) = look(tmp_path / "locked", policies, [HERE], [(PASSWORDS, REFUSED)])
    assert_words(page, HERE[1])
    assert_words(passwords, REFUSED)


@as_root
def test_neither_the_source_of_the_page_nor_the_browsers_own_pages_are_shown(
    tmp_path: Path,
) -> None:
    writing.write(PLAN, tmp_path)
    installed = tmp_path / "etc/chromium/policies/managed/turnero.json"
    said = json.loads(installed.read_text())
    installed.write_text(json.dumps({k: v for k, v in said.items() if k not in WATCHED}))
    looks = [HERE, (SOURCE, REFUSED), (VERSION, REFUSED)]
    (seen,) = look(tmp_path / "locked", tmp_path / "etc/chromium/policies", looks)
    for (_, words), text in zip(looks, seen, strict=True):
        assert_words(text, words)


@as_root
def test_without_the_policy_a_kiosk_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    looks = [
        HERE,
        (PASSWORDS, ["/bin/bash"]),
        (SOURCE, ["<title>"]),
        (VERSION, ["JavaScript"]),
    ]
    (seen,) = look(tmp_path / "bare", tmp_path / "none", looks)
    for (_, words), text in zip(looks, seen, strict=True):
        assert_words(text, words)


def test_the_policy_allows_the_boxs_own_pages_and_a_boards_only() -> None:
    said = json.loads(policy.file(PLAN).text)
    assert {"*", "chrome://*", "file://*", "view-source:*"} <= {*said["URLBlocklist"]}
    assert said["URLAllowlist"] == [LOCAL, BOARD]
    kiosk = Plan(PLAN.server, PLAN.program, PLAN.screens[:1])
    assert json.loads(policy.file(kiosk).text)["URLAllowlist"] == [LOCAL]
    assert said["AutoplayAllowed"] is True
