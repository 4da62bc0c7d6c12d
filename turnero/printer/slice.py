"""The room as the composition sees it. It needs the data folder, where virtual paper lies."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from turnero.printer import forgotten, spool, testing
from turnero.printer.pages import reprint_panel, routes
from turnero.printer.papers import LedgerPapers
from turnero.printer.room import Printers
from turnero.printer.views import PaperView, SwitchesView
from turnero.queue.facts import TicketCancelled, TicketIssued, TicketNotServed
from turnero.store.consumers import Consumer
from turnero.web.languages import mark
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice

if TYPE_CHECKING:
    from turnero.web.wiring import Web

HERE: Final = Path(__file__).parent

#: what the spool follows
KINDS: Final = frozenset(
    str(fact.__struct_config__.tag) for fact in (TicketIssued, TicketCancelled, TicketNotServed)
)

PROBLEMS: Final = {
    "paper-unknown": Text(
        mark("There is no such paper"),
        mark("Only virtual printers keep their paper, and only the newest."),
    ),
    "print-job-unknown": Text(
        mark("There is no such print job"), mark("Perhaps it belongs to another kiosk.")
    ),
    "print-move-illegal": Text(
        mark("That was settled already"),
        mark("This print job is in the state “%(state)s” by now. Please look at the page again."),
    ),
    "print-not-sending": Text(
        mark("That was settled already"), mark("This print job is not being sent any more.")
    ),
    "print-under-way": Text(
        mark("A print is under way"),
        mark("This ticket is being printed at this moment. Please wait for the paper."),
    ),
    "printer-held": Text(
        mark("Another process prints on it"),
        mark("“%(holder)s” has this printer. It is free once that one stops."),
    ),
    "no-printer": Text(
        mark("There is no printer for this"),
        mark("Please name a printer, or check the site's devices."),
    ),
    "bad-printer-address": Text(
        mark("The printer's address is wrong"), mark("“%(address)s”: %(why)s.")
    ),
    "unknown-printer-profile": Text(
        mark("There is no such printer profile"),
        mark("“%(profile)s” is none of these: %(known)s."),
    ),
}


def make(data: Path | None, public_address: str = "") -> Slice:
    """The slice. `data`: the server's folder, None: paper in memory alone. `public_address`:
    where phones reach the server, "" when they do not; then the QR holds the code alone.
    """
    folder = data / "paper" if data is not None else None
    return compose(Printers(folder, LedgerPapers(public_address)))


def compose(printers: Printers) -> Slice:
    """The slice of these printers."""

    async def print_all(web: "Web") -> None:
        await printers.run(web.ledger, web.hub.poke)

    async def end_forgotten(web: "Web") -> None:
        await forgotten.watch(web.ledger)

    return Slice(
        name="printer",
        routes=[*routes(printers), *testing.ROUTES],
        templates=HERE / "templates",
        static=HERE / "static",
        views=(PaperView(printers), SwitchesView(printers)),
        slots={"desk.ticket": reprint_panel, "setup.printer": testing.test_panel(printers)},
        consumers={"printer": Consumer("printer", KINDS, spool.follow_tickets)},
        timers={spool.RETRY_TIMER: spool.retry},
        problems=PROBLEMS,
        tasks={"printers": print_all, "print-jobs": end_forgotten},
    )
