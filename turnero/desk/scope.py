"""Which site or desk a request is about, and whether its principal may be there."""

from turnero.queue import reads, refusals
from turnero.store.errors import NotFound, Refused
from turnero.web.pages import language_of, web_of
from turnero.web.principal import PageRequest, Principal, Role
from turnero.web.wiring import Web

#: longest number of a site in an address
_DIGITS = 9


async def desk_site(web: Web, principal: Principal, ref: str) -> int:
    """The site of a desk "site.desk". Raises `NotFound`, or `Refused` where it is not theirs."""
    site = await web.ledger.read(reads.site_of_desk, ref)
    if site is None:
        raise refusals.unknown("desk-unknown", desk=ref[:100])
    principal.within(site)
    if principal.role == Role.DESK and principal.place and not ref.endswith(f".{principal.place}"):
        raise Refused("not-allowed", 403)
    return site


async def ticket_site(web: Web, principal: Principal, ticket: str) -> int:
    """The site of a ticket; another site's ticket is as unknown as one that never was."""
    site = await web.ledger.read(reads.site_of_ticket, ticket)
    if site is None or principal.site not in (None, site):
        raise refusals.unknown("ticket-unknown")
    return site


def known_site(web: Web, principal: Principal, number: str) -> int:
    """The site that a live view's argument or an address names by its number."""
    if not number.isdecimal() or len(number) > _DIGITS:
        raise NotFound("view-unknown")
    site = int(number)
    if web.looks.look(site).number != site:
        raise NotFound("site-unknown", site=number)
    return principal.within(site)


async def chosen_site(request: PageRequest, key: str) -> int | None:
    """The site of `?site=key`, the principal's own, or the only one; None: they must choose."""
    web = web_of(request)
    if key:
        site = await web.ledger.read(reads.site_no, key)
        if site is None:
            raise refusals.unknown("site-unknown", site=key[:100])
        return request.user.within(site)
    if request.user.site is not None:
        return request.user.site
    sites = await web.ledger.read(reads.sites, web.clock.line_ms())
    return sites[0].no if len(sites) == 1 else None


def reader_language(request: PageRequest, site: int) -> str:
    """The language in which this reader sees a page of that site."""
    web = web_of(request)
    return language_of(request, web.looks.look(site), web.languages)
