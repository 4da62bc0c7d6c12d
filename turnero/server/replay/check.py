"""Compares what was acknowledged with what the journal holds. Nothing may differ.

Pure: acts in, facts in, sentences out. It trusts neither side: an act that the journal lacks,
a fact that nobody was told of, a number twice, a ticket at two desks, an order that cannot
have been are each a disagreement.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from turnero.server.replay.client import Act, Fact

#: what acknowledges which fact
FACTS: Final = {"issue": "ticket-issued", "call": "ticket-called", "finish": "service-finished"}
#: after these a ticket's place in line is no longer that of its issue
_MOVED: Final = frozenset(
    {
        "ticket-returned",
        "ticket-parked",
        "ticket-transferred",
        "ticket-sent-on",
        "ticket-cancelled",
        "ticket-no-show",
        "ticket-not-served",
    }
)


def disagreements(acts: Sequence[Act], facts: Sequence[Fact]) -> list[str]:
    """Every disagreement between acknowledged acts and the journal of the same time; [] is good."""
    return [
        *_gaps(facts),
        *_refused(acts),
        *_acknowledged(acts, facts),
        *_unacknowledged(acts, facts),
        *_twice(acts, facts),
        *_two_desks(facts),
        *_real_time(acts, facts),
        *_oldest_first(facts),
        *_false_empty(acts, facts),
    ]


def _gaps(facts: Sequence[Fact]) -> Iterator[str]:
    for before, fact in pairwise(facts):
        if fact.seq != before.seq + 1:
            yield f"the journal goes from {before.seq} to {fact.seq}"


def _refused(acts: Sequence[Act]) -> Iterator[str]:
    for act in acts:
        if act.refused and act.kind in FACTS:
            yield (
                f"{_said(act)} was refused ({act.refused} {act.code}) "
                "though nothing before it says why"
            )


def _acknowledged(acts: Sequence[Act], facts: Sequence[Fact]) -> Iterator[str]:
    """Each acknowledged act is in the journal exactly once, as it was acknowledged."""
    found: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        found[fact.kind, fact.data.get("ticket", ""), _desk(fact)].append(fact)
    for act in acts:
        if not act.ticket or act.refused:
            continue
        kind = FACTS[act.kind]
        there = found.get((kind, act.ticket, act.desk), [])
        if len(there) != 1:
            yield f"{_said(act)} was acknowledged, but the journal has it {len(there)} times"
            continue
        data = there[0].data
        if act.number and data["number"] != act.number:
            yield (f"{_said(act)} was acknowledged, but fact {there[0].seq} says {data['number']}")
        if data["service"] != act.service:
            yield (
                f"{_said(act)} was for {act.service}, but fact {there[0].seq} "
                f"says {data['service']}"
            )


def _desk(fact: Fact) -> str:
    """Issuing happens at no desk."""
    return "" if fact.kind == FACTS["issue"] else str(fact.data.get("desk", ""))


def _own(acts: Sequence[Act], facts: Sequence[Fact]) -> set[str]:
    """Under which name the journal has us: whoever issued what was acknowledged to us."""
    issued = {act.ticket for act in acts if act.kind == "issue"}
    return {
        fact.actor
        for fact in facts
        if fact.kind == FACTS["issue"] and fact.data.get("ticket") in issued
    }


def _unacknowledged(acts: Sequence[Act], facts: Sequence[Fact]) -> Iterator[str]:
    """Nothing stands in the journal under our name that we were not told of."""
    own = _own(acts, facts)
    if len(own) > 1:
        yield f"one token acted, but the journal names {', '.join(sorted(own))}"
    told = {(FACTS[act.kind], act.ticket) for act in acts if act.ticket and not act.refused}
    for fact in facts:
        if fact.actor in own and fact.kind in FACTS.values():
            ticket = fact.data.get("ticket", "")
            if (fact.kind, ticket) not in told:
                yield (
                    f"fact {fact.seq} ({fact.kind} {fact.data.get('number')}) "
                    "was never acknowledged"
                )


def _twice(acts: Sequence[Act], facts: Sequence[Fact]) -> Iterator[str]:
    """No number twice on a day, neither told nor journalled, whoever took it; no act told twice."""
    acted = Counter((act.kind, act.ticket) for act in acts if act.ticket and not act.refused)
    yield from (
        f"{kind} {ticket} was acknowledged {times} times"
        for (kind, ticket), times in acted.items()
        if times > 1
    )
    told = Counter(act.number for act in acts if act.kind == "issue" and act.number)
    yield from (
        f"number {n} was acknowledged {times} times" for n, times in told.items() if times > 1
    )
    kept = Counter(
        (fact.data["day"], fact.data["number"]) for fact in facts if fact.kind == FACTS["issue"]
    )
    yield from (
        f"number {n} is in the journal of {day} {times} times"
        for (day, n), times in kept.items()
        if times > 1
    )


def _two_desks(facts: Sequence[Fact]) -> Iterator[str]:
    """Nobody is called again unless they went back into a line."""
    held: dict[str, Fact] = {}
    for fact in facts:
        ticket = fact.data.get("ticket", "")
        if fact.kind == FACTS["call"]:
            if ticket in held:
                first = held[ticket]
                yield (
                    f"{fact.data['number']} was called to {first.data['desk']} (fact {first.seq}) "
                    f"and to {fact.data['desk']} (fact {fact.seq})"
                )
            held[ticket] = fact
        elif fact.kind in _MOVED:
            held.pop(ticket, None)
        elif fact.kind == "press-undone":
            for restored in fact.data.get("tickets", ()):
                held.pop(restored.get("ticket", ""), None)


def _real_time(acts: Sequence[Act], facts: Sequence[Fact]) -> Iterator[str]:
    """What was acknowledged before another act was sent stands before it in the journal."""
    place = {
        (fact.kind, fact.data.get("ticket", "")): fact.seq
        for fact in facts
        if fact.kind in FACTS.values()
    }
    placed = sorted(
        (
            (place[FACTS[act.kind], act.ticket], act)
            for act in acts
            if act.ticket and not act.refused and (FACTS[act.kind], act.ticket) in place
        ),
        key=lambda pair: pair[0],
    )
    earliest: Act | None = None
    for _, act in reversed(placed):
        if earliest is not None and earliest.done < act.sent:
            yield (
                f"{_said(act)} was sent after {_said(earliest)} had been acknowledged, "
                "but stands before it in the journal"
            )
        if earliest is None or act.done < earliest.done:
            earliest = act


def _oldest_first(facts: Sequence[Fact]) -> Iterator[str]:
    """Within a service and class whoever came first is called first."""
    lines: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for fact in facts:
        ticket = fact.data.get("ticket", "")
        line = lines[fact.data.get("service", ""), fact.data.get("attention", "")]
        if fact.kind == FACTS["issue"]:
            line[ticket] = fact.data["number"]
        elif fact.kind == FACTS["call"] and ticket in line:
            first = next(iter(line))
            if first != ticket and fact.data.get("why", {}).get("rule") != "chosen":
                yield f"{fact.data['number']} was called (fact {fact.seq}) before {line[first]}"
            del line[ticket]
        elif fact.kind in _MOVED:
            for other in lines.values():
                other.pop(ticket, None)


def _false_empty(acts: Sequence[Act], facts: Sequence[Fact]) -> Iterator[str]:
    """Nobody was told "nobody waits" while somebody surely did.

    Surely waiting: acknowledged before the question was sent, less every call of that service
    that may have come before its answer, whoever made it.
    """
    own = _own(acts, facts)
    others = Counter(
        fact.data["service"]
        for fact in facts
        if fact.kind == FACTS["call"] and fact.actor not in own
    )
    for empty in acts:
        if empty.kind != "call" or empty.ticket or empty.refused:
            continue
        same = [act for act in acts if act.service == empty.service and act.ticket]
        came = sum(act.kind == "issue" and act.done < empty.sent for act in same)
        gone = sum(act.kind == "call" and act.sent < empty.done for act in same)
        if came > gone + others[empty.service]:
            yield f"{empty.desk} was told that nobody waits while {came - gone} did"


def _said(act: Act) -> str:
    what = f"{act.kind} {act.number or act.ticket or act.service}"
    return f"{what} at {act.desk}" if act.desk else what
