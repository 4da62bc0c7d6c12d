"""How good promises of waits were: what people were told when they took a ticket, and what they waited.

For supervisors, by service and by hour, over days that they choose. The sums are the queue's
(accuracy.py), kept by day; here they get words. Promises are measured as they were made, before screens
round them up to five minutes.
"""

from collections.abc import Iterable
from typing import Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from turnero.desk.scope import chosen_site, reader_language
from turnero.desk.sheets import Figure, Sheet, Table, Words
from turnero.queue import reads
from turnero.queue.accuracy import FEW, Kept, by_hour, by_service, together
from turnero.queue.reads.reports import Labels
from turnero.store.errors import NotFound
from turnero.store.sql import Query
from turnero.web.formats import formats
from turnero.web.pages import page, web_of
from turnero.web.principal import PageRequest

#: how many days back can be chosen, and what is shown at first
MOST_DAYS: Final = 90
WEEK: Final = "7"
_SPANS: Final = (WEEK, "30", "90")


class Chosen(msgspec.Struct, frozen=True):
    """Days, and how promises were kept on them."""

    #: days that there are, the newest first
    days: tuple[str, ...]
    #: of them, those that are shown
    shown: tuple[str, ...]
    kept: tuple[Kept, ...]
    labels: Labels


def routes() -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/accuracy/{site:str}", opt={"permission": "supervisor.page"})
    async def accuracy(
        request: PageRequest, site: FromPath[str], days: FromQuery[str] = WEEK
    ) -> Response[str]:
        """Of one day (YYYY-MM-DD), or of the last 7, 30 or 90 that there are."""
        number = await chosen_site(request, site)
        if number is None:
            raise NotFound("site-unknown", site=site[:100])
        web = web_of(request)
        chosen = await web.ledger.read(read_days, number, days)
        look = web.looks.look(number)
        say = web.translator(reader_language(request, number), look.profile)
        words = Words(say, formats(say.tag, look.zone), chosen.labels)
        context = {
            "sheet": sheet(chosen, words),
            "days": chosen.days,
            "spans": _SPANS,
            "asked": days if days in _SPANS or days in chosen.days else WEEK,
            "few": FEW,
        }
        return page(request, "desk/accuracy.html", context, site=number)

    return [accuracy]


def read_days(q: Query, site: int, asked: str) -> Chosen:
    """The days that were asked for; what is no day and no span means the last week."""
    days = reads.promise_days(q, site, MOST_DAYS)
    if asked in days:
        shown: tuple[str, ...] = (asked,)
    else:
        shown = days[: int(asked if asked in _SPANS else WEEK)]
    kept = [one for day in shown for one in reads.promises_kept(q, site, day)]
    return Chosen(days, shown, tuple(kept), reads.labels(q, site))


def sheet(chosen: Chosen, words: Words) -> Sheet:
    """The figures in words."""
    _ = words.say.gettext
    total = together(chosen.kept)
    if len(chosen.shown) > 1:
        dates = _(
            "%(first)s to %(last)s",
            first=words.fmt.day(chosen.shown[-1]),
            last=words.fmt.day(chosen.shown[0]),
        )
    else:
        dates = words.fmt.day(chosen.shown[0]) if chosen.shown else ""
    return Sheet(
        title=_("Accuracy of promised waits"),
        day=dates,
        figures=_figures(total, words),
        tables=(
            _services(_("By service"), chosen.kept, words),
            _table(
                _("By the hour in which the ticket was taken"),
                _("Hour"),
                [(f"{hour:02d} h", one) for hour, one in by_hour(chosen.kept).items()],
                words,
            ),
        ),
    )


def of_a_day(kept: Iterable[Kept], words: Words) -> Table:
    """For the day's report: by service."""
    _ = words.say.gettext
    return _services(_("How promised waits were kept"), kept, words)


def _services(title: str, kept: Iterable[Kept], words: Words) -> Table:
    found = by_service(kept)
    rows = [(words.service(key), found[key]) for key in sorted(found, key=words.place)]
    return _table(title, words.say.gettext("Service"), rows, words)


def _figures(total: Kept, words: Words) -> tuple[Figure, ...]:
    _ = words.say.gettext
    if not total.n:
        return ()
    few = _("few: fewer than %(n)s", n=FEW) if total.few else ""
    return (
        Figure(_("Promises measured"), words.fmt.number(total.n), few),
        Figure(
            _("Within the range"),
            _share(total.inside_share),
            _("eight of ten are meant to be"),
        ),
        Figure(_("Mean error"), _minutes(total.off_minutes, words), _("of the likely wait")),
        Figure(
            _("Bias"),
            _signed(total.bias_minutes, words),
            _("people waited longer") if total.bias_minutes >= 0 else _("people waited less"),
        ),
        Figure(_("Took longer than promised"), _share(total.longer_share)),
    )


def _table(title: str, head: str, rows: Iterable[tuple[str, Kept]], words: Words) -> Table:
    _ = words.say.gettext
    told = tuple(
        (
            label,
            words.fmt.number(one.n) + (f" ({_('few')})" if one.few else ""),
            _share(one.inside_share),
            _share(one.longer_share),
            _minutes(one.off_minutes, words),
            _signed(one.bias_minutes, words),
            _minutes(one.width_minutes, words),
        )
        for label, one in rows
    )
    return Table(
        title,
        (
            head,
            _("Promises"),
            _("Within the range"),
            _("Longer than it"),
            _("Mean error"),
            _("Bias"),
            _("Width of the range"),
        ),
        told,
        note="" if told else _("No promise has been measured yet."),
    )


def _share(share: float) -> str:
    return f"{round(100 * share)} %"


def _minutes(minutes: float, words: Words) -> str:
    return f"{words.fmt.number(round(minutes, 1))}\N{NO-BREAK SPACE}min"


def _signed(minutes: float, words: Words) -> str:
    sign = "+" if round(minutes, 1) > 0 else ""
    return sign + _minutes(minutes, words)
