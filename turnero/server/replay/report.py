"""What a replay found, as figures and as text."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from turnero.server.bench.load import quantile
from turnero.server.replay.check import FACTS
from turnero.server.replay.client import Act, Fact
from turnero.server.replay.plan import Plan

#: disagreements that a terminal shows; JSON has all
SHOWN = 20


class Waits(Struct, frozen=True):
    """From ticket to call, in minutes of the trace."""

    median_minutes: float
    p90_minutes: float
    #: "journal": measured between facts, times the speed; "trace": as the schedule has it
    measured_in: str


class Report(Struct, frozen=True):
    """What a replay found."""

    office: str
    day: str
    queues: int
    #: tickets taken, calls that called somebody, services finished
    people: int
    calls: int
    finished: int
    #: calls that were told that nobody waits
    empty_calls: int
    waits: Waits
    speed: float
    seconds: float
    #: all acts, opening and closing desks included
    acts_per_second: float
    #: from sending to acknowledgement, as this client saw it
    issue_p50_ms: float
    issue_p99_ms: float
    #: how far the server and this client fell behind the trace's clock at most
    late_s: float
    #: times that something was sent again after no answer
    retries: int
    #: refusals of opening or closing a desk, by code: not a disagreement
    refused: dict[str, int]
    facts: int
    disagreements: tuple[str, ...]


def make(
    plan: Plan,
    acts: Sequence[Act],
    facts: Sequence[Fact],
    disagreements: Sequence[str],
    *,
    speed: float,
    seconds: float,
    late_s: float,
    retries: int,
) -> Report:
    """Put the figures together."""
    done = [act for act in acts if not act.refused]
    took = [(act.done - act.sent) * 1000 for act in done if act.kind == "issue"]
    refused: dict[str, int] = {}
    for act in acts:
        if act.refused and act.kind not in FACTS:
            refused[act.code] = refused.get(act.code, 0) + 1
    return Report(
        office=plan.office,
        day=plan.day,
        queues=len(plan.queues),
        people=sum(act.kind == "issue" for act in done),
        calls=sum(act.kind == "call" and bool(act.ticket) for act in done),
        finished=sum(act.kind == "finish" for act in done),
        empty_calls=sum(act.kind == "call" and not act.ticket for act in done),
        waits=_waits(plan, facts, speed),
        speed=speed,
        seconds=round(seconds, 1),
        acts_per_second=round(len(done) / max(seconds, 0.001), 1),
        issue_p50_ms=round(quantile(took, 0.5), 1),
        issue_p99_ms=round(quantile(took, 0.99), 1),
        late_s=round(late_s, 1),
        retries=retries,
        refused=refused,
        facts=len(facts),
        disagreements=tuple(disagreements),
    )


def _waits(plan: Plan, facts: Sequence[Fact], speed: float) -> Waits:
    """Measured where the replay kept the trace's pace, else the trace's own."""
    if speed == 0:
        planned = [wait for queue in plan.queues for wait in queue.waits]
        return Waits(round(quantile(planned, 0.5), 1), round(quantile(planned, 0.9), 1), "trace")
    came: dict[str, datetime] = {}
    waits: list[float] = []
    for fact in facts:
        ticket = fact.data.get("ticket", "")
        if fact.kind == FACTS["issue"]:
            came[ticket] = datetime.fromisoformat(fact.at)
        elif fact.kind == FACTS["call"] and ticket in came:
            seconds = (datetime.fromisoformat(fact.at) - came.pop(ticket)).total_seconds()
            waits.append(seconds * speed / 60)
    return Waits(round(quantile(waits, 0.5), 1), round(quantile(waits, 0.9), 1), "journal")


def text(report: Report) -> str:
    """The report for a terminal."""
    bad = report.disagreements
    lines = [
        (
            f"{report.office}, {report.day}: {report.people} people at {report.queues} queues, "
            f"{report.calls} calls, {report.finished} finished"
        ),
        (
            f"waits: median {report.waits.median_minutes:g} min, 90th {report.waits.p90_minutes:g} min "
            f"(of the trace, from the {report.waits.measured_in})"
        ),
        (
            f"throughput: {report.acts_per_second:g} acts/s over {report.seconds:g} s; "
            f"issue {report.issue_p50_ms:g} ms median, {report.issue_p99_ms:g} ms 99th"
        ),
        f"sent again after no answer: {report.retries}; behind the trace: {report.late_s:g} s",
        *(f"refused at a desk: {code} {times}×" for code, times in report.refused.items()),
        f"journal: {report.facts} facts read, disagreements: {len(bad) or 'none'}",
        *(f"  - {one}" for one in bad[:SHOWN]),
    ]
    if len(bad) > SHOWN:
        lines.append(f"  … and {len(bad) - SHOWN} more (--json lists all)")
    return "\n".join(lines)
