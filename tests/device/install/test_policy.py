"""The lock of a box: a real `chromium --kiosk` on a screen, with the policy that was installed."""

import json
import os
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from turnero.device.install import policy, writing
from turnero.device.install.shape import LOCAL, Plan, Screen

ROOT = Path(__file__).resolve().parents[3]
PAGE = f"{LOCAL}/"
PASSWORDS = "file:///etc/passwd"
#: the command line knows neither: they are opened beside the page, from outside
SOURCE = f"{PAGE} view-source:{PAGE}"
VERSION = f"{PAGE} chrome://version"
#: what a test needs to open it so; without them nothing opens anything from outside
WATCHED = ("RemoteDebuggingAllowed", "DeveloperToolsAvailability")
PLAN = Plan(
    "https://turnos.example.org",
    PurePosixPath("/opt/turnero/bin/turnero"),
    (Screen("kiosk", "HDMI-1"), Screen("board", "HDMI-2")),
)


def look(work: Path, policies: Path, *addresses: str) -> dict[str, str]:
    """What each address shows, in namespaces of its own."""
    work.mkdir()
    done = subprocess.run(
        [
            *("unshare", "--mount", "--net", "--propagation", "private"),
            *(sys.executable, Path(__file__).with_name("inside.py"), work, policies),
            *addresses,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.mark.requires("chromium", "xvfb", "tesseract-ocr", "iproute2")
@pytest.mark.skipif(
    os.geteuid() != 0, reason="mount namespaces with a policy of their own need root"
)
def test_the_kiosk_shows_its_page_and_nothing_of_the_machine(tmp_path: Path) -> None:
    writing.write(PLAN, tmp_path)
    seen = look(tmp_path / "locked", tmp_path / "etc/chromium/policies", PAGE, PASSWORDS)
    assert "Take a ticket here" in seen[PAGE]
    assert "blocked" in seen[PASSWORDS]
    assert "organization" in seen[PASSWORDS]


@pytest.mark.requires("chromium", "xvfb", "tesseract-ocr", "iproute2")
@pytest.mark.skipif(
    os.geteuid() != 0, reason="mount namespaces with a policy of their own need root"
)
def test_neither_the_source_of_the_page_nor_the_browsers_own_pages_are_shown(
    tmp_path: Path,
) -> None:
    writing.write(PLAN, tmp_path)
    installed = tmp_path / "etc/chromium/policies/managed/turnero.json"
    said = json.loads(installed.read_text())
    installed.write_text(json.dumps({k: v for k, v in said.items() if k not in WATCHED}))
    seen = look(tmp_path / "locked", tmp_path / "etc/chromium/policies", SOURCE, VERSION)
    for address in (SOURCE, VERSION):
        assert "blocked" in seen[address]
        assert "organization" in seen[address]


@pytest.mark.requires("chromium", "xvfb", "tesseract-ocr", "iproute2")
@pytest.mark.skipif(
    os.geteuid() != 0, reason="mount namespaces with a policy of their own need root"
)
def test_without_the_policy_a_kiosk_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    seen = look(tmp_path / "bare", tmp_path / "none", PASSWORDS, SOURCE, VERSION)
    assert "/bin/bash" in seen[PASSWORDS]
    assert "JavaScript" in seen[VERSION]
    assert "<title>" in seen[SOURCE]


def test_the_policy_allows_the_boxs_own_pages_and_a_boards_only() -> None:
    said = json.loads(policy.file(PLAN).text)
    assert {"*", "chrome://*", "file://*", "view-source:*"} <= {*said["URLBlocklist"]}
    assert said["URLAllowlist"] == [
        LOCAL,
        "https://turnos.example.org/board",
        "https://turnos.example.org/enter",
    ]
    kiosk = Plan(PLAN.server, PLAN.program, PLAN.screens[:1])
    assert json.loads(policy.file(kiosk).text)["URLAllowlist"] == [LOCAL]
    assert said["AutoplayAllowed"] is True
