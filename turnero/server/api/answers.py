"""What the API answers: structs with stable names, made from the line's views.

Times are ISO 8601 in UTC and end in `_at`. Fields are only ever added within v1; names in
`name` are in the caller's language, `names` has them all.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal, cast

from msgspec import Meta, Struct

from turnero.queue.facts import Why
from turnero.queue.routing import why_sentence
from turnero.queue.states import State
from turnero.queue.views import StepView, TicketView, Wait, name_in
from turnero.web.languages import Translator

Id = Annotated[str, Meta(description="32 hexadecimal digits", examples=["0193" + "0" * 28])]
Moment = Annotated[str, Meta(description="ISO 8601, UTC", examples=["2026-03-02T13:05:07.120Z"])]
Names = Annotated[dict[str, str], Meta(description="Language → text")]


def moment(ms: int | None) -> str | None:
    """Milliseconds UTC as ISO 8601 with milliseconds."""
    return None if ms is None else moment_of(ms)


def moment_of(ms: int) -> str:
    """See `moment`."""
    at = datetime.fromtimestamp(ms / 1000, UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{ms % 1000:03d}Z"


class WaitAnswer(Struct, frozen=True):
    """A promise of how long: a range in minutes."""

    low_minutes: int
    high_minutes: int
    closes: Annotated[
        str | None,
        Meta(
            description="HH:MM at the site: the desks close then, and it may take until after that"
        ),
    ] = None
    #: it takes longer than was promised when the ticket was taken
    longer: bool = False


def wait_of(wait: Wait | None) -> WaitAnswer | None:
    """The range, null until it is known."""
    if wait is None:
        return None
    return WaitAnswer(wait.low_minutes, wait.high_minutes, wait.closes, wait.longer)


Unknown = Annotated[
    Literal["no-desk", "no-estimate"] | None,
    Meta(
        description="Why `wait` is null for one who waits; no-desk: none is at work that calls it"
    ),
]


def unknown_of(wait: Wait | None, *, no_desk: bool) -> Literal["no-desk", "no-estimate"] | None:
    """Why no wait is told; null where one is."""
    if wait is not None:
        return None
    return "no-desk" if no_desk else "no-estimate"


class Issued(Struct, frozen=True):
    """A ticket that was just taken."""

    id: Id
    number: str
    state: State
    service: str
    #: people before this one, at most 1,000 are counted; null when it does not wait any more
    ahead: int | None
    wait: WaitAnswer | None
    #: the page on which the person follows it; null where phones cannot reach this server
    public_url: str | None
    wait_unknown: Unknown = None


class StepAnswer(Struct, frozen=True):
    """A service on the way of a ticket that goes through several."""

    service: str
    name: str
    #: where its people go, in the caller's language; empty where nothing is said
    where: str
    state: Annotated[
        Literal["done", "skipped", "sent", "now", "next"],
        Meta(description="sent: to another service, by hand; next: still to come"),
    ]
    #: in line for it so far
    waited_seconds: int
    called_at: Moment | None
    started_at: Moment | None
    ended_at: Moment | None
    #: where it was attended
    desk: str | None


class Ticket(Struct, frozen=True):
    """A ticket and where it is in its life."""

    id: Id
    number: str
    state: State
    site: str
    day: str
    service: str
    service_name: str
    attention: str
    language: str
    aids: list[str]
    people: int
    ahead: int | None
    wait: WaitAnswer | None
    #: the desk's id and name, while the ticket is there
    desk: str | None
    desk_name: str | None
    issued_at: Moment
    #: the last call, repeats included
    called_at: Moment | None
    ended_at: Moment | None
    outcome: str | None
    #: stepped out: until when the person should be back
    away_until_at: Moment | None
    #: until when a no-show may come back
    return_until_at: Moment | None
    rated: bool
    #: where it goes through several services: those behind it, the present one, those to come
    path: list[StepAnswer]
    #: in line for all its steps so far
    waited_seconds: int
    #: the wait that was promised when it was taken; null: none was
    promised: WaitAnswer | None = None
    wait_unknown: Unknown = None


def ticket_of(view: TicketView, language: str) -> Ticket:
    """The line's view as the API shows it."""
    return Ticket(
        id=view.id,
        number=view.number,
        state=State(view.state),
        site=view.site,
        day=view.day,
        service=view.service,
        service_name=name_in(view.names, language),
        attention=view.attention,
        language=view.language,
        aids=list(view.aids),
        people=view.people,
        ahead=view.ahead,
        wait=wait_of(view.wait),
        desk=view.desk,
        desk_name=view.desk_name,
        issued_at=moment_of(view.issued_ms),
        called_at=moment(view.last_call_ms),
        ended_at=moment(view.ended_ms),
        outcome=view.outcome,
        away_until_at=moment(view.away_until_ms),
        return_until_at=moment(view.return_until_ms),
        rated=view.rated,
        path=[_step(one, language) for one in view.path],
        waited_seconds=view.waited_ms // 1000,
        promised=wait_of(view.promised),
        wait_unknown=(
            unknown_of(view.wait, no_desk=view.no_desk) if view.state == State.WAITING else None
        ),
    )


def _step(view: StepView, language: str) -> StepAnswer:
    return StepAnswer(
        service=view.service,
        name=name_in(view.names, language),
        where=name_in(view.where, language),
        state=cast("Literal['done', 'skipped', 'sent', 'now', 'next']", view.state),
        waited_seconds=view.waited_ms // 1000,
        called_at=moment(view.called_ms),
        started_at=moment(view.started_ms),
        ended_at=moment(view.ended_ms),
        desk=view.desk,
    )


class Candidate(Struct, frozen=True):
    """A ticket that the call weighed: the oldest of its line."""

    ticket: Id
    number: str
    service: str
    attention: str
    waited_minutes: int
    tier: Annotated[
        int,
        Meta(
            description="0 a primary service of the desk, 1 an overflow one; 2 and 3: the same, of a"
            " class that the desk is not for; 4: not in line for it, chosen by hand"
        ),
    ]


class WhyAnswer(Struct, frozen=True):
    """Why this one: a sentence in the caller's language, and what it is made of."""

    sentence: str
    rule: str
    candidates: list[Candidate]


def why_of(why: Why, say: Translator, class_names: dict[str, dict[str, str]]) -> WhyAnswer:
    """The reasons of a call. `class_names`: attention class → language → name."""
    msgid, params = why_sentence(why)
    key = str(params.get("attention", ""))
    params = {**params, "attention": name_in(class_names.get(key, {}), say.language) or key}
    return WhyAnswer(
        sentence=say.gettext(msgid, **params),
        rule=why.rule,
        candidates=[
            Candidate(
                ticket=head.ticket,
                number=head.number,
                service=head.service,
                attention=head.attention,
                waited_minutes=head.waited_ms // 60_000,
                tier=head.tier,
            )
            for head in why.heads
        ],
    )


class NextAnswer(Struct, frozen=True):
    """Who was called; null when nobody waits for this desk."""

    ticket: Ticket | None
    why: WhyAnswer
    #: the ticket whose service the same press ended
    finished: Id | None


class DeskAnswer(Struct, frozen=True):
    """A desk after an act."""

    id: str
    state: Literal["open", "break", "closed"]


class RatingAnswer(Struct, frozen=True):
    """A rating that was kept."""

    ticket: Id
    question: str
    version: int


class FactAnswer(Struct, frozen=True):
    """A line of the journal."""

    seq: int
    at: Moment
    #: user:3, token:7, timer, system, cli
    actor: str
    kind: Annotated[str, Meta(examples=["ticket-issued"])]
    data: Annotated[
        dict[str, Any],
        Meta(description="The fact's own fields; `…_ms` are milliseconds (UTC for moments)"),
    ]


class JournalAnswer(Struct, frozen=True):
    """A page of the journal."""

    facts: list[FactAnswer]
    #: ask `after` this for the next page; unchanged when there is nothing newer
    next: int
