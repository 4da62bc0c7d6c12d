"""What every route of the API asks first: which site, under which key, in which language."""

import re
from typing import TYPE_CHECKING, Final, cast

from turnero.queue import reads, refusals
from turnero.server.api.describing import KEY, KEY_PATTERN
from turnero.store.errors import Invalid, Refused
from turnero.web.languages import Translator
from turnero.web.pages import language_of, web_of
from turnero.web.principal import PageRequest, Role

if TYPE_CHECKING:
    from turnero.server.looks import SiteLooks

_KEY: Final = re.compile(KEY_PATTERN.removesuffix("$"))
_HEX: Final = re.compile(r"[0-9a-f]{32}")


def site_number(request: PageRequest, key: str) -> int:
    """The number of the site of this key, if the caller may act there.

    Raises `NotFound`, or `Refused` (403) where the token belongs to another site.
    """
    looks = cast("SiteLooks", web_of(request).looks)
    return request.user.within(looks.number(key))


def site_of_desk(request: PageRequest, desk: str) -> int:
    """The site of a desk called "site.desk"; whether that desk exists its command knows.

    A desk's own token works at that desk alone.
    """
    site, dot, key = desk.rpartition(".")
    if not dot:
        raise refusals.unknown("desk-unknown", desk=desk[:129])
    number = site_number(request, site)
    principal = request.user
    if principal.role is Role.DESK and principal.place not in {None, key}:
        raise Refused("not-allowed", 403)
    return number


def own_desk(request: PageRequest, site: int) -> str | None:
    """The only desk at which a desk's own token acts, as "site.desk"; None for all others."""
    principal = request.user
    if principal.role is not Role.DESK or principal.place is None:
        return None
    return f"{web_of(request).looks.look(site).key}.{principal.place}"


async def site_of_ticket(request: PageRequest, ticket_id: str) -> int:
    """The site of a ticket. Another site's ticket is as unknown as one that never was."""
    if _HEX.fullmatch(ticket_id) is None:
        raise refusals.unknown("ticket-unknown")
    if request.user.site is not None:
        return request.user.site
    found = await web_of(request).ledger.read(reads.site_of_ticket, ticket_id)
    if found is None:
        raise refusals.unknown("ticket-unknown")
    return request.user.within(found)


def key_of(request: PageRequest) -> str | None:
    """The caller's idempotency key. Raises `Invalid` for one that is no key."""
    key = request.headers.get(KEY.lower())
    if key is None:
        return None
    if _KEY.fullmatch(key) is None:
        raise Invalid("key-wrong")
    return key


def language(request: PageRequest, site: int | None) -> str:
    """The caller's language, of those that the installation and the site offer."""
    web = web_of(request)
    return language_of(request, web.looks.look(site), web.languages)


def translator(request: PageRequest, site: int | None) -> Translator:
    """Says sentences in the caller's language and the site's words."""
    web = web_of(request)
    return web.translator(language(request, site), web.looks.look(site).profile)
