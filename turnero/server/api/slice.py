"""The API's routes and texts, for the composition."""

from typing import Final

from litestar import Router

from turnero.queue.telephones import Telephones
from turnero.server.api import board, callbacks, desks, journal, live, moves, people, sites, tickets
from turnero.server.api.answering import JsonAnswer
from turnero.web.languages import mark
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice

PROBLEMS: Final = {
    "key-wrong": Text(
        mark("The idempotency key is wrong"),
        mark("Idempotency-Key takes 1 to 200 visible ASCII characters. Nothing was changed."),
    ),
}


def make(public_address: str, telephones: Telephones) -> Slice:
    """The slice. `public_address`: where phones reach this server, "" when they do not;
    `telephones`: reads and seals numbers.
    """
    v1 = Router(
        "/api/v1",
        response_class=JsonAnswer,
        include_in_schema=True,
        route_handlers=[
            sites.list_sites,
            board.board,
            tickets.issuing_at(public_address),
            tickets.show,
            moves.recall,
            moves.start,
            moves.no_show,
            moves.return_,
            moves.park,
            moves.step_out,
            moves.cancel,
            moves.undo,
            moves.call,
            moves.finish,
            moves.transfer,
            moves.skip,
            moves.add,
            moves.rating,
            desks.open_,
            desks.break_,
            desks.resume,
            desks.close,
            desks.next_,
            callbacks.asking_with(telephones),
            callbacks.show,
            callbacks.change,
            callbacks.cancel,
            *people.routes(telephones),
            journal.read_journal,
            live.live,
        ],
    )
    return Slice(name="api", routes=[v1], problems=PROBLEMS)
