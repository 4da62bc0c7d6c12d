"""What is pressed for a person at a desk. Each act is one command; the answer is their panel anew.

A refusal needs nothing here: it becomes a message on the page.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final, Literal

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from turnero.desk.answering import Answering
from turnero.desk.commands import (
    ChosenSeen,
    NextSeen,
    UnticketedSeen,
    chosen_as_seen,
    next_as_seen,
    unticketed_as_seen,
)
from turnero.queue.commands import calls, finishing, moves, paths, undo
from turnero.queue.requests import AddStep, Called, Finish, SkipStep, TicketMove, Transfer
from turnero.queue.text import MAX_REASON
from turnero.store.errors import NotFound
from turnero.web.forms import Form, read_form
from turnero.web.languages import mark
from turnero.web.principal import PageRequest

Ticket = Annotated[str, Meta(max_length=40)]
Outcome = Annotated[str, Meta(max_length=20)]
Reason = Annotated[str, Meta(max_length=MAX_REASON)]

#: a move of one ticket → its command
MOVES: Final[dict[str, Callable[..., Any]]] = {
    "recall": calls.recall,
    "start": moves.start,
    "no-show": calls.no_show,
    "park": moves.park,
    "return": moves.return_ticket,
    "cancel": moves.cancel,
    "undo": undo.undo,
}
#: those of a ticket that need not be at this desk
ELSEWHERE: Final = frozenset({"return", "cancel"})

NOBODY = mark("Nobody is waiting for your services now.")


class MoveForm(Form, frozen=True, kw_only=True):
    """A move of the ticket that the page showed."""

    ticket: Ticket


class FinishForm(MoveForm, frozen=True, kw_only=True):
    """The end of a service."""

    outcome: Outcome | None = None
    onward: Outcome | None = None


class StepForm(MoveForm, frozen=True, kw_only=True):
    """A step of the way of the ticket that the page showed: a service's key, "" the present one."""

    step: Annotated[str, Meta(max_length=100)] = ""
    #: where an added one goes
    place: Literal["next", "last"] = "next"

    def act(
        self, ticket: str, *, skip: bool, at: str | None = None
    ) -> tuple[Callable[..., Any], SkipStep | AddStep]:
        """The command that leaves the step out or adds it, and what it is asked."""
        step = self.step or None
        if skip:
            return paths.skip, SkipStep(ticket, step, at=at)
        return paths.add, AddStep(ticket, step, last=self.place == "last", at=at)


class NextForm(Form, frozen=True, kw_only=True):
    """Next; `seen` is the ticket that the page showed at the desk."""

    seen: Annotated[str, Meta(max_length=40)] = ""
    outcome: Outcome | None = None
    onward: Outcome | None = None


class UnticketedForm(NextForm, frozen=True, kw_only=True):
    """Somebody without a ticket."""

    service: Annotated[str, Meta(max_length=100)]
    people: Annotated[int, Meta(ge=1, le=99)] = 1


class TransferForm(MoveForm, frozen=True, kw_only=True):
    """Where to: "service:key" or "desk:site.desk"."""

    to: Annotated[str, Meta(max_length=200)]


class CallForm(NextForm, frozen=True, kw_only=True):
    """A ticket out of turn, and why."""

    ticket: Ticket
    reason: Reason


def routes(acts: Answering) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @post("/desk/{ref:str}/next", opt={"permission": "desks.work"}, status_code=200)
    async def press_next(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """Finish whoever is there and call whoever is most due."""
        form = await read_form(request, NextForm)
        act = NextSeen(ref, form.seen, form.outcome, form.onward)
        site, called = await acts.run(request, ref, next_as_seen, act, form.idempotency_key)
        nobody = isinstance(called, Called) and called.ticket is None
        return await acts.answer(request, ref, site, NOBODY if nobody else "")

    @post("/desk/{ref:str}/call", opt={"permission": "desks.work"}, status_code=200)
    async def press_call(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """Call a chosen ticket, for a reason."""
        form = await read_form(request, CallForm)
        act = ChosenSeen(ref, form.seen, form.ticket, form.reason, form.outcome)
        site, _ = await acts.run(request, ref, chosen_as_seen, act, form.idempotency_key)
        return await acts.answer(request, ref, site)

    @post("/desk/{ref:str}/unticketed", opt={"permission": "desks.work"}, status_code=200)
    async def press_unticketed(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """Attend somebody who has no ticket."""
        form = await read_form(request, UnticketedForm)
        act = UnticketedSeen(ref, form.seen, form.service, form.people, form.outcome)
        site, _ = await acts.run(request, ref, unticketed_as_seen, act, form.idempotency_key)
        return await acts.answer(request, ref, site)

    @post("/desk/{ref:str}/finish", opt={"permission": "desks.work"}, status_code=200)
    async def press_finish(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """The service is over."""
        form = await read_form(request, FinishForm)
        act = Finish(form.ticket, form.outcome, at=ref, onward=form.onward)
        site, _ = await acts.run(request, ref, finishing.finish, act, form.idempotency_key)
        return await acts.answer(request, ref, site)

    @post("/desk/{ref:str}/transfer", opt={"permission": "tickets.move"}, status_code=200)
    async def press_transfer(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """To another service or desk."""
        form = await read_form(request, TransferForm)
        kind, _, key = form.to.partition(":")
        act = Transfer(
            form.ticket,
            service=key if kind == "service" else None,
            desk=key if kind == "desk" else None,
            at=ref,
        )
        site, _ = await acts.run(request, ref, moves.transfer, act, form.idempotency_key)
        return await acts.answer(request, ref, site)

    @post(
        ["/desk/{ref:str}/way/skip", "/desk/{ref:str}/way/add"],
        opt={"permission": "tickets.move"},
        status_code=200,
    )
    async def press_way(request: PageRequest, ref: FromPath[str]) -> Response[str]:
        """Leave a step out, do one once more, or add another."""
        form = await read_form(request, StepForm)
        skip = request.scope["path"].endswith("/skip")
        command, act = form.act(form.ticket, skip=skip, at=ref)
        site, _ = await acts.run(request, ref, command, act, form.idempotency_key)
        return await acts.answer(request, ref, site)

    @post("/desk/{ref:str}/move/{move:str}", opt={"permission": "tickets.move"}, status_code=200)
    async def press_move(
        request: PageRequest, ref: FromPath[str], move: FromPath[str]
    ) -> Response[str]:
        """Any other move of one ticket."""
        command = MOVES.get(move)
        if command is None:
            raise NotFound("address-unknown")
        form = await read_form(request, MoveForm)
        act = TicketMove(form.ticket, at=None if move in ELSEWHERE else ref)
        site, _ = await acts.run(request, ref, command, act, form.idempotency_key)
        return await acts.answer(request, ref, site)

    return [
        press_next,
        press_call,
        press_unticketed,
        press_finish,
        press_transfer,
        press_way,
        press_move,
    ]
