"""Notes what the tests of the working day's rules did: which commands ran, which facts were written.

Only with TURNERO_RULES, a folder; scripts/working_day.py makes the table of docs/working-day.md
from it. What a server in another process did is not seen.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from turnero.store.writer import Job, Writer


@pytest.fixture(autouse=True)
def rule_log(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One line for each test that is marked with a rule."""
    folder = os.environ.get("TURNERO_RULES")
    rules = [str(mark.args[0]) for mark in request.node.iter_markers("rule")]
    if folder is None or not rules:
        yield
        return
    commands: set[str] = set()
    facts: set[str] = set()
    one = Writer._one

    def watched(self: Writer, session: Any, cursor: Any, heads: Any, job: Job) -> None:
        one(self, session, cursor, heads, job)
        commands.add(f"{job.command.__module__}.{job.command.__qualname__}")
        facts.update(entry.kind for entry in job.entries)

    monkeypatch.setattr(Writer, "_one", watched)
    yield
    name = f"{request.node.path.relative_to(Path.cwd())}::{request.node.originalname}"
    line = {"rules": rules, "test": name, "commands": sorted(commands), "facts": sorted(facts)}
    Path(folder).mkdir(parents=True, exist_ok=True)
    with (Path(folder) / f"{os.getpid()}.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
