"""The telephone's room as the server sees it: who dials, and what answers who rings in."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

from turnero.queue.commands import leading
from turnero.store.process import process_name
from turnero.store.vault import Vault
from turnero.telephony import calls_page, desk_calls, handset, people_page
from turnero.telephony.calls_page import CallsBrief, CallsPanel
from turnero.telephony.campaigns import commands as campaigns
from turnero.telephony.campaigns import pages as campaign_pages
from turnero.telephony.campaigns.forgetting import FORGET, forget
from turnero.telephony.campaigns.progress import CampaignPanel
from turnero.telephony.desk_calls import DeskCallPanel
from turnero.telephony.exchange import Exchange
from turnero.telephony.handset import HandsetPanel
from turnero.telephony.sealing import SealedNumbers
from turnero.telephony.simulated import SimulatedExchange
from turnero.web.languages import mark
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice
from turnero.web.wiring import Web

HERE: Final = Path(__file__).parent
PROBLEMS: Final = {
    "phone-over": Text(
        mark("This call is over"), mark("Look at the telephone again: nothing was pressed.")
    ),
}
#: makes the exchange of this installation once its store is open
MakeExchange = Callable[[Web], Exchange]


def make(data: Path, exchange: MakeExchange | None) -> Slice:
    """`data` holds the keys; without an exchange nobody is rung."""
    vault = Vault(data)
    simulated: list[SimulatedExchange] = []

    async def telephone(web: Web) -> None:
        if exchange is None:
            await web.ledger.run(leading.nobody_dials, None, site=0, actor="system")
            return
        # With its libraries it takes a good part of a start: nobody waits for it.
        service = await asyncio.to_thread(import_module, "turnero.telephony.service")
        menu = await asyncio.to_thread(import_module, "turnero.telephony.ivr.made")
        holder = process_name(data)
        made = exchange(web)
        if isinstance(made, SimulatedExchange):
            simulated.append(made)
        inbounds = menu.inbounds(web.ledger, made, vault, web.speech)
        await service.Telephone(web.ledger, made, vault, holder=holder, inbounds=inbounds).run()

    def find() -> SimulatedExchange | None:
        return simulated[-1] if simulated else None

    telephones, phone = SealedNumbers(vault), HandsetPanel(find)
    at_desk, calls, brief = DeskCallPanel(telephones), CallsPanel(), CallsBrief()
    progress = CampaignPanel()
    return Slice(
        name="telephony",
        routes=[
            *desk_calls.routes(at_desk, telephones),
            *calls_page.routes(calls, telephones),
            *people_page.routes(telephones),
            *handset.routes(phone, find),
            *campaign_pages.routes(at_desk, progress, telephones),
        ],
        templates=HERE / "templates",
        static=HERE / "static",
        views=(at_desk, calls, brief, phone, progress),
        slots={
            "desk.call": at_desk.fill,
            "supervisor.calls": brief.fill,
            "room.links": calls_page.link,
        },
        tasks={"telephone": telephone},
        timers={campaigns.FEED: campaigns.feed, FORGET: forget},
        problems=PROBLEMS | campaign_pages.PROBLEMS,
    )
