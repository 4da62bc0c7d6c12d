"""Writes the locks again: requirements/*.txt with hashes and package-lock.json with integrity sums.

Run by `make lock` with the .venv's Python. A lock names packages, versions and hashes and no address
(docs/decisions/0003): whoever installs chooses the index, the hashes decide what is accepted.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from scripts.front_end import npm_command

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
COMPILE = (
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--no-header",
)
#: Anything that says where a package comes from rather than what it is.
ADDRESS = re.compile(
    r"://|(^|\s)(-i|-f|-e|--[a-z-]*(url|links|host))\b|\bfile:|^\s*[./]", re.MULTILINE
)


def compile_lock(name: str, *sources: str, upgrade: bool) -> None:
    """Resolve `sources` for every supported Python at once into requirements/`name`.txt."""
    uv = Path(sys.executable).with_name("uv")
    # The public index only: a machine's own extra indexes must not decide what others install.
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "UV_"))}
    target = f"requirements/{name}.txt"
    command = [str(uv), *COMPILE, *sources, "-o", target, *(["--upgrade"] if upgrade else [])]
    subprocess.run(command, cwd=ROOT, check=True, env=environment)


def lock_front_end() -> None:
    """Write package-lock.json; npm adds sponsors' addresses, which are taken out again."""
    npm = npm_command()
    subprocess.run([*npm, "install", "--package-lock-only"], cwd=ROOT, check=True)
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
    path.write_text(json.dumps(lock, indent=2, ensure_ascii=False) + "\n")


def addresses() -> list[str]:
    """Each line of a lock that holds an address, as `file: line`."""
    locks = [*sorted(REQUIREMENTS.glob("*.txt")), ROOT / "package-lock.json"]
    return [
        f"{lock.name}: {line.strip()}"
        for lock in locks
        for line in lock.read_text().splitlines()
        if ADDRESS.search(line)
    ]


def main() -> int:
    """Write every lock, or with `--check` only look for addresses in them."""
    if "--check" not in sys.argv:
        upgrade = "--upgrade" in sys.argv
        compile_lock("runtime", "pyproject.toml", upgrade=upgrade)
        # The runtime's versions bind the development lock: tests run on what is shipped.
        compile_lock(
            "dev", "pyproject.toml", "--extra=dev", "-c=requirements/runtime.txt", upgrade=upgrade
        )
        compile_lock("node", "requirements/node.in", upgrade=upgrade)
        lock_front_end()
    if found := addresses():
        print("A lock must not say where packages come from:", *found, sep="\n  ", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
