"""Boxes as the composition sees them."""

from pathlib import Path

from turnero.server.boxes import api, pages
from turnero.server.looks import SiteLooks
from turnero.web.languages import mark
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice

HERE = Path(__file__).parent

PROBLEMS = {
    "box-unknown": Text(
        mark("There is no such box"), mark("It was taken out of its site, or belongs to another.")
    ),
    "pairing-unknown": Text(
        mark("No box asks with this code"),
        mark("A code holds for ten minutes. Please look at the screen of the box again."),
    ),
    "pairing-settled": Text(
        mark("This code was answered already"),
        mark("Somebody has approved or refused this box. Please reload the page."),
    ),
    "pairing-busy": Text(
        mark("Too many boxes ask at once"), mark("Please try again in ten minutes.")
    ),
    "message-wrong": Text(mark("This message cannot be read"), mark("It is wrong: %(why)s")),
}


def make(public_address: str, looks: SiteLooks) -> Slice:
    """The slice."""
    return Slice(
        name="boxes",
        routes=[api.routes(public_address), *pages.routes(looks)],
        templates=HERE / "templates",
        problems=PROBLEMS,
    )
