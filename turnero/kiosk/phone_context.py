"""What the phone page of a ticket shows, for the page and for its live part alike."""

from typing import TYPE_CHECKING, Any

from turnero.kiosk.call_words import LEFT_OVER, WHEN
from turnero.kiosk.guidance import Guide
from turnero.kiosk.port import Held, KioskPort
from turnero.kiosk.questions import NO_ANSWER, questions
from turnero.kiosk.rating import may_rate
from turnero.kiosk.wording import Wording
from turnero.queue.states import State
from turnero.web.languages import NAMES

if TYPE_CHECKING:
    from turnero.web.wiring import Web


async def phone_context(web: "Web", port: KioskPort, held: Held, language: str) -> dict[str, Any]:
    """The context of "kiosk/phone.html"."""
    call = await port.call(held.site, held.ticket.id)
    offer = await port.calls(held.site)
    silent = Guide(None, language, on=False)
    finished = held.ticket.state == State.FINISHED
    return {
        **Wording.of(web, held.site, language, silent).functions(),
        "no_answer": NO_ANSWER,
        "held": held,
        "call": call,
        "offers_call": held.ticket.service in offer.services and call is None,
        "when": WHEN,
        "left_over": LEFT_OVER,
        "ticket": held.ticket,
        "address": f"/t/{held.code}",
        "query": f"?lang={language}",
        "names": NAMES,
        "question": questions(held.paper.profile)[0] if finished and may_rate(held) else None,
    }
