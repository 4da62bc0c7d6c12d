"""The life of a ticket once more, in plain lists: the reference that the product is compared with.

Written from the rules of the working day, not from the product's code. It knows one site
of four services and three classes, by each rule of who is next, and desks that open with their
first call.
It weighs everybody who waits, where the product looks at the heads of lines.
"""

import copy
from dataclasses import dataclass, field
from fractions import Fraction

GAP_MS, RECALLS, RETURN_MS, UNDO_MS, OUT_MS = 20_000, 2, 30 * 60_000, 10_000, 20 * 60_000
#: the site's days begin five hours after those of UTC
LIMA_MS = 5 * 3_600_000
MINUTE_MS = 60_000
#: class → rank; the first is clinical, the second preferred
CLASSES = {"red": 0, "preferential": 1, "ordinary": 2}
#: service → minutes to stay under; a preferred class has half of it
TARGETS = {"adm": 30, "lab": 8, "xray": 30, "visit": 30}
#: service → those that its tickets go on through, and letters of numbers
PATHS = {"adm": (), "lab": (), "xray": (), "visit": ("xray", "lab")}
LETTERS = {"adm": "A", "lab": "L", "xray": "X", "visit": "V"}
#: gives who is sent there a new place
ANEW = ("xray",)
#: desk → its primary and its overflow services, and the classes it is for
DESKS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "s.one": (("adm", "visit"), ("lab",), ()),
    "s.two": (("lab", "adm", "xray"), (), ()),
    "s.three": (("adm",), (), ("preferential",)),
}
#: of so many preferred and so many other calls while both wait
FIRST, REST = 2, 1

#: not over yet
STANDING = ("waiting", "called", "serving", "parked", "away")


@dataclass
class Person:
    """A ticket."""

    number: str
    service: str
    attention: str
    place: tuple[int, Fraction]
    state: str = "waiting"
    at: str | None = None
    only: str | None = None
    recalls: int = 0
    counts_from: int = 0
    ended: int = 0
    until: int = 0
    people: int = 1
    returned: bool = False
    #: services still to come; None: it never was on a path
    path: tuple[str, ...] | None = None
    #: steps that are over: service and how it ended
    steps: tuple[tuple[str, str], ...] = ()
    touches: int = 0
    press: int = -1
    origin: str = "walk-in"

    @property
    def stands(self) -> tuple[str, str, str | None, str]:
        """The line it is in, or was in last."""
        return self.service, self.attention, self.only, self.origin


class Refusal(Exception):
    """The model says no, with the code that the product must give."""


@dataclass
class Model:
    """The site."""

    now: int
    rule: str
    people: dict[str, Person] = field(default_factory=dict)
    counts: dict[tuple[int, str], int] = field(default_factory=dict)
    presses: dict[int, tuple[int, dict[str, Person], dict[str, int]]] = field(default_factory=dict)
    #: line → turns it was passed, and press → what it changed of them
    passed: dict[tuple[str, str, str | None, str], int] = field(default_factory=dict)
    turns: dict[int, dict[tuple[str, str, str | None, str], int]] = field(default_factory=dict)
    facts: int = 0
    closed: int = 0
    #: desks at which somebody has worked
    opened: set[str] = field(default_factory=set)

    def line(self, of: Person) -> list[Person]:
        """Who stands in the same line, in order."""
        found = [p for p in self.people.values() if p.state == "waiting"]
        found = [p for p in found if p.stands == of.stands]
        return sorted(found, key=lambda p: p.place)

    def serving(self, desk: str) -> str | None:
        """Who is at a desk."""
        found = [
            t for t, p in self.people.items() if p.at == desk and p.state in ("called", "serving")
        ]
        assert len(found) <= 1
        return found[0] if found else None

    def candidates(self, desk: str) -> dict[str, tuple[int, Person]]:
        """Whom a desk may call, each with its tier."""
        own, overflow, classes = DESKS[desk]
        found = {}
        for t, p in self.people.items():
            if p.state != "waiting" or p.only not in (None, desk):
                continue
            if p.only == desk or p.service in own + overflow:
                tier = int(p.only is None and p.service in overflow)
                if classes and p.only is None and p.attention not in (*classes, "red"):
                    tier += 2
                found[t] = (tier, p)
        return found

    def due(self, desk: str) -> str | None:
        """Who must be called next."""
        found = self.candidates(desk)
        if not found:
            return None
        clinical = {t: p for t, (_, p) in found.items() if p.attention == "red"}
        if clinical:
            return min(clinical, key=lambda t: clinical[t].place)
        best = min(tier for tier, _ in found.values())
        here = {t: p for t, (tier, p) in found.items() if tier == best}
        come = {t: p for t, p in here.items() if p.place[0] <= self.now}
        if come:
            return self.due_of(come)
        return min(
            here, key=lambda t: (here[t].place[0], CLASSES[here[t].attention], here[t].place)
        )

    def due_of(self, come: dict[str, Person]) -> str:
        """The same among those of one tier, none clinical, whose time has come."""
        if self.rule == "accumulating":
            rank = {t: (-self.points(p), CLASSES[p.attention], p.place) for t, p in come.items()}
            return min(rank, key=lambda t: rank[t])
        first = min(come, key=lambda t: (CLASSES[come[t].attention], come[t].place))
        others = {t: p for t, p in come.items() if p.attention == "ordinary"}
        turn = any(self.passed.get(p.stands, 0) >= FIRST for p in others.values())
        if self.rule == "share" and turn:
            eldest = min(others, key=lambda t: others[t].place)
            return min(first, eldest, key=lambda t: come[t].place)
        return first

    def points(self, of: Person) -> Fraction:
        """Time over target."""
        half = 2 if of.attention == "preferential" else 1
        return Fraction((self.now - of.place[0]) * half, TARGETS[of.service] * MINUTE_MS)

    def count_turns(self, called: str, desk: str) -> None:
        """What this call, not yet made, means for the turns of those who wait."""
        found = self.candidates(desk)
        tier, person = found[called]
        if self.rule != "share" or person.attention == "red" or person.place[0] > self.now:
            return
        here = [p for at, p in found.values() if at == tier and p.place[0] <= self.now]
        both = any(p.attention == "preferential" for p in here)
        for of in {p.stands for p in here if p.attention == "ordinary"}:
            before = now = self.passed.get(of, 0)
            if person.attention == "preferential":
                now = min(before + REST, FIRST + REST - 1)
            else:
                now = max(0, before - FIRST) if both else 0
            self.passed[of] = now
            self.turns.setdefault(self.facts, {})[of] = now - before

    def press(self, *tickets: str | None) -> None:
        """Remember what these tickets were, for undo. Call before changing them."""
        self.facts += 1
        no = self.facts
        before = {t: copy.copy(self.people[t]) for t in tickets if t is not None}
        for t in before:
            self.people[t].touches += 1
            self.people[t].press = no
        self.presses[no] = (self.now, before, {t: self.people[t].touches for t in before})

    def and_press(self, ticket: str | None) -> None:
        """The same press changes this one too."""
        if ticket is not None:
            person = self.people[ticket]
            _, before, touches = self.presses[self.facts]
            before[ticket] = copy.copy(person)
            person.touches, person.press = person.touches + 1, self.facts
            touches[ticket] = person.touches

    def require(self, ticket: str, *states: str) -> Person:
        """The person, in one of these states."""
        person = self.people[ticket]
        if person.state not in states:
            raise Refusal("move-illegal")
        return person

    def issue(
        self, ticket: str, service: str, attention: str, origin: str = "walk-in", due: int = 0
    ) -> str:
        """Take a ticket; returns its number. `due`: of an appointment, or when it was asked for."""
        day = (self.now - LIMA_MS) // 86_400_000
        self.counts[day, service] = count = self.counts.get((day, service), 0) + 1
        self.facts += 1
        number = f"{LETTERS[service]}{count:03d}"
        at = {"walk-in": self.now, "appointment": max(due, self.now), "callback": due}[origin]
        place = (at, Fraction(self.facts))
        path = PATHS[service] or None
        self.people[ticket] = Person(number, service, attention, place, origin=origin, path=path)
        return number

    def next(self, desk: str, onward: str | None = None) -> tuple[str | None, str | None]:
        """Finish who is there, call who is due; returns (called, finished)."""
        finished = self.serving(desk)
        self._allow(finished, onward, desk)
        self.press(finished)
        self._end(finished, onward)
        called = self.due(desk)
        if called is not None:
            self.count_turns(called, desk)
            if called != finished:
                self.and_press(called)
        self._call(called, desk)
        self.opened.add(desk)
        return called, finished

    def choose(self, ticket: str, desk: str) -> str | None:
        """Call this one; returns who was finished."""
        finished = self.serving(desk)
        self._allow(finished, None, desk)
        self.require(ticket, "waiting", "parked", "away")
        self.press(finished, ticket)
        self._end(finished)
        self._call(ticket, desk)
        self.opened.add(desk)
        return finished

    def recall(self, ticket: str) -> None:
        """Call again."""
        person = self.require(ticket, "called")
        person.touches += 1
        if self.now >= person.counts_from:
            person.recalls += 1
            person.counts_from = self.now + GAP_MS

    def start(self, ticket: str) -> None:
        """The person is here."""
        self.require(ticket, "called")
        self.press(ticket)
        self.people[ticket].state = "serving"

    def finish(self, ticket: str, onward: str | None = None) -> None:
        """Done, or on to the next step."""
        self.require(ticket, "called", "serving")
        self._allow(ticket, onward)
        self.press(ticket)
        self._end(ticket, onward)

    def skip(self, ticket: str, step: str | None) -> None:
        """Leave a step out."""
        person = self.people[ticket]
        left = person.path or ()
        self.require(ticket, *STANDING)
        if step not in (None, person.service):
            if step not in left:
                raise Refusal("path-not-there")
            self.press(ticket)
            person.path = tuple(one for one in left if one != step)
            person.steps += ((step, "skipped"),)
            return
        if not left:
            raise Refusal("path-over")
        self.press(ticket)
        person.steps += ((person.service, "skipped"),)
        self._to(person, left)

    def add(self, ticket: str, step: str | None, last: bool) -> None:
        """A step more."""
        person = self.require(ticket, *STANDING)
        left, key = person.path or (), step or person.service
        if key in left:
            raise Refusal("path-has-step")
        self.press(ticket)
        person.path = (*left, key) if last else (key, *left)

    def no_show(self, ticket: str) -> None:
        """The person did not come."""
        person = self.require(ticket, "called")
        if person.recalls < RECALLS:
            raise Refusal("no-show-too-soon")
        self.press(ticket)
        person.state, person.ended = "no-show", self.now

    def come_back(self, ticket: str) -> None:
        """In line again."""
        person = self.require(ticket, "no-show", "parked", "away")
        if person.state == "no-show":
            if person.returned:
                raise Refusal("return-used")
            if self.now - person.ended > RETURN_MS or self.closed > person.ended:
                raise Refusal("return-too-late")
        self.press(ticket)
        if person.state == "no-show":
            ahead = self.line(person)
            person.returned = True
            if ahead:
                ms, seq = ahead[:2][-1].place
                same = len(ahead) > 2 and ahead[2].place[0] == ms
                person.place = (ms, (seq + (ahead[2].place[1] if same else seq + 1)) / 2)
        person.state, person.at = "waiting", None

    def step_out(self, ticket: str) -> None:
        """Gone for a while."""
        person = self.require(ticket, "waiting")
        person.state, person.until = "away", self.now + OUT_MS
        person.touches += 1

    def time_passes(self, now: int) -> None:
        """It is later: whose time is over did not come back."""
        self.now = now
        for person in self.people.values():
            if person.state == "away" and person.until <= now:
                person.state, person.ended = "no-show", now
                person.touches += 1

    def correct(
        self, ticket: str, service: str | None, attention: str | None, people: int | None
    ) -> None:
        """Put right."""
        person = self.require(ticket, *STANDING)
        was = (person.service, person.attention, person.people)
        goal = (service or was[0], attention or was[1], people or was[2])
        if was[1] == "red" and goal[1] != "red":
            raise Refusal("attention-clinical")
        if goal == was:
            raise Refusal("correct-nothing")
        person.service, person.attention, person.people = goal
        if person.service != was[0]:
            person.only = None
            person.path = self._elsewhere(person, goal[0], begun=bool(person.steps))
        person.touches += 1

    def park(self, ticket: str) -> None:
        """Set aside."""
        self.require(ticket, "called", "serving")
        self.press(ticket)
        self.people[ticket].state = "parked"

    def transfer(self, ticket: str, service: str | None, desk: str | None) -> None:
        """To a service, or to a desk."""
        person = self.require(ticket, *STANDING)
        goal = (person.service, desk) if desk is not None else (service, None)
        if person.state == "waiting" and goal == (person.service, person.only):
            raise Refusal("transfer-same")
        self.press(ticket)
        if person.state in ("called", "serving"):
            person.steps += ((person.service, "sent"),)
        person.state, person.at, person.only = "waiting", None, desk
        if service not in (None, person.service):
            person.path = self._elsewhere(person, service, begun=True)
            self._place(person, service)
        person.service = service or person.service

    def cancel(self, ticket: str) -> None:
        """The person leaves."""
        self.require(ticket, "waiting", "called", "parked", "away")
        self.press(ticket)
        self.people[ticket].state = "cancelled"

    def undo(self, ticket: str) -> None:
        """Take back the last press that touched this ticket."""
        found = self.presses.get(self.people[ticket].press)
        if found is None:
            raise Refusal("undo-nothing")
        at, before, touches = found
        standing = any(old.state in ("waiting", "parked", "away") for old in before.values())
        if self.now - at > UNDO_MS or (standing and at <= self.closed):
            raise Refusal("undo-too-late")
        if any(self.people[t].touches != touches[t] for t in before):
            raise Refusal("undo-touched")
        for old in before.values():
            holder = self.serving(old.at) if old.at and old.state in ("called", "serving") else None
            if holder is not None and holder not in before:
                raise Refusal("desk-serving")
        for line, change in self.turns.pop(self.people[ticket].press, {}).items():
            self.passed[line] = max(0, self.passed[line] - change)
        del self.presses[self.people[ticket].press]
        for t, old in before.items():
            self.people[t] = old
            old.touches, old.press = touches[t] + 1, -1

    def close_day(self) -> int:
        """Who waits or is parked was not served; returns how many."""
        left = [p for p in self.people.values() if p.state in ("waiting", "parked", "away")]
        for person in left:
            person.state, person.touches = "not-served", person.touches + 1
        self.closed = self.now
        return len(left)

    def attended(self, service: str, calling: str | None = None) -> bool:
        """Whether somebody works at a desk of a service, or calls from one now."""
        desks = self.opened | {calling}
        return any(service in own + more for d, (own, more, _) in DESKS.items() if d in desks)

    def _allow(self, ticket: str | None, onward: str | None, calling: str | None = None) -> None:
        """Whoever ends a step must say what to do where nobody attends the next one."""
        left = self.people[ticket].path if ticket is not None else None
        if left and onward is None and not self.attended(left[0], calling):
            raise Refusal("step-no-desk")

    def _end(self, ticket: str | None, onward: str | None = None) -> None:
        if ticket is None:
            return
        person = self.people[ticket]
        left, skipped = person.path or (), 0
        if onward == "end":
            skipped = len(left)
        elif onward == "skip":
            while skipped < len(left) and not self.attended(left[skipped]):
                skipped += 1
        gone = tuple((one, "skipped") for one in left[:skipped])
        if skipped < len(left):
            person.steps += ((person.service, "done"), *gone)
            self._to(person, left[skipped:])
            return
        person.state = "finished"
        person.steps += gone
        person.path = () if left else person.path

    def _to(self, person: Person, left: tuple[str, ...]) -> None:
        """In the next step's line."""
        person.state, person.at, person.only = "waiting", None, None
        person.service, person.path, person.returned = left[0], left[1:], False
        self._place(person, left[0])

    def _place(self, person: Person, service: str) -> None:
        """Where places are new, behind everybody who is there: facts only grow."""
        if service in ANEW:
            person.place = (self.now, Fraction(self.facts))

    @staticmethod
    def _elsewhere(person: Person, service: str, *, begun: bool) -> tuple[str, ...] | None:
        if person.path is None or not begun:
            return PATHS[service] or None
        return tuple(one for one in person.path if one != service)

    def _call(self, ticket: str | None, desk: str) -> None:
        if ticket is not None:
            person = self.people[ticket]
            person.state, person.at, person.recalls = "called", desk, 0
            person.counts_from = self.now + GAP_MS
