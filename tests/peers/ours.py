"""Processes that end with the test run, even one that is killed from outside."""

import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

#: the kernel sends the signal when the thread that began the process ends, not the whole run: this
#: one begins them all, and lives as long as the run does
_BEGINS = ThreadPoolExecutor(1, "begins-processes")


def begin(command: Sequence[str], *, ends: str = "TERM", **more: Any) -> subprocess.Popen[bytes]:
    """`subprocess.Popen`, whose process gets the signal `ends` when this one is gone.

    `setpriv` asks the kernel for it and becomes the command, under the same id: nothing of ours
    runs between fork and exec.
    """
    ending = ("setpriv", "--pdeathsig", ends, "--") if shutil.which("setpriv") else ()
    whole = [*ending, *command]
    return _BEGINS.submit(lambda: subprocess.Popen(whole, **more)).result()
