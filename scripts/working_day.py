"""The rules of the working day: which command keeps each, which fact tells it, which test shows it.

`make rules` writes docs/working-day.md from the tests that are marked with a rule and from what
they did (tests/rules.py); `make test` compares. A rule without a test, or with a command or fact
that none of its tests used, is an error.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

ROOT: Final = Path(__file__).resolve().parent.parent
DOCUMENT: Final = ROOT / "docs" / "working-day.md"
LOGS: Final = ROOT / ".pytest_cache" / "rules"


class Rule(NamedTuple):
    """A rule as the document tells it, and what its tests must have used."""

    title: str
    text: str
    #: modules of turnero/ with the function's name
    commands: tuple[str, ...] = ()
    #: tags
    facts: tuple[str, ...] = ()


RULES: Final[dict[str, Rule]] = {}

_HEAD: Final = """# The working day

What a day at a site is made of, and where to look: the command that keeps each rule, the fact
that tells what happened, the tests that show it. `make rules` writes this page from the tests;
`make test` compares it with what they did.

"""


class Line(msgspec.Struct, frozen=True):
    """What one marked test did."""

    rules: tuple[str, ...]
    test: str
    commands: tuple[str, ...]
    facts: tuple[str, ...]


def marked() -> dict[str, list[str]]:
    """Rule → tests that are marked with it, from the tests' text."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for slug in _slugs(node):
                    found[slug].append(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def _slugs(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for one in node.decorator_list:
        if (
            isinstance(one, ast.Call)
            and ast.unparse(one.func) == "pytest.mark.rule"
            and isinstance(one.args[0], ast.Constant)
        ):
            yield str(one.args[0].value)


def logged() -> list[Line]:
    """What the last run noted."""
    return [
        msgspec.json.decode(line, type=Line)
        for path in sorted(LOGS.glob("*.jsonl"))
        for line in path.read_text().splitlines()
    ]


def missing(tests: dict[str, list[str]], lines: list[Line]) -> list[str]:
    """What does not hold, one sentence each."""
    wrong = [
        f"no rule is called {slug!r}: {tests[slug][0]}" for slug in tests.keys() - RULES.keys()
    ]
    for slug, rule in RULES.items():
        if not tests.get(slug):
            wrong.append(f"{slug}: no test is marked with it")
        of = [line for line in lines if slug in line.rules]
        ran = {name for line in of for name in line.commands}
        told = {name for line in of for name in line.facts}
        wrong += [
            f"{slug}: none of its tests runs {name}"
            for name in rule.commands
            if f"turnero.{name}" not in ran
        ]
        wrong += [
            f"{slug}: none of its tests writes {name}" for name in rule.facts if name not in told
        ]
    return wrong


def document(tests: dict[str, list[str]]) -> str:
    """The page."""
    parts = [_HEAD]
    for slug, rule in RULES.items():
        commands = ", ".join(f"`{name.rpartition('.')[2]}`" for name in rule.commands) or "–"
        facts = ", ".join(f"`{name}`" for name in rule.facts) or "–"
        parts.append(f"## {rule.title}\n\n{rule.text}\n\n")
        parts.append("| command | fact | test |\n| --- | --- | --- |\n")
        shown = "<br>".join(_link(test) for test in sorted(set(tests.get(slug, ()))))
        parts.append(f"| {commands} | {facts} | {shown} |\n\n")
    return "".join(parts).rstrip() + "\n"


def _link(test: str) -> str:
    path, _, name = test.partition("::")
    words = name.removeprefix("test_").replace("_", " ")
    return f"[{words}](../{path})"


def main(*, check: bool) -> int:
    """Write the page, or compare it; 1 and why if something does not hold."""
    tests = marked()
    wrong = missing(tests, logged())
    page = document(tests)
    if not check:
        DOCUMENT.write_text(page)
    elif not DOCUMENT.exists() or DOCUMENT.read_text() != page:
        wrong.append("docs/working-day.md is not what the tests say: run make rules")
    for sentence in wrong:
        sys.stderr.write(f"{sentence}\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv))
