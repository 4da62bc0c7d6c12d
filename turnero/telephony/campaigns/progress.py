"""How far a campaign is, as its page shows it while calls are made."""

from typing import Any, Final

from turnero.queue import refusals
from turnero.queue.numbers import clock
from turnero.queue.reads import callbacks as calls
from turnero.queue.shares import FEW
from turnero.store.facts import Entry
from turnero.telephony.calls_page import service_names
from turnero.telephony.campaigns import reads
from turnero.telephony.campaigns.survey import QUESTIONS
from turnero.web.languages import mark
from turnero.web.principal import Principal
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

#: end, or why left out → words
ENDS: Final = {
    "done": mark("Spoken with"),
    "unreachable": mark("Not reached"),
    "bad-number": mark("No such number"),
    "wrong-person": mark("Wrong person"),
    "expired": mark("Hours did not suffice"),
    "cancelled": mark("Cancelled"),
    "merged": mark("Came here, or rang in"),
    "opted-out": mark("Wants no surveys"),
    "on-list": mark("Had asked to be called already"),
    "erased": mark("Number erased by now"),
}
#: digits of a site's number and of a campaign's
_DIGITS: Final = 9


class CampaignPanel:
    """`data-live="campaign" data-live-arg="<site's number>.<campaign>"`."""

    name = "campaign"
    permission = "campaigns.manage"
    refresh_s: float | None = 30.0

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        site, _, campaign = arg.partition(".")
        known = all(one.isdecimal() and len(one) <= _DIGITS for one in (site, campaign))
        if not known or ctx.web.looks.look(int(site)).number == 0:
            raise refusals.unknown("campaign-unknown")
        return principal.within(int(site))

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        return entry.kind.startswith(("callback-", "campaign-"))

    async def context(self, web: Web, site: int, campaign: int, language: str) -> dict[str, Any]:
        """What the page needs. Raises `NotFound` for none of that site."""
        found = await web.ledger.read(reads.one_of, site, campaign)
        if found is None:
            raise refusals.unknown("campaign-unknown")
        names = await service_names(web, site, language)
        return {
            "campaign": found,
            "site_no": site,
            "service": names.get(found.service) or found.service,
            "offered": found.service in await web.ledger.read(calls.offering, site),
            "clock": clock,
            "questions": QUESTIONS,
            "answered": {one.key: reads.answered(found, one) for one in QUESTIONS},
            "few": FEW,
            "ends": ENDS,
        }

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        context = await self.context(ctx.web, site, int(arg.partition(".")[2]), language)
        return ctx.fragment(
            "telephony/campaign.html", "progress", context, site=site, language=language
        )
