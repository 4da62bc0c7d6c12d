"""Boxes as the composition sees them."""

from pathlib import Path
from typing import TYPE_CHECKING

from turnero.kiosk.ledger import LedgerKiosk, Listening, nobody
from turnero.kiosk.port import KioskPort
from turnero.queue.telephones import Telephones
from turnero.server.boxes import api, pages
from turnero.server.boxes.views import AskingView, KnownView
from turnero.server.looks import SiteLooks
from turnero.web.languages import mark
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice

if TYPE_CHECKING:
    from turnero.web.wiring import Web

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
    "not-hosted": Text(
        mark("This box does not host it"),
        mark("“%(device)s” is at another box, or at the server itself."),
    ),
    "method-unknown": Text(
        mark("This server does not know that request"),
        mark("It is older or newer than the box: please bring both to the same version."),
    ),
    "message-wrong": Text(mark("This message cannot be read"), mark("It is wrong: %(why)s")),
}


def make(
    public_address: str,
    looks: SiteLooks,
    listening: Listening = nobody,
    telephones: Telephones | None = None,
) -> Slice:
    """The slice. `listening`: how many pages of staff ring when somebody at a kiosk asks for help.
    `telephones`: reads and seals numbers; without it a box's kiosks offer no callback.
    """

    def connect(web: "Web") -> KioskPort:
        return LedgerKiosk(web, public_address, listening, telephones)

    return Slice(
        name="boxes",
        routes=[api.routes(public_address, connect, looks), *pages.routes(looks)],
        templates=HERE / "templates",
        static=HERE / "static",
        views=(AskingView(looks), KnownView(looks)),
        problems=PROBLEMS,
    )
