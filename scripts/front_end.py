"""Fetches what the pages load: `npm ci` by the lock's integrity sums, then copies into turnero/web/vendor/.

Nothing is built or bundled, and nothing is ever loaded from another host at run time. Where the machine has
no npm, Node.js comes from the Python index as a hashed wheel into .venv.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "turnero" / "web" / "vendor"
OLDEST_NODE = 18

HTMX = "htmx.org/dist"
SANS = "@fontsource/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next"
MONO = "@fontsource/dejavu-mono"
#: Where a file goes in vendor/ → where it comes from in node_modules/.
FILES = {
    "htmx/htmx.min.js": f"{HTMX}/htmx.min.js",
    "htmx/hx-csp.min.js": f"{HTMX}/ext/hx-csp.min.js",
    "htmx/hx-sse.min.js": f"{HTMX}/ext/hx-sse.min.js",
    "htmx/LICENSE": "htmx.org/LICENSE",
    "fonts/atkinson-latin-400.woff2": f"{SANS}-latin-400-normal.woff2",
    "fonts/atkinson-latin-700.woff2": f"{SANS}-latin-700-normal.woff2",
    "fonts/atkinson-latin-ext-400.woff2": f"{SANS}-latin-ext-400-normal.woff2",
    "fonts/atkinson-latin-ext-700.woff2": f"{SANS}-latin-ext-700-normal.woff2",
    "fonts/atkinson-LICENSE": "@fontsource/atkinson-hyperlegible-next/LICENSE",
    "fonts/dejavu-mono-400.woff2": f"{MONO}/files/dejavu-mono-latin-400-normal.woff2",
    "fonts/dejavu-mono-700.woff2": f"{MONO}/files/dejavu-mono-latin-700-normal.woff2",
    "fonts/dejavu-mono-LICENSE": f"{MONO}/LICENSE",
}


def works(npm: Path) -> bool:
    """Whether this npm runs, on a Node.js that is not too old."""
    node = npm.with_name("node")
    try:
        version = subprocess.run(
            [str(node), "--version"], capture_output=True, text=True, check=True
        )
        subprocess.run([str(npm), "--version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return int(version.stdout.strip().removeprefix("v").split(".")[0]) >= OLDEST_NODE


def npm_command() -> list[str]:
    """The command to call npm with; installs it into .venv where the machine has none that works."""
    found = shutil.which("npm")
    if found and works(Path(found)):
        return [found]
    own = Path(sys.executable).with_name("npm")
    if not works(own):
        print("This machine has no npm: installing Node.js into .venv", flush=True)
        lock = ROOT / "requirements" / "node.txt"
        pip = [sys.executable, "-m", "pip", "install", "-qq", "--require-hashes", "-r", str(lock)]
        subprocess.run(pip, check=True)
    return [str(own)]


def main() -> None:
    """Install node_modules/ exactly as locked and lay out vendor/ afresh."""
    npm = npm_command()
    subprocess.run(
        [*npm, "ci", "--loglevel=error"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    shutil.rmtree(VENDOR, ignore_errors=True)
    for target, source in FILES.items():
        destination = VENDOR / target
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, destination)


if __name__ == "__main__":
    main()
