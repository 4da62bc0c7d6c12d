"""Who is next: how a desk's call chooses among the heads of lines.

Pure, in whole numbers: the live site, the simulator and the tests run this code. Only the
oldest ticket of a line can be its most due, so a choice weighs heads, never tickets, and its
cost does not grow with the number waiting. What each call weighed is kept as `Why`, from
which `rederive` makes the choice again.

The order: clinical classes strictly, at whatever desk may serve them; then the desk's own classes
and primary services (`Head.tier`), then whoever has come before their time, by the site's rule.
Who is rung without having asked (`Head.last`) comes after all of them, whatever the rule and the wait.
Accumulating priority is Kleinrock's (Stanford, Taylor, Ziedins 2014): points are time over target.
"""

from collections.abc import Callable, Iterable, Sequence
from math import lcm
from typing import NamedTuple

from turnero.queue.facts import HeadSeen, Order, Why

__all__ = [
    "OTHERS",
    "OUTSIDE",
    "OVERFLOW",
    "Choice",
    "Head",
    "Order",
    "choose",
    "rederive",
    "turns_after",
    "why",
]

#: `Head.tier` of an overflow service; added to it: none of the classes that the desk is for
OVERFLOW, OTHERS = 1, 2
#: the tier of a ticket that was chosen by hand and was no candidate
OUTSIDE = 4

_CLINICAL, _DUE, _EARLY, _LAST = range(4)


class Head(NamedTuple):
    """The oldest ticket of a line that a desk may call now."""

    line: int
    ticket: str
    number: str
    service: str
    attention: str
    #: 0 a primary service of the desk (or waiting for this desk only), 1 an overflow one; 2 and
    #: 3 are the same of a class that the desk is not for
    tier: int
    #: of the attention class; less is called first
    class_rank: int
    #: its place, line clock; later than now for an appointment to come
    rank_ms: int
    rank_seq: int
    entered_ms: int
    #: how many wait in its line, itself included
    waiting: int = 1
    #: given by a clinician: strict
    clinical: bool = False
    #: not clinical, and ranks before the usual class
    preferred: bool = False
    #: the wait to stay under; more than 0
    target_ms: int = 30 * 60_000
    #: of its line: what preferred calls past it add up to; see `turns_after`
    passed: int = 0
    #: it waits for this desk only
    own: bool = False
    #: nobody else may wait for it; see ranks.FOLLOW_UP
    last: bool = False

    @property
    def place(self) -> tuple[int, int]:
        """Less came earlier."""
        return self.rank_ms, self.rank_seq


class Choice(NamedTuple):
    """The head to call, and the rule that decided; see `SENTENCES`."""

    head: Head
    rule: str


def choose(heads: Sequence[Head], now_ms: int, order: Order) -> Choice | None:
    """Whom to call; None when nobody waits. Ties: class rank, then the earlier place."""
    if not heads:
        return None
    best = min(heads, key=_order(heads, now_ms, order))
    by_turn = _whose_turn(best, heads, now_ms, order)
    if by_turn is not None:
        return Choice(by_turn, "share")
    return Choice(best, _rule(best, heads, now_ms, order))


def turns_after(called: Head, heads: Iterable[Head], now_ms: int, order: Order) -> dict[int, int]:
    """What a call makes of `passed`: line → its new value, where it changes.

    Of every `first` + `rest` calls where both wait, `rest` are for the classes that are not
    preferred. A preferred call adds `rest` to those lines of the same tier that it passes; `first`
    or more is a turn, which takes `first` away. A turn that can't be taken yet is kept, two
    are not. Where no preferred one waits nothing is counted.
    """
    if order.rule != "share" or called.clinical:
        return {}
    peers = _peers(called, heads, now_ms)
    if called.preferred:
        most = order.first + order.rest - 1
        after = {one.line: min(one.passed + order.rest, most) for one in peers}
    elif any(one.preferred for one in peers):
        after = {one.line: max(0, one.passed - order.first) for one in peers}
    else:
        after = {one.line: 0 for one in peers}
    return {
        one.line: after[one.line]
        for one in peers
        if not one.preferred and after[one.line] != one.passed
    }


def why(
    rule: str,
    heads: Iterable[Head],
    winner: Head,
    now_ms: int,
    order: Order,
    left: Sequence[Head] = (),
) -> Why:
    """The reasons of a call as data: the winner first, then the others in their order.

    `left` wait too and were no candidates: nobody is said to be the only or the oldest one past them.
    """
    weighed = list(heads)
    if left:
        first = choose((*weighed, *left), now_ms, order)
        rule = first.rule if first and first.head is winner else "not-by-phone"
    place = _order(weighed, now_ms, order)
    weighed.sort(key=lambda head: (head is not winner, place(head)))
    seen = tuple(_seen(head, now_ms) for head in weighed)
    return Why(rule, seen, order, tuple(_seen(head, now_ms) for head in left))


def rederive(reasons: Why) -> str | None:
    """The ticket that was due by what a call weighed, from its `Why` alone; None if nobody was.

    For a ticket that was chosen by hand it says who would have been called instead.
    """
    heads = [_head(seen, line) for line, seen in enumerate(reasons.heads) if seen.tier < OUTSIDE]
    choice = choose(heads, 0, reasons.order)
    return choice.head.ticket if choice else None


def _group(head: Head, now_ms: int) -> int:
    if head.clinical:
        return _CLINICAL
    if head.last:
        return _LAST
    return _DUE if head.rank_ms <= now_ms else _EARLY


def _order(heads: Iterable[Head], now_ms: int, order: Order) -> Callable[[Head], tuple[int, ...]]:
    """The key by which heads go, least first, but for the turns of the share."""
    # Points are compared as whole numbers: time over target, times what all targets divide.
    scale = lcm(*(head.target_ms for head in heads))

    def key(head: Head) -> tuple[int, ...]:
        group = _group(head, now_ms)
        first, second = head.class_rank, 0
        if group == _EARLY:
            first, second = head.rank_ms, head.class_rank
        elif group == _DUE and order.rule == "accumulating":
            points = (now_ms - head.rank_ms) * (scale // head.target_ms)
            first, second = -points, head.class_rank
        tier = 0 if group == _CLINICAL else head.tier
        return group != _CLINICAL, group == _LAST, tier, group, first, second, *head.place

    return key


def _peers(best: Head, heads: Iterable[Head], now_ms: int) -> list[Head]:
    """Those among whom the site's rule decides: whose time has come, of the same tier."""
    return [one for one in heads if one.tier == best.tier and _group(one, now_ms) == _DUE]


def _whose_turn(best: Head, heads: Iterable[Head], now_ms: int, order: Order) -> Head | None:
    """The one of no preferred class whose turn it is instead of `best`: never sooner than by age."""
    if order.rule != "share" or not best.preferred:
        return None
    peers = _peers(best, heads, now_ms)
    others = [one for one in peers if not one.preferred]
    if not others or max(one.passed for one in others) < order.first:
        return None
    first = min(others, key=lambda one: (one.class_rank, one.place))
    oldest = min(one.place for one in peers if one.preferred)
    return first if first.place < oldest else None


def _rule(best: Head, heads: Sequence[Head], now_ms: int, order: Order) -> str:
    """Why this one goes before the others, in one word."""
    if best.tier and not best.clinical:
        return "other-class" if best.tier >= OTHERS else "overflow"
    if len(heads) == 1 and best.waiting == 1:
        return "only"
    if _group(best, now_ms) == _EARLY:
        return "early"
    oldest = min((one for one in heads if one.last <= best.last), key=lambda one: one.place)
    if best.clinical:
        return "oldest" if best is oldest else "clinical"
    if best is min((one for one in heads if not one.tier), key=lambda one: one.place):
        # Only one of another tier came before it.
        return ("oldest", "primary", "own-class", "own-class")[oldest.tier]
    return "points" if order.rule == "accumulating" else "class"


def _seen(head: Head, now_ms: int) -> HeadSeen:
    return HeadSeen(
        ticket=head.ticket,
        number=head.number,
        service=head.service,
        attention=head.attention,
        rank=head.class_rank,
        waited_ms=max(0, now_ms - head.entered_ms),
        tier=head.tier,
        aged_ms=now_ms - head.rank_ms,
        seq=head.rank_seq,
        clinical=head.clinical,
        preferred=head.preferred,
        target_ms=head.target_ms,
        passed=head.passed,
        last=head.last,
    )


def _head(seen: HeadSeen, line: int) -> Head:
    """What a call weighed, as seen from its own moment."""
    return Head(
        line=line,
        ticket=seen.ticket,
        number=seen.number,
        service=seen.service,
        attention=seen.attention,
        tier=seen.tier,
        class_rank=seen.rank,
        rank_ms=-seen.aged_ms,
        rank_seq=seen.seq,
        entered_ms=-seen.waited_ms,
        clinical=seen.clinical,
        preferred=seen.preferred,
        target_ms=seen.target_ms,
        passed=seen.passed,
        last=seen.last,
    )


#: rule → the sentence (a msgid) that tells an agent why this ticket is next
SENTENCES = {
    "only": "%(number)s is the only one waiting.",
    "oldest": "%(number)s has waited longest: %(minutes)s min.",
    "points": "%(attention)s: %(minutes)s min waiting, target %(target)s.",
    "class": "%(number)s goes first by class: %(attention)s.",
    "clinical": "%(number)s goes first by clinical urgency: %(attention)s.",
    "share": "It is the turn of %(attention)s: %(number)s, %(minutes)s min waiting.",
    "early": "Nobody else is due: %(number)s comes before its time.",
    "primary": "%(number)s is for your own services; they go before the overflow ones.",
    "overflow": "Nobody waits for your own services: %(number)s comes from overflow.",
    "own-class": "This desk calls %(attention)s first: %(number)s.",
    "other-class": "Nobody of this desk's classes is waiting: %(number)s is of another.",
    "not-by-phone": "%(number)s is next of those who are here: this desk rings nobody now.",
    "chosen": "%(number)s was chosen by hand.",
    "unticketed": "%(number)s came without a ticket.",
    "nobody": "Nobody is waiting.",
}


def why_sentence(reasons: Why) -> tuple[str, dict[str, str | int]]:
    """The msgid and its parameters; `attention` is a class's key, for the page to name.

    Minutes are whole: since its place in line, and the target of its points to the nearest.
    """
    params: dict[str, str | int] = {}
    if reasons.heads:
        first = reasons.heads[0]
        params = {
            "number": first.number,
            "attention": first.attention,
            "minutes": max(0, first.aged_ms) // 60_000,
            "target": (first.target_ms + 30_000) // 60_000,
        }
    return SENTENCES[reasons.rule], params
