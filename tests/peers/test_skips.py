"""A test that cannot run says which package it misses, and in CI that fails the run."""

import os
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).with_name("skipped_on_purpose.py")


def run_example(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the example with nothing on PATH."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(EXAMPLE)],
        check=False,
        capture_output=True,
        text=True,
        cwd=EXAMPLE.parent.parent.parent,
        env={
            **{k: v for k, v in os.environ.items() if k != "CI"},
            "PATH": str(folder),
            **environment,
        },
    )


def test_a_skip_is_listed_with_what_to_install(tmp_path: Path) -> None:
    done = run_example(tmp_path)
    assert done.returncode == 0
    assert "needs zbar-tools (" in done.stdout
    assert "apt-get install zbar-tools" in done.stdout


def test_a_skip_fails_a_run_in_ci(tmp_path: Path) -> None:
    done = run_example(tmp_path, CI="true")
    assert done.returncode == 1
    assert "which fails a run in CI" in done.stdout
