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


RULES: Final[dict[str, Rule]] = {
    "first-run": Rule(
        "First run",
        "A site is set up in steps that can be left and taken up again, on another device too. At"
        " the end stands *ready to open*, with what is missing.",
        ("queue.commands.drafts.begin", "admin.setting_up.keep", "admin.setting_up.make"),
        ("site-loaded",),
    ),
    "before-opening": Rule(
        "Before opening",
        "Some minutes before the first opening paper, boards, voice, kiosks and desks are looked"
        " at; what is missing is an alarm. Who comes earlier waits from the first planned desk on.",
        facts=("alarm-raised", "alarm-ended"),
    ),
    "desk-session": Rule(
        "Desk session",
        "Open, break with a reason, resume, hand over, close. One open session for each desk and"
        " each agent; a take-over is seen. A desk whose page is gone is an alarm. Closing asks"
        " what becomes of the parked ones.",
        (
            "queue.commands.desks.open_desk",
            "queue.commands.desks.pause_desk",
            "queue.commands.desks.resume_desk",
            "queue.commands.desks.close_desk",
            "queue.commands.hand_over.hand_over",
        ),
        (
            "session-opened",
            "session-paused",
            "session-resumed",
            "session-closed",
            "handed-over",
            "desk-unattended",
        ),
    ),
    "next-finish-call": Rule(
        "Next, finish, call",
        "*Next* finishes and calls; *finish* only finishes. Service counts from *start*, or from"
        " some seconds after the last call. Ten seconds take a whole press back. A desk may call"
        " by itself when free, and serve somebody without a ticket.",
        (
            "queue.commands.calls.call_next",
            "queue.commands.calls.call_chosen",
            "queue.commands.finishing.finish",
            "queue.commands.moves.start",
            "queue.commands.undo.undo",
            "queue.commands.unticketed.serve",
        ),
        ("ticket-called", "service-started", "service-finished", "press-undone"),
    ),
    "absent": Rule(
        "Absent",
        "Two recalls far enough apart, then a no-show. The person may come back once within half"
        " an hour, just after the second in line.",
        (
            "queue.commands.calls.recall",
            "queue.commands.calls.no_show",
            "queue.commands.moves.return_ticket",
        ),
        ("ticket-recalled", "ticket-no-show", "ticket-returned"),
    ),
    "steps-out": Rule(
        "The patient steps out",
        "Keeps the place, is skipped, is reminded, and is back within twenty minutes.",
        ("queue.commands.steps.step_out", "queue.commands.moves.return_ticket"),
        ("ticket-stepped-out", "ticket-reminded", "ticket-overstayed", "ticket-returned"),
    ),
    "parked": Rule(
        "Parked",
        "Belongs to the service, is seen at all its desks, and is an alarm after a while.",
        ("queue.commands.moves.park",),
        ("ticket-parked", "alarm-raised", "alarm-ended"),
    ),
    "last-desk": Rule(
        "The last desk of a service closes",
        "Refused while people wait, until the line is moved, kept with a word, or the service is"
        " closed; whoever waits is told.",
        ("queue.commands.desks.close_desk", "queue.commands.lines.move_line"),
        ("line-moved", "line-kept"),
    ),
    "closed": Rule(
        "Kiosk or service closed",
        "Now, until an hour, or after so many tickets more, with its own words; who waits is"
        " unaffected.",
        (
            "queue.commands.pauses.pause_service",
            "queue.commands.pauses.resume_service",
            "queue.commands.pauses.pause_kiosk",
            "queue.commands.pauses.resume_kiosk",
        ),
        ("service-paused", "service-resumed", "kiosk-paused", "kiosk-resumed"),
    ),
    "emergency": Rule(
        "Emergency message",
        "Full-screen words and voice in the chosen zones while calls are held up there; afterwards"
        " the state is shown and nothing that was missed is announced.",
        ("queue.commands.messages.show", "queue.commands.messages.end"),
        ("message-shown", "message-ended"),
    ),
    "help": Rule(
        "“I feel unwell” and “I need help”",
        "From any page of a kiosk it rings where staff is, with the place, until somebody takes"
        " it; after a minute it grows. With nobody there the kiosk says where to go.",
        ("queue.commands.help.ask_help", "queue.commands.help.acknowledge_help"),
        ("help-asked", "help-acknowledged", "help-escalated"),
    ),
    "several-people": Rule(
        "Several people",
        "One number with a count, and the count feeds the wait.",
        ("queue.commands.issue.issue", "queue.commands.corrections.correct"),
        ("ticket-issued", "ticket-corrected"),
    ),
    "lost-ticket": Rule(
        "Lost ticket, no paper",
        "Found by number, service or minute; a new code makes the old one worthless.",
        ("queue.commands.codes.renew",),
        ("code-renewed",),
    ),
    "numbers": Rule(
        "Numbers",
        "Unique for a site and day, in letters that nobody mistakes; four digits after 999. A"
        " sensitive service has a neutral name, the only one outside.",
        ("queue.commands.issue.issue",),
        ("ticket-issued",),
    ),
    "close-of-day": Rule(
        "Close of day",
        "At the site's hour, in its zone: who waits becomes *not served* with a reason, who is in"
        " service goes on, round-the-clock services roll over, late tickets join their own day.",
        ("queue.commands.day.close_day",),
        ("day-closed", "ticket-not-served", "day-reported"),
    ),
    "server-down": Rule(
        "Server down",
        "Numbers set aside on paper go on; calls made by hand are entered later.",
        ("queue.commands.leases.lease", "queue.commands.by_hand.enter"),
        ("numbers-leased", "served-by-hand"),
    ),
    "power-returns": Rule(
        "Power returns",
        "Boards show the state silently; a ticket by a clock that nobody checked is marked.",
    ),
    "qr": Rule(
        "The QR",
        "Without an address that phones reach it holds the ticket's code alone; with one, the"
        " live page.",
    ),
}

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
