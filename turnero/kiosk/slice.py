"""The room as the composition sees it."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from turnero.kiosk import (
    around,
    calling,
    identity,
    numbered,
    own,
    pages,
    phone,
    phone_calls,
    scanner,
)
from turnero.kiosk.ledger import LedgerKiosk, Listening, nobody
from turnero.kiosk.port import KioskPort
from turnero.kiosk.scanner import Mine, Scans
from turnero.kiosk.scene import Connect
from turnero.kiosk.views import (
    HelpView,
    PhoneView,
    ServiceNowView,
    ServicesView,
    TicketAtKioskView,
)
from turnero.queue.telephones import Telephones
from turnero.store.devices import Device
from turnero.web.languages import mark
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice

if TYPE_CHECKING:
    from turnero.web.wiring import Web

HERE: Final = Path(__file__).parent

PROBLEMS: Final = {
    "no-number-held": Text(
        mark("There are no numbers left here without a connection"),
        mark("Please ask the staff for your ticket."),
    ),
    "no-connection": Text(
        mark("This cannot be done without a connection"),
        mark("Your number stays valid. Please try again later, or ask the staff."),
    ),
    "speech-unknown": Text(
        mark("There is no such sentence"), mark("Only what a page offers can be heard.")
    ),
}


def without_box(kiosk: Device) -> bool:
    """A kiosk whose pages are the server's own."""
    return kiosk.setting("box") is None


def make(
    public_address: str = "",
    connect: Connect | None = None,
    listening: Listening = nobody,
    mine: Mine = without_box,
    telephones: Telephones | None = None,
) -> Slice:
    """The slice. `public_address`: where phones reach the server, "" when they do not; then a QR
    holds the ticket's code alone. `connect`: gives the port, by default the site's own ledger.
    `listening`: how many pages of staff ring now when somebody at a kiosk asks for help. `mine`:
    whether a kiosk's scanner is read here. `telephones`: reads and seals numbers; without it no
    callbacks are offered.
    """

    def to_ledger(web: "Web") -> KioskPort:
        return LedgerKiosk(web, public_address, listening, telephones)

    scans = Scans()

    async def listen(web: "Web") -> None:
        await scanner.host(web, scans, mine)

    port = connect or to_ledger
    return Slice(
        name="kiosk",
        routes=[
            *pages.routes(port),
            *calling.routes(port),
            *around.routes(port),
            *own.routes(port, scans),
            *numbered.routes(port),
            *phone.routes(port),
            *phone_calls.routes(port),
        ],
        templates=HERE / "templates",
        static=HERE / "static",
        views=(
            ServicesView(port),
            ServiceNowView(port),
            TicketAtKioskView(port),
            HelpView(port),
            PhoneView(port),
            identity.ScanView(scans),
        ),
        problems=PROBLEMS,
        tasks={"scanners": listen},
    )
