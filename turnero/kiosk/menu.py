"""The tree of services as a person walks it: which node, which part of a long list, what is said.

Pure. Sentences are msgids in the reader's translator.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from turnero.kiosk.visit import Visit
from turnero.queue.views import NOT_KNOWN, ServiceView, TicketView, Wait, name_in
from turnero.web.formats import formats
from turnero.web.languages import Translator

#: a moment (UTC) as its day in words, None for today, and its hour
Until = Callable[[int], tuple[str | None, str]]

#: keys on one page, so that nobody ever has to scroll; fewer where letters or the reach are larger
KEYS: Final = 8
FEWER_KEYS: Final = 6


class Node(NamedTuple):
    """A service or a group, and the groups above it, outermost first."""

    service: ServiceView
    above: tuple[ServiceView, ...]

    @property
    def parent(self) -> str | None:
        """Key of the group it is in; None at the top."""
        return self.above[-1].key if self.above else None


def find(services: Iterable[ServiceView], key: str) -> Node | None:
    """The node of that key anywhere in the tree."""
    waiting: list[Node] = [Node(one, ()) for one in services]
    while waiting:
        node = waiting.pop()
        if node.service.key == key:
            return node
        waiting.extend(Node(child, (*node.above, node.service)) for child in node.service.children)
    return None


def service_path(key: str | None) -> str:
    """The address of a service or a group, without choices; the start for None."""
    return f"/kiosk/service/{key}" if key else "/kiosk"


class Part(NamedTuple):
    """A part of a list, and whether there are others."""

    services: Sequence[ServiceView]
    page: int
    pages: int


def part(services: Sequence[ServiceView], visit: Visit) -> Part:
    """The part of a list that a page shows."""
    keys = FEWER_KEYS if visit.has("large-type") or visit.has("low-reach") else KEYS
    pages = max(1, -(-len(services) // keys))
    page = min(visit.page, pages - 1)
    return Part(services[page * keys : (page + 1) * keys], page, pages)


def present(service: ServiceView, say: Translator, until: Until) -> tuple[str, ...]:
    """What is true of a service now beside its wait in minutes, or why it gives no ticket."""
    if service.state != "open":
        return (closed(service, say, until),)
    if service.waiting == NOT_KNOWN:
        return (unknown(service, say),)
    facts = [people(service, say)]
    if service.wait is None and not service.children and (service.waiting or service.no_desk):
        facts.append(unknown(service, say))
    if service.pause is not None and service.pause.after is not None:
        facts.append(left(service.pause.after, say))
    return tuple(facts)


def unknown(view: ServiceView | TicketView, say: Translator) -> str:
    """Why no wait is told: nobody can know, or no desk is at work."""
    if view.no_desk:
        return say.gettext("no desk is at work now")
    return say.gettext("no estimate yet")


def notes(view: ServiceView | TicketView, say: Translator) -> tuple[str, ...]:
    """What must be said with a wait: that it is longer than promised, that it may be too late."""
    if view.wait is None:
        return ()
    found = []
    if view.wait.longer:
        found.append(say.gettext("It is taking longer than we told you."))
    if view.wait.closes is not None:
        found.append(
            say.gettext(
                "You may not be attended before closing time at %(time)s.",
                time=_hour(view.wait.closes, say),
            )
        )
    return tuple(found)


def left(tickets: int, say: Translator) -> str:
    """How many tickets are still given."""
    return say.ngettext("%(n)s ticket left", "%(n)s tickets left", tickets)


def closed(service: ServiceView, say: Translator, until: Until) -> str:
    """Why no ticket is given, and when it will be."""
    if service.state == "paused":
        return _paused(service, say, until)
    if service.state == "full":
        return say.gettext("No more tickets today")
    if service.opens:
        return say.gettext("Opens at %(time)s", time=_hour(service.opens, say))
    why = say.gettext("Closed for today")
    if service.off is not None and service.off.names:
        why = say.gettext("Closed today: %(why)s", why=name_in(service.off.names, say.language))
    if service.later is None:
        return why
    day = formats(say.tag, "UTC").day(service.later.day)
    time = _hour(service.later.at, say)
    opens = say.gettext("opens on %(day)s at %(time)s", day=day, time=time)
    return f"{why}; {opens}"


def _hour(text: str, say: Translator) -> str:
    """An hour of the site's own clock, "HH:MM", as the clock above it on the page is written."""
    return formats(say.tag, "UTC").hour(text)


def _paused(service: ServiceView, say: Translator, until: Until) -> str:
    """That somebody closed it, and until when if they said so."""
    if service.pause is None or service.pause.until_ms is None:
        return say.gettext("Paused for a moment")
    day, time = until(service.pause.until_ms)
    if day is not None:
        return say.gettext("Closed until %(day)s at %(time)s", day=day, time=time)
    return say.gettext("Closed until %(time)s", time=time)


def people(service: ServiceView, say: Translator) -> str:
    """How many wait."""
    if service.waiting == NOT_KNOWN:
        return unknown(service, say)
    if not service.waiting:
        return say.gettext("Nobody waiting")
    return say.ngettext("%(n)s person waiting", "%(n)s people waiting", service.waiting)


def how_long(wait: Wait, say: Translator) -> str:
    """The range as a sentence without signs."""
    low, high = wait.low_minutes, wait.high_minutes
    if not low:
        return say.gettext("The wait is less than %(high)s minutes", high=high)
    return say.gettext("The wait is from %(low)s to %(high)s minutes", low=low, high=high)


def spoken(name: str, service: ServiceView, say: Translator, until: Until) -> tuple[str, ...]:
    """What is said of a service of that name, as sentences without signs."""
    sentences = [name]
    if service.state != "open":
        return (*sentences, closed(service, say, until))
    sentences.append(people(service, say))
    if service.wait is not None and not service.children:
        sentences.append(how_long(service.wait, say))
        sentences.extend(notes(service, say))
    return tuple(sentences)
