"""The port `Acts` answered by the line itself: commands of the ledger and its reads."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from sqlalchemy import bindparam, exists, select

from turnero.queue import callback_rows, reads
from turnero.queue.call_requests import WITHHELD, AskCallback, HoldLine
from turnero.queue.call_requests import Asked as Kept
from turnero.queue.call_settings import call_settings_of
from turnero.queue.callbacks import BEFORE_TALK, Stage
from turnero.queue.commands import callbacks, ratings
from turnero.queue.hours import Later
from turnero.queue.numbers import local
from turnero.queue.reads import callbacks as callback_reads
from turnero.queue.requests import Rate as Rating
from turnero.queue.requests import TicketMove
from turnero.queue.settings import languages_of
from turnero.queue.states import AT_DESK, State
from turnero.queue.tables import CLOSED, desk, desk_service, desk_session, service, site
from turnero.queue.views import ServiceView
from turnero.store.errors import Invalid
from turnero.store.errors import Refused as Refusal
from turnero.store.ledger import Ledger
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx
from turnero.store.vault import Sealed, Vault
from turnero.telephony import numbers
from turnero.telephony.exchange import Phone
from turnero.telephony.ivr import calls
from turnero.telephony.ivr.acts import HeldLeg
from turnero.telephony.ivr.calls import House, Offer, Result, Standing
from turnero.telephony.ivr.words import Opens
from turnero.telephony.numbers import Number, Policy

R = TypeVar("R")

#: emergencies' own number as it is said: SAMU in Peru, the single number in Colombia
EMERGENCY: Final[Mapping[str, str]] = MappingProxyType({"pe": "106", "co": "1 2 3"})
#: the question that one digit answers after a call, and the version of its words (texts.RATE)
QUESTION: Final = ("call", 1)
_ACTOR: Final = "system"
_CHANNEL: Final = "phone"
#: stages of a callback whose patient waits, for the first time or since they were sent on
_IN_LINE: Final = BEFORE_TALK | {Stage.WAITING}
#: digits of a number without its country's code
_LOCAL: Final = 7

_SITE: Final = Statement(
    select(site.c.name, site.c.zone, site.c.profile, site.c.languages, site.c.callbacks).where(
        site.c.no == bindparam("no")
    )
)
_CALLING: Final = Statement(
    select(site.c.no, site.c.callbacks)
    .where(
        exists().where(
            service.c.site == site.c.no, service.c.active == 1, service.c.callbacks.is_not(None)
        )
    )
    .order_by(site.c.no)
)

#: services that a desk with a telephone attends now: who stays on the line can be joined
_ANSWERING = Statement(
    select(service.c.key)
    .select_from(
        desk_session.join(desk, desk.c.id == desk_session.c.desk)
        .join(desk_service, desk_service.c.desk == desk.c.id)
        .join(service, service.c.id == desk_service.c.service)
    )
    .where(
        desk.c.site == bindparam("site"),
        desk.c.phone.is_not(None),
        desk_session.c.state != CLOSED,
    )
)


class LedgerActs:
    """See `Acts`. A number that was dialled is of the site that shows it when it calls; where only
    one site calls back, every number is its.
    """

    def __init__(self, ledger: Ledger, vault: Vault) -> None:
        self._ledger = ledger
        self._vault = vault
        self._policies: dict[int, Policy] = {}
        #: as it was sealed for an act: the same act again is the same request
        self._sealed: dict[tuple[str, str], Sealed] = {}

    async def held(self) -> list[HeldLeg]:
        """See `Acts.held`."""
        return await self._ledger.read(_on_the_line)

    # --- the house -----------------------------------------------------------------------

    async def house(self, called: str) -> House | None:
        """See `Acts.house`."""
        number = await self._ledger.read(_site_of, called)
        return None if number is None else await self.house_of(number)

    async def house_of(self, site: int) -> House | None:
        """See `Acts.house_of`."""
        about = await self._ledger.read(_house, site, self._ledger.clock.now_ms())
        if about is None:
            return None
        house, regions = about
        policy = numbers.policy_of(house.profile, regions)
        self._policies[site] = policy
        return house

    def caller(self, house: House, shown: Phone | None) -> Number | None:
        """See `Acts.caller`."""
        policy = self._policies.get(house.site)
        return None if shown is None or policy is None else numbers.caller_of(shown.e164, policy)

    # --- acts ----------------------------------------------------------------------------

    async def do(self, leg: str, house: House, act: calls.Act) -> Result:
        """See `Acts.do`."""
        try:
            return await self._do(leg, house.site, act)
        except Refusal as refused:
            return calls.Refused(refused.code)

    async def _do(self, leg: str, site: int, act: calls.Act) -> Result:
        match act:
            case calls.Look(service, number):
                return await self._look(site, service, number)
            case calls.Check(digits):
                policy = self._policies.get(site)
                return numbers.number_of(digits, policy) if policy else calls.Refused("")
            case calls.Ask():
                return await self._ask(leg, site, act)
            case calls.Cancel(callback):
                ticket_id = await self._ticket_of(site, callback)
                await self._run(callbacks.cancel, TicketMove(ticket_id), site, view=_nothing)
            case calls.Hold():
                return await self._hold(leg, site, act)
            case calls.TalkNow():
                return await self._talk_now(leg, site, act)
            case calls.Rate(ticket_id, answer):
                question, version = QUESTION
                said = Rating(ticket_id, question, version, answer or "no-answer")
                await self._run(ratings.rate, said, site, view=_nothing)
        return calls.Done()

    async def _look(self, site: int, service: str, number: Number) -> Result:
        index = self._vault.index(number.e164, numbers.FIELD)
        found = await self._ledger.read(callback_reads.asked, site, index, service)
        return calls.NotOpen() if found is None else calls.Open(found)

    async def _ask(self, leg: str, site: int, act: calls.Ask) -> Result:
        sealed = self._seal(leg, act.number)
        caller = act.caller
        source = WITHHELD if caller is None else self._vault.index(caller.e164, numbers.FIELD)
        request = AskCallback(
            phone=sealed,
            service=act.service,
            language=act.language,
            channel=_CHANNEL,
            source=source[:40],
        )
        return await self._run(
            callbacks.ask, request, site, key=f"{leg}:ask:{sealed.index[:16]}", view=_asked
        )

    async def _hold(self, leg: str, site: int, act: calls.Hold) -> Result:
        request = HoldLine(
            leg=leg,
            service=act.service,
            language=act.language,
            phone=None if act.caller is None else self._seal(leg, act.caller),
        )
        return await self._run(callbacks.hold, request, site, key=f"{leg}:hold", view=_held)

    async def _talk_now(self, leg: str, site: int, act: calls.TalkNow) -> Result:
        request = HoldLine(leg=leg, callback=act.callback)
        return await self._run(callbacks.hold, request, site, key=f"{leg}:now", view=_held)

    # --- a held place --------------------------------------------------------------------

    async def standing(self, house: House, ticket: str) -> Standing:
        """See `Acts.standing`."""
        return await self._ledger.read(_standing, ticket, self._ledger.clock.now_ms())

    def over(self, leg: str) -> None:
        """See `Acts.over`."""
        for key in [key for key in self._sealed if key[0] == leg]:
            del self._sealed[key]

    # --- inside --------------------------------------------------------------------------

    def _seal(self, leg: str, number: Number) -> Sealed:
        key = leg, number.e164
        if key not in self._sealed:
            self._sealed[key] = numbers.sealed(number, self._vault)
        return self._sealed[key]

    async def _ticket_of(self, site: int, callback: str) -> str:
        found = await self._ledger.read(callback_rows.by_id, callback)
        if found is None or found.site != site or found.ended_ms is not None:
            raise Invalid("callback-unknown")
        return str(found.ticket)

    async def _run(
        self,
        command: Callable[[Tx, Any], Any],
        request: object,
        site: int,
        *,
        key: str | None = None,
        view: Callable[[Tx, Any], R],
    ) -> R:
        return await self._ledger.run(command, request, site=site, actor=_ACTOR, key=key, view=view)


# --- reads ---------------------------------------------------------------------------------------


def _nothing(_tx: Tx, _result: object) -> None:
    """Nothing is told of it."""


def _site_of(q: Query, called: str) -> int | None:
    """The site of a number or extension that was dialled, written as this trunk writes it."""
    found = list(q.rows(_CALLING))
    if len(found) == 1:
        return int(found[0].no)
    digits = "".join(char for char in called if char.isdigit()).lstrip("0")
    for row in found:
        shown = call_settings_of(row.callbacks).shows
        if len(digits) >= _LOCAL and shown.endswith(digits):
            return int(row.no)
    return None


def _on_the_line(q: Query) -> list[HeldLeg]:
    """Who stays on the line and does not speak with anybody yet, or any more."""
    return [
        HeldLeg(leg.id, leg.site, leg.ticket, leg.language)
        for leg in callback_reads.work(q).legs
        if leg.side == "patient"
        and leg.how in callback_rows.ON_THE_LINE
        and leg.of_stage in _IN_LINE
    ]


def _house(q: Query, number: int, now_ms: int) -> tuple[House, tuple[str, ...]] | None:
    row = q.row(_SITE, no=number)
    if row is None:
        return None
    offering = set(callback_reads.offering(q, number))
    answering = {one.key for one in q.rows(_ANSWERING, site=number)}
    found = [one for one in _leaves(reads.services(q, number, now_ms)) if one.key in offering]
    settings = call_settings_of(row.callbacks)
    house = House(
        site=number,
        languages=languages_of(row.languages),
        profile=row.profile,
        offers=tuple(
            Offer(one.key, one.names, one.wait, hold=one.key in answering)
            for one in found
            if one.state == "open"
        ),
        opens=_opens(found),
        emergency=EMERGENCY.get(row.profile, ""),
        name=row.name,
        home=numbers.policy_of(row.profile).home,
        no_keys=settings.no_keys,
    )
    return house, settings.regions


def _leaves(services: tuple[ServiceView, ...]) -> list[ServiceView]:
    return [leaf for one in services for leaf in (_leaves(one.children) if one.children else [one])]


def _opens(found: list[ServiceView]) -> Opens:
    """When the first of them opens."""
    today = min((one.opens for one in found if one.opens), default=None)
    if today is not None:
        return Opens(today=today)
    later = min(
        (one.later for one in found if one.later), key=lambda at: (at.day, at.at), default=None
    )
    return Opens(later=later)


def _asked(tx: Tx, kept: Kept) -> Result:
    if kept.already:
        return calls.Open(kept.callback)
    found = callback_rows.by_id(tx, kept.callback)
    later = None
    if found is not None and found.due_ms is not None:
        due, now = local(found.due_ms, found.zone), local(tx.now_ms, found.zone)
        at = f"{due:%H:%M}"
        today = due.date() == now.date()
        later = Opens(today=at) if today else Opens(later=Later(due.date().isoformat(), at))
    told = reads.taken(tx, kept.ticket, tx.now_ms)
    return calls.Asked(kept.number, told.wait if told else None, later)


def _held(tx: Tx, kept: Kept) -> calls.Held:
    told = reads.ticket(tx, kept.ticket, tx.now_ms)
    return calls.Held(kept.ticket, kept.number, told.wait if told else None)


def _standing(q: Query, ticket_id: str, now_ms: int) -> Standing:
    found = reads.ticket(q, ticket_id, now_ms)
    if found is None:
        return Standing("gone")
    state = State(found.state)
    held = callback_rows.of_ticket(q, ticket_id)
    if held is not None and held.how not in callback_rows.ON_THE_LINE and state not in AT_DESK:
        return Standing("kept" if held.phone else "gone")
    if state in (State.FINISHED, State.NO_SHOW, State.CANCELLED, State.NOT_SERVED):
        return Standing("gone")
    if state in AT_DESK:
        return Standing("serving" if state is State.SERVING else "called")
    return Standing("waiting", found.ahead, found.wait)
