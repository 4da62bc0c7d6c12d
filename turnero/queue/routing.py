"""Who is next: the port through which a desk's call chooses among the heads of lines.

Pure. Only the oldest ticket of each line can be its best, so a choice weighs heads, never
tickets, and its cost does not grow with the number waiting. This policy: the desk's
primary services before its overflow ones, then classes strictly by rank, then the oldest.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from turnero.queue.facts import HeadSeen, Why


class Head(NamedTuple):
    """The oldest ticket of a line that a desk may call now."""

    line: int
    ticket: str
    number: str
    service: str
    attention: str
    #: 0 primary service of the desk (or waiting for this desk only), 1 overflow
    tier: int
    #: of the attention class; less is called first
    class_rank: int
    rank_ms: int
    rank_seq: int
    entered_ms: int
    #: how many wait in its line, itself included
    waiting: int = 1


class Choice(NamedTuple):
    """The head to call, and the rule that decided; see `why`."""

    head: Head
    rule: str


class Policy(Protocol):
    """A way to choose: any function like `choose`."""

    def __call__(self, heads: Sequence[Head], now_ms: int) -> Choice | None: ...


def _age(head: Head) -> tuple[int, int]:
    return head.rank_ms, head.rank_seq


def _order(head: Head) -> tuple[int, int, int, int]:
    return head.tier, head.class_rank, head.rank_ms, head.rank_seq


def choose(heads: Sequence[Head], now_ms: int) -> Choice | None:  # noqa: ARG001 - the port gives it
    """Strict classes, oldest first; None when nobody waits."""
    if not heads:
        return None
    best = min(heads, key=_order)
    if best.tier:
        rule = "overflow"
    elif len(heads) == 1 and best.waiting == 1:
        rule = "only"
    elif best is min(heads, key=_age):
        rule = "oldest"
    elif best is min((head for head in heads if not head.tier), key=_age):
        rule = "primary"
    else:
        rule = "class"
    return Choice(best, rule)


def why(rule: str, heads: Iterable[Head], winner: Head, now_ms: int) -> Why:
    """The reasons of a call as data: the winner first, then the others in their order."""
    ordered = sorted(heads, key=lambda head: (head is not winner, *_order(head)))
    return Why(
        rule,
        tuple(
            HeadSeen(
                ticket=head.ticket,
                number=head.number,
                service=head.service,
                attention=head.attention,
                rank=head.class_rank,
                waited_ms=max(0, now_ms - head.entered_ms),
                tier=head.tier,
            )
            for head in ordered
        ),
    )


#: rule → the sentence (a msgid) that tells an agent why this ticket is next
SENTENCES = {
    "only": "%(number)s is the only one waiting.",
    "oldest": "%(number)s has waited longest: %(minutes)s min.",
    "class": "%(number)s goes first by class: %(attention)s.",
    "primary": "%(number)s is for your own services; they go before the overflow ones.",
    "overflow": "Nobody waits for your own services: %(number)s comes from overflow.",
    "chosen": "%(number)s was chosen by hand.",
    "unticketed": "%(number)s came without a ticket.",
    "nobody": "Nobody is waiting.",
}


def why_sentence(reasons: Why) -> tuple[str, dict[str, str | int]]:
    """The msgid and its parameters; `attention` is a class's key, for the page to name."""
    params: dict[str, str | int] = {}
    if reasons.heads:
        first = reasons.heads[0]
        params = {
            "number": first.number,
            "attention": first.attention,
            "minutes": first.waited_ms // 60_000,
        }
    return SENTENCES[reasons.rule], params
