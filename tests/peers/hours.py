"""A machine whose clock was set, as one program on it sees it; what it measures goes on as it was."""

from pathlib import Path

SET = """
import time
_time, _time_ns = time.time, time.time_ns
time.time = lambda: _time() + {seconds}
time.time_ns = lambda: _time_ns() + {seconds} * 1_000_000_000
"""


def another_hour(folder: Path, seconds: float) -> dict[str, str]:
    """The environment of a Python whose clock is ahead by so many whole seconds, or behind."""
    (folder / "sitecustomize.py").write_text(SET.format(seconds=round(seconds)))
    return {"PYTHONPATH": str(folder)}
