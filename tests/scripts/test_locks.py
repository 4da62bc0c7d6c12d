"""The locks name packages, versions and hashes, and no place to fetch them from."""

import json

import pytest

from scripts.lock import ADDRESS, REQUIREMENTS, ROOT, addresses


def test_no_lock_holds_an_address() -> None:
    assert addresses() == []


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example/simple",
        "-f wheels",
        "--find-links=wheels",
        "turnero @ file:///srv/turnero",
        "-e .",
        "./wheels/x.whl",
        '  "resolved": "https://packages.example/htmx.tgz",',
    ],
)
def test_an_address_would_be_seen(line: str) -> None:
    assert ADDRESS.search(line)


@pytest.mark.parametrize("name", ["runtime", "dev", "node"])
def test_every_locked_package_has_a_hash(name: str) -> None:
    entries = (REQUIREMENTS / f"{name}.txt").read_text().replace("\\\n", " ").splitlines()
    assert entries
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_development_tests_what_is_shipped() -> None:
    def pins(name: str) -> set[str]:
        lines = (REQUIREMENTS / f"{name}.txt").read_text().splitlines()
        return {line.rstrip(" \\") for line in lines if "==" in line and "--hash" not in line}

    assert pins("runtime") <= pins("dev")


def test_every_front_end_package_has_an_integrity_sum() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    fetched = {name: package for name, package in packages.items() if name}
    assert fetched
    assert [name for name, package in fetched.items() if "integrity" not in package] == []
