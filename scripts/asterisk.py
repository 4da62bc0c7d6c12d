"""A real Asterisk 22 for tests, in .venv/asterisk: Debian's packages of a newer suite, unpacked aside.

Debian's stable suites carry no Asterisk any more. The packages come from the mirror that this machine
uses already, checked by Debian's keyring, and run through their own loader beside their own libraries:
no root, no container, nothing installed on the machine. `tests/peers/asterisk.py` starts it.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / ".venv" / "asterisk"
#: what was unpacked; the libraries of its own architecture are below `LIBRARIES`
ROOT = FOLDER / "root"
SUITE = "forky"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
TRIPLES = {
    "x86_64": ("amd64", "x86_64-linux-gnu", "lib64/ld-linux-x86-64.so.2"),
    "aarch64": ("arm64", "aarch64-linux-gnu", "lib/ld-linux-aarch64.so.1"),
}
DOWNLOAD_S = 900


def command() -> list[str]:
    """How to start it: its loader, its libraries, itself."""
    _, triple, loader = TRIPLES[platform.machine()]
    return [
        str(ROOT / "usr" / loader),
        *("--library-path", str(ROOT / "usr" / "lib" / triple)),
        str(ROOT / "usr" / "sbin" / "asterisk"),
    ]


def modules() -> Path:
    """Where its modules are."""
    return ROOT / "usr" / "lib" / TRIPLES[platform.machine()][1] / "asterisk" / "modules"


def present() -> bool:
    """Whether it is there, whole."""
    return (FOLDER / "whole").exists()


def _mirror() -> str | None:
    """The first Debian mirror of this machine, as its apt has it, fetched lists or not."""
    if shutil.which("apt-get") is None:
        return None
    shown = subprocess.run(
        ["apt-get", "--print-uris", "update"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    found = re.findall(r"^'([^']+)/dists/", shown.stdout, re.MULTILINE)
    return next((one for one in found if "security" not in one), None)


def _configured(apt: Path, mirror: str, *, stale: bool) -> dict[str, str]:
    """The environment in which apt-get works in its own folder."""
    for name in (
        "etc/preferences.d",
        "etc/apt.conf.d",
        "state/lists/partial",
        "cache/archives/partial",
    ):
        (apt / name).mkdir(parents=True, exist_ok=True)
    (apt / "status").write_text("")
    (apt / "etc" / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror} {SUITE} main\n")
    lines = [
        f'Dir::Etc "{apt}/etc";',
        f'Dir::State "{apt}/state";',
        f'Dir::Cache "{apt}/cache";',
        f'Dir::State::status "{apt}/status";',
        f'APT::Architecture "{TRIPLES[platform.machine()][0]}";',
        'APT::Install-Recommends "false";',
        'Acquire::Languages "none";',
        'Debug::NoLocking "true";',
        'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";',
        'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";',
    ]
    if os.geteuid() == 0:
        lines.append('APT::Sandbox::User "root";')
    if stale:  # a mirror that stands still; whose packages these are is checked all the same
        lines.append('Acquire::Check-Valid-Until "false";')
    (apt / "apt.conf").write_text("\n".join(lines) + "\n")
    return {**os.environ, "APT_CONFIG": str(apt / "apt.conf"), "DEBIAN_FRONTEND": "noninteractive"}


def _fetched(apt: Path, mirror: str) -> bool:
    for stale in (False, True):
        environment = _configured(apt, mirror, stale=stale)
        done = [
            subprocess.run(
                ["apt-get", "-qq", *what],
                check=False,
                env=environment,
                timeout=DOWNLOAD_S,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ).returncode
            for what in (["update"], ["-y", "--download-only", "install", "asterisk"])
        ]
        if not any(done):
            return True
    return False


def _unpacked(apt: Path) -> None:
    for name in ("bin", "sbin", "lib", "lib64"):
        (ROOT / "usr" / name).mkdir(parents=True, exist_ok=True)
        (ROOT / name).unlink(missing_ok=True)
        (ROOT / name).symlink_to(f"usr/{name}")
    for package in sorted((apt / "cache" / "archives").glob("*.deb")):
        with subprocess.Popen(
            ["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE
        ) as files:
            subprocess.run(
                [
                    "tar",
                    "-x",
                    "-C",
                    ROOT,
                    "--keep-directory-symlink",
                    "--no-same-owner",
                    "--exclude=./dev",
                    "--exclude=./usr/share/doc",
                    "--exclude=./usr/share/man",
                    "-f",
                    "-",
                ],
                check=True,
                stdin=files.stdout,
            )
    sounds = ROOT / "usr" / "share" / "asterisk" / "sounds"
    voice = sounds / "en"  # the package's script, which does not run here, would do this
    if not voice.exists():
        voice.symlink_to(next(sounds.glob("en_*")).name)


def install() -> bool:
    """Fetch and unpack it; False where this machine has no mirror that carries it."""
    mirror = _mirror()
    if platform.machine() not in TRIPLES or mirror is None or not KEYRING.exists():
        return False
    shutil.rmtree(FOLDER, ignore_errors=True)
    apt = FOLDER / "apt"
    if not _fetched(apt, mirror):
        return False
    _unpacked(apt)
    shutil.rmtree(apt)
    subprocess.run([*command(), "-V"], check=True, stdout=subprocess.DEVNULL, timeout=60)
    (FOLDER / "whole").touch()
    return True


def main() -> int:
    """Have it once; fails only in CI, where no test may be skipped."""
    if present():
        return 0
    print("Fetching a real Asterisk for the tests (about 100 MB)")
    sys.stdout.flush()
    if install():
        return 0
    print("Asterisk could not be had from this machine's mirror; its tests are skipped.")
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
