"""Set-up names the Debian packages that are missing and installs them only where it may."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import system_packages
from scripts.system_packages import PACKAGES, Package, install

ROOT = Path(__file__).resolve().parent.parent.parent
#: Stands in for apt-get on a machine whose package lists were never fetched.
APT_GET = """#!/bin/sh
echo "$@" >> "{folder}/calls"
case "$1" in
  update) touch "{folder}/lists" ;;
  install) test -e "{folder}/lists" ;;
esac
"""


@pytest.fixture
def apt_get(tmp_path: Path) -> Path:
    program = tmp_path / "apt-get"
    program.write_text(APT_GET.format(folder=tmp_path))
    program.chmod(0o755)
    return program


def test_the_package_lists_are_fetched_when_there_are_none(apt_get: Path) -> None:
    wanted = Package("zbar-tools", "", lambda: False)
    assert install([str(apt_get)], [wanted])
    calls = (apt_get.parent / "calls").read_text().splitlines()
    assert [call.split()[0] for call in calls] == ["install", "update", "install"]
    assert calls[-1].endswith(" zbar-tools")


def test_a_package_that_cannot_be_had_is_no_success(apt_get: Path) -> None:
    apt_get.write_text("#!/bin/sh\nexit 100\n")
    assert not install([str(apt_get)], [Package("zbar-tools", "", lambda: False)])


def run_without_programs(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "scripts.system_packages"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        env={**kept, "PATH": str(folder), **environment},
    )


def test_where_nothing_can_be_installed_the_missing_are_named_and_set_up_goes_on(
    tmp_path: Path,
) -> None:
    done = run_without_programs(tmp_path)
    assert done.returncode == 0
    assert f"{'zbar-tools':24} {PACKAGES['zbar-tools'].purpose}" in done.stdout
    assert "apt-get install chromium" in done.stdout


def test_in_ci_a_missing_package_stops_set_up(tmp_path: Path) -> None:
    assert run_without_programs(tmp_path, CI="true").returncode == 1


def test_a_package_that_only_spares_time_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in list(PACKAGES):
        monkeypatch.delitem(PACKAGES, name)
    only = Package("quick", "makes it quick", lambda: False, spares_time=True)
    monkeypatch.setitem(PACKAGES, "quick", only)
    monkeypatch.setattr(system_packages, "apt_get", lambda: None)
    monkeypatch.setenv("CI", "true")
    assert system_packages.main() == 0
    assert "the tests take longer" in capsys.readouterr().out
