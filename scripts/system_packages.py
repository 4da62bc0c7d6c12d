"""The Debian packages that some tests need: what each is for, which are missing, how to get them.

Turnero itself runs without any of them. As root they are installed at once, in CI also through sudo,
on a terminal through sudo after asking; otherwise the missing ones are named and their tests skipped.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

POSTGRESQL = Path("/usr/lib/postgresql")
TESSDATA = Path("/usr/share/tesseract-ocr")
#: A "no" is remembered here until .venv is made anew or `make system-packages` asks again.
DECLINED = Path(__file__).resolve().parent.parent / ".venv" / ".stamps" / "system-declined"


@dataclass(frozen=True)
class Package:
    """One Debian package, why a test needs it, and how to see that it is there."""

    name: str
    purpose: str
    present: Callable[[], bool]
    #: No test needs it: without it they only take longer.
    spares_time: bool = False


def on_path(program: str) -> Callable[[], bool]:
    """A check that `program` can be started; those of administrators too."""
    path = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
    return lambda: shutil.which(program, path=path) is not None


def loads(library: str) -> Callable[[], bool]:
    """A check that the dynamic linker finds `library`."""

    def present() -> bool:
        try:
            ctypes.CDLL(library)
        except OSError:
            return False
        return True

    return present


def reads_letters(language: str) -> Callable[[], bool]:
    """A check that tesseract has the letters of that language."""
    return lambda: any(TESSDATA.glob(f"*/tessdata/{language}.traineddata"))


def postgresql_bin() -> Path | None:
    """The folder with initdb and postgres of the newest PostgreSQL that Debian installed."""
    found = [p.parent for p in POSTGRESQL.glob("*/bin/initdb") if (p.parent / "postgres").exists()]
    return max(found, key=lambda p: int(p.parent.name), default=None)


PACKAGES = {
    package.name: package
    for package in (
        Package("chromium", "opens every page in a real browser", on_path("chromium")),
        Package(
            "chromium-headless-shell",
            "the same browser for pages that nobody looks at, for half the work",
            on_path("chromium-headless-shell"),
            spares_time=True,
        ),
        Package("xvfb", "a screen on which a box's browser is looked at", on_path("Xvfb")),
        Package("x11-xserver-utils", "arranges that screen as a box does", on_path("xrandr")),
        Package("libatomic1", "the program that drives the browser", loads("libatomic.so.1")),
        Package(
            "postgresql",
            "the second database engine, started by the tests in a scratch folder",
            lambda: postgresql_bin() is not None,
        ),
        Package("espeak-ng", "speaks the calls and the kiosk's guidance", on_path("espeak-ng")),
        Package("zbar-tools", "reads the QR off the printed ticket's picture", on_path("zbarimg")),
        Package("tesseract-ocr", "reads the text off the printed ticket", on_path("tesseract")),
        Package("tesseract-ocr-spa", "the Spanish letters for tesseract", reads_letters("spa")),
        Package("tesseract-ocr-por", "the Portuguese letters for tesseract", reads_letters("por")),
        Package("tesseract-ocr-que", "the Quechua letters for tesseract", reads_letters("que")),
        Package("cups-daemon", "a private print server, for printers behind lp", on_path("cupsd")),
        Package("cups-client", "hands a raw job to the print server", on_path("lp")),
        Package("iproute2", "network namespaces for a kiosk's link", on_path("ip")),
        Package("nftables", "loses packets on that link", on_path("nft")),
        Package("systemd", "checks the units that a box gets", on_path("systemd-analyze")),
        Package("sip-tester", "telephones that answer, are busy or ring out", on_path("sipp")),
        Package("baresip-core", "a telephone of another make, for a desk", on_path("baresip")),
    )
}


def missing(names: Iterable[str] = PACKAGES) -> list[Package]:
    """Those of `names` that this machine does not have."""
    return [PACKAGES[name] for name in names if not PACKAGES[name].present()]


def agreed() -> bool:
    """Whether a person at this terminal wants them installed through sudo; a "no" is remembered."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    if DECLINED.exists() and "--ask" not in sys.argv:
        return False
    answer = input("Install them now with sudo apt-get? [y/N] ").strip().lower()
    if answer in {"y", "yes", "s", "si", "sí"}:
        return True
    DECLINED.parent.mkdir(parents=True, exist_ok=True)
    DECLINED.touch()
    return False


def apt_get() -> list[str] | None:
    """How apt-get may be called here; None where it may not."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    if shutil.which("sudo") is None:
        return None
    if os.environ.get("CI") == "true":
        return ["sudo", "-n", "apt-get"]
    return ["sudo", "apt-get"] if agreed() else None


def install(apt: list[str], packages: list[Package]) -> bool:
    """Install by name, fetching the package lists when they are absent or stale; True when it worked."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}

    def run(*arguments: str) -> bool:
        done = subprocess.run(
            [*apt, *arguments],
            check=False,
            env=environment,
            stdin=None if sys.stdin.isatty() else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        return done.returncode == 0

    wanted = ["install", "-qq", "-y", "--no-install-recommends", *(p.name for p in packages)]
    return run(*wanted) or (run("update", "-qq") and run(*wanted))


def main() -> int:
    """Name what is missing, install it where allowed; fails only in CI, where no test may be skipped."""
    absent = missing()
    if not absent:
        return 0
    print("Some tests need these Debian packages:")
    for package in absent:
        print(f"  {package.name:24} {package.purpose}")
    sys.stdout.flush()
    if apt := apt_get():
        # A machine that knows no package of the second kind still gets those of the first.
        for spares_time in (False, True):
            if wanted := [p for p in absent if p.spares_time is spares_time]:
                install(apt, wanted)
        absent = missing()
    if not absent:
        print("Installed.")
        return 0
    needed = any(not p.spares_time for p in absent)
    names = " ".join(p.name for p in absent)
    print(f"Not installed; the tests {'that need them are skipped' if needed else 'take longer'}.")
    print(f"To have them: apt-get install {names}")
    return 1 if needed and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
