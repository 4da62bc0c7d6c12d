"""What a kiosk offers without its server: what was offered last, as far as that still holds.

Pure. Nothing is said of waits; a service is open by its hours; it gives as many tickets as there
are numbers held for it, whatever levers and quotas said.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from turnero.boxes import protocol
from turnero.device.offline.commands import Moment
from turnero.device.offline.reads import Own, Stock
from turnero.kiosk.port import Held, Place
from turnero.kiosk.wording import STAFF
from turnero.queue.hours import opening
from turnero.queue.numbers import day_of
from turnero.queue.states import State
from turnero.queue.views import (
    NOT_KNOWN,
    AttentionView,
    Names,
    Paper,
    PauseView,
    ServiceView,
    SiteView,
    TicketView,
    name_in,
)
from turnero.store.errors import Invalid, NotFound, Refused
from turnero.web.languages import LANGUAGES, mark, translator

_ASK: Final = mark(
    "There is no connection, and no numbers are left here. Please go to %(staff)s for your ticket."
)


class Offer(msgspec.Struct, frozen=True):
    """What the server said that this kiosk offers, kept for when it is away."""

    site: SiteView
    place: Place
    prefixes: tuple[str, ...]
    #: key of a service -> its hours (JSON); one that is not named is always open
    hours: dict[str, str]
    #: the server's clock then
    at_ms: int


def offer_of(message: protocol.Offer) -> Offer:
    """From the server's message. `Refused` for what is none: its program is of another version."""
    try:
        site = msgspec.json.decode(message.site, type=SiteView)
        place = msgspec.json.decode(message.place, type=Place)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Refused("message-wrong", why=f"offer: {wrong}"[:200]) from None
    return Offer(site, place, message.prefixes, message.hours, message.at_ms)


def sums(stock: Mapping[str, Stock]) -> int:
    """How many numbers are left in all."""
    return sum(one.left for one in stock.values())


def site_now(offer: Offer, stock: Mapping[str, Stock], at: Moment) -> SiteView:
    """The services as they can be offered at that moment."""
    asking = pause_of(offer)
    return replace(
        offer.site,
        services=tuple(_now(one, offer, stock, at, asking) for one in offer.site.services),
    )


def place_now(offer: Offer, stock: Mapping[str, Stock], at: Moment) -> Place:
    """The kiosk at that moment; closed when it has no number left at all."""
    told = tuple(
        one for one in offer.place.told if one.until_ms is not None and one.until_ms > at.server_ms
    )
    pause = None if sums(stock) else pause_of(offer)
    return replace(offer.place, offline=True, pause=pause, told=told)


def pause_of(offer: Offer) -> PauseView:
    """That people are sent to staff, in every language, with where staff is found."""
    words: Names = {}
    for language in LANGUAGES:
        say = translator(language, offer.site.profile)
        staff = name_in(offer.place.staff, language)
        words[language] = say.gettext(_ASK, staff=staff or say.gettext(STAFF))
    return PauseView("paused", None, None, words)


def keys(site: SiteView) -> tuple[str, ...]:
    """The keys of the services that give tickets."""
    found: list[str] = []
    left = list(site.services)
    while left:
        one = left.pop()
        left.extend(one.children)
        if not one.children:
            found.append(one.key)
    return tuple(found)


def service_of(site: SiteView, key: str) -> ServiceView:
    """A service that gives tickets. Raises as `issue` would."""
    left = list(site.services)
    while left:
        one = left.pop()
        if one.key == key:
            if one.children:
                raise Invalid("service-is-group", service=key)
            return one
        left.extend(one.children)
    raise NotFound("service-unknown", service=key[:100])


def class_of(offer: Offer, key: str | None) -> AttentionView:
    """The class asked for, or the usual one. Raises as `issue` would."""
    for one in offer.site.attentions:
        if one.usual if key is None else one.key == key:
            if one.clinical or not one.kiosk:
                raise Invalid("attention-not-here", attention=one.key)
            return one
    raise NotFound("attention-unknown", attention=(key or "")[:100])


def ticket_of(own: Own, offer: Offer) -> TicketView:
    """A ticket made here, as its owner may see it."""
    service = service_of(offer.site, own.service)
    return TicketView(
        id=own.id,
        site=offer.site.key,
        number=own.number,
        day=own.day,
        state=State.WAITING.value,
        service=own.service,
        names=service.names,
        attention=own.attention,
        language=own.language,
        aids=own.aids,
        people=own.people,
        issued_ms=own.issued_ms + own.offset_ms,
        ahead=None,
        wait=None,
        desk=None,
        desk_name=None,
        out_minutes=None,
        away_until_ms=None,
        hurry=False,
        call_seq=None,
        last_call_ms=None,
        ended_ms=None,
        outcome=None,
        return_until_ms=None,
        rated=False,
        version=1,
    )


def held_of(own: Own, offer: Offer, address: str) -> Held:
    """The same in its holder's hands. `address`: where phones reach the server, "" for nowhere."""
    service = service_of(offer.site, own.service)
    attention = next((one for one in offer.site.attentions if one.key == own.attention), None)
    return Held(
        site=offer.site.no,
        paper=Paper(
            ticket=ticket_of(own, offer),
            code=own.code,
            site_name=offer.site.name,
            zone=offer.site.zone,
            profile=offer.site.profile,
            attention_names=attention.names if attention is not None else {},
            requirements=service.requirements,
            place=own.kiosk,
        ),
        url=f"{address.rstrip('/')}/t/{own.code}" if address else None,
        special=attention is not None and not attention.usual,
        stale=True,
    )


def as_it_was(held: Held) -> Held:
    """A ticket of the server's, seen before the connection was lost: nothing is said of its wait."""
    return replace(held, paper=replace(held.paper, ticket=unknown(held.ticket)), stale=True)


def unknown(ticket: TicketView) -> TicketView:
    """A ticket without what only the server knows."""
    return replace(ticket, ahead=None, wait=None, out_minutes=None, return_until_ms=None)


def _now(
    one: ServiceView, offer: Offer, stock: Mapping[str, Stock], at: Moment, asking: PauseView
) -> ServiceView:
    if one.children:
        below = tuple(_now(child, offer, stock, at, asking) for child in one.children)
        states = [child.state for child in below]
        return replace(
            one,
            state="open" if "open" in states else states[0],
            opens=min((child.opens for child in below if child.opens), default=None),
            waiting=NOT_KNOWN,
            wait=None,
            children=below,
        )
    known = replace(one, waiting=NOT_KNOWN, wait=None, no_desk=False, pause=None)
    zone = offer.site.zone
    same_day = day_of(offer.at_ms, zone) == day_of(at.server_ms, zone)
    if one.off is not None and same_day:
        return replace(known, state="closed", opens=None)
    hours = offer.hours.get(one.key)
    now = opening(hours or "{}", hours is None, at.server_ms, zone)
    if not now.open:
        return replace(known, state="closed", opens=now.opens, later=now.later, off=None)
    if not stock.get(one.key, Stock()).left:
        return replace(known, state="paused", opens=None, pause=asking)
    return replace(known, state="open", opens=None, later=None, off=None)
