"""A day's report in words: the figures and tables that its page and its PDF both show.

It adds nothing to the report: names for keys, times as the reader writes them, and which
shares are told at all.
"""

from typing import Final

from turnero.desk.sheets import Figure, Sheet, Table, Words
from turnero.queue.report import DayReport, Rated, Waits
from turnero.queue.shares import FEW, FEWEST
from turnero.web.languages import mark

#: hours beside each other in one table
_HOURS: Final = 12

_REASONS: Final = {
    "day-closed": mark("waiting when the day closed"),
    "uploaded-late": mark("told after the day had closed"),
}
_NEEDS: Final = {"unwell": mark("Feels unwell"), "help": mark("Needs help")}


def sheet(report: DayReport, words: Words, promises: Table) -> Sheet:
    """The report in words; `promises`: how those of the day were kept."""
    _ = words.say.gettext
    return Sheet(
        title=_("Report of the day"),
        day=words.fmt.day(report.day),
        figures=_figures(report, words),
        tables=(
            _tickets(report, words),
            _waits(report, words),
            *_by_hour(report, words),
            promises,
            *_paths(report, words),
            *_phoned(report, words),
            _reasons(report, words),
            _desks(report, words),
            _help(report, words),
            _overrides(report, words),
            _ratings(report, words),
        ),
    )


def _figures(report: DayReport, words: Words) -> tuple[Figure, ...]:
    _, number = words.say.gettext, words.fmt.number
    taken = sum(one.tickets for one in report.tickets)
    served = sum(one.served for one in report.tickets)
    people = sum(one.people for one in report.tickets)
    waits = report.all_waits
    return (
        Figure(
            _("Tickets taken"),
            number(taken),
            _("for %(n)s people", n=number(people)) if people != taken else "",
        ),
        Figure(_("Attended"), number(served), _share(served, taken)),
        Figure(_("Half waited at most"), words.seconds(waits.median_s) if waits else "–"),
        Figure(
            _("Nine of ten waited at most"),
            words.seconds(waits.p90_s) if waits else "–",
            _("the longest: %(time)s", time=words.seconds(waits.max_s)) if waits else "",
        ),
        Figure(
            _("Did not come"),
            number(report.no_shows),
            _("%(n)s came back", n=number(report.returned)) if report.returned else "",
        ),
        Figure(_("Not attended"), number(sum(n for _, n in report.not_served))),
    )


def _share(part: int, whole: int) -> str:
    return f"{round(100 * part / whole)} %" if whole else ""


def _tickets(report: DayReport, words: Words) -> Table:
    _, number = words.say.gettext, words.fmt.number
    taken = sorted(report.tickets, key=lambda one: words.place(one.service))
    counts = [
        (one.tickets, one.served, one.no_show, one.cancelled, one.not_served, one.open)
        for one in taken
    ]
    rows = [
        (words.service(one.service), words.attention(one.attention), *(number(n) for n in row))
        for one, row in zip(taken, counts, strict=True)
    ]
    if rows:
        sums = (sum(row[n] for row in counts) for n in range(6))
        rows.append((_("Together"), "", *(number(n) for n in sums)))
    return Table(
        _("Tickets by service and class"),
        (
            _("Service"),
            _("Class"),
            _("Tickets"),
            _("Attended"),
            _("Did not come"),
            _("Cancelled"),
            _("Not attended"),
            _("Still open"),
        ),
        tuple(rows),
        note="" if rows else _("Nobody took a ticket."),
        text=(0, 1),
        total=bool(rows),
    )


def _waits(report: DayReport, words: Words) -> Table:
    _ = words.say.gettext
    rows = [
        (words.service(one.service), *_wait(one.waits, words))
        for one in sorted(report.waits, key=lambda one: words.place(one.service))
        if one.hour is None
    ]
    if len(rows) > 1 and report.all_waits:
        rows.append((_("Together"), *_wait(report.all_waits, words)))
    return Table(
        _("Waits by service"),
        (
            _("Service"),
            _("Calls"),
            _("Half waited at most"),
            _("Nine of ten waited at most"),
            _("The longest"),
        ),
        tuple(rows),
        note="" if rows else _("Nobody was called."),
        total=len(rows) > 1,
    )


def _wait(waits: Waits, words: Words) -> tuple[str, ...]:
    times = (waits.median_s, waits.p90_s, waits.max_s)
    return (words.fmt.number(waits.n), *(words.seconds(one) for one in times))


def _by_hour(report: DayReport, words: Words) -> list[Table]:
    """Service by hour of the call: half waited at most so long, nine of ten so long; minutes."""
    _ = words.say.gettext
    hours = sorted({one.hour for one in report.waits if one.hour is not None})
    found = {(one.service, one.hour): one.waits for one in report.waits}
    services = sorted({service for service, _ in found}, key=words.place)
    tables: list[Table] = []
    for first in range(0, len(hours), _HOURS):
        part = hours[first : first + _HOURS]
        rows = tuple(
            (words.service(service), *(_cell(found.get((service, hour))) for hour in part))
            for service in services
        )
        tables.append(
            Table(
                _("Waits by the hour of the call, minutes: half · nine of ten"),
                (_("Service"), *(f"{hour:02d} h" for hour in part)),
                rows,
            )
        )
    return tables


def _cell(waits: Waits | None) -> str:
    if waits is None:
        return ""
    return f"{-(-waits.median_s // 60)}·{-(-waits.p90_s // 60)}"


def _phoned(report: DayReport, words: Words) -> list[Table]:
    """Callbacks that ended on the day; nothing where there were none."""
    if not report.phoned:
        return []
    _, number = words.say.gettext, words.fmt.number
    rows = [
        (
            words.service(one.service),
            *map(number, (one.ended, one.joined, one.answered, one.dialled, one.never)),
            words.seconds(one.waits.median_s) if one.waits else "–",
        )
        for one in sorted(report.phoned, key=lambda one: words.place(one.service))
    ]
    heads = (
        _("Service"),
        _("Calls asked for"),
        _("Spoke with an agent"),
        _("Answered, did not speak"),
        _("Rung, nobody answered"),
        _("Never rung"),
        _("Half waited at most"),
    )
    note = _("From the asking to the conversation. Each is counted on the day on which it ended.")
    return [Table(_("Callbacks by phone"), heads, tuple(rows), note=note)]


def _paths(report: DayReport, words: Words) -> list[Table]:
    """Through several services under one number: the wait for each step, and for all of them."""
    _ = words.say.gettext
    tables = []
    for one in sorted(report.paths, key=lambda path: words.place(path.service)):
        rows = [
            (f"{step.no}. {words.service(step.service)}", *_wait(step.waits, words))
            for step in one.steps
        ]
        if one.waits is not None:
            rows.append((_("All steps, of who finished"), *_wait(one.waits, words)))
        tables.append(
            Table(
                _("With one number from %(service)s on", service=words.service(one.service)),
                (
                    _("Step"),
                    _("Calls"),
                    _("Half waited at most"),
                    _("Nine of ten waited at most"),
                    _("The longest"),
                ),
                tuple(rows),
                note=_(
                    "Tickets: %(n)s, to the end: %(finished)s. Steps left out: %(skipped)s, "
                    "added: %(added)s.",
                    n=words.fmt.number(one.tickets),
                    finished=words.fmt.number(one.finished),
                    skipped=words.fmt.number(one.skipped),
                    added=words.fmt.number(one.added),
                ),
                total=one.waits is not None,
            )
        )
    return tables


def _reasons(report: DayReport, words: Words) -> Table:
    _, number = words.say.gettext, words.fmt.number
    rows = [
        (_("Not attended: %(why)s", why=_(_REASONS.get(reason, reason))), number(n))
        for reason, n in report.not_served
    ]
    rows += [
        (label, number(n))
        for label, n in (
            (_("Came back after they had been called in vain"), report.returned),
            (_("Class, service or people corrected"), report.corrected),
            (_("Tickets told later, by a kiosk without the server or on paper"), report.late),
            (_("Calls made by hand"), report.by_hand),
        )
        if n
    ]
    return Table(
        _("Apart from the usual"),
        (_("What"), _("Tickets")),
        tuple(rows),
        note="" if rows else _("Nothing."),
    )


def _desks(report: DayReport, words: Words) -> Table:
    _, number = words.say.gettext, words.fmt.number
    rows = tuple(
        (
            words.desk(one.desk),
            number(one.served),
            words.fmt.minutes(round(one.open_s / 60)),
            number(one.sessions),
            number(one.breaks),
            words.fmt.minutes(round(one.break_s / 60)),
        )
        for one in sorted(report.desks, key=lambda one: words.place(one.desk))
    )
    return Table(
        _("Desks"),
        (
            _("Desk"),
            _("Attended"),
            _("Open, breaks included"),
            _("Sessions"),
            _("Breaks"),
            _("On break"),
        ),
        rows,
        note="" if rows else _("No desk was open."),
    )


def _help(report: DayReport, words: Words) -> Table:
    _ = words.say.gettext
    rows = tuple(
        (
            words.fmt.time(one.asked_ms),
            words.labels.kiosks.get(one.place) or words.desk(one.place),
            _(_NEEDS.get(one.need, one.need)),
            "–" if one.seconds is None else _("%(n)s s", n=words.fmt.number(one.seconds)),
            _("yes") if one.escalated else "",
        )
        for one in report.help_calls
    )
    return Table(
        _("Calls for help"),
        (_("Time"), _("Place"), _("Need"), _("Answered after"), _("Escalated")),
        rows,
        note="" if rows else _("Nobody called for help."),
        text=(0, 1, 2),
    )


def _overrides(report: DayReport, words: Words) -> Table:
    _ = words.say.gettext
    rows = tuple(
        (
            words.fmt.time(one.at_ms),
            one.number,
            words.service(one.service),
            words.desk(one.desk),
        )
        for one in report.overrides
    )
    return Table(
        _("Called out of turn"),
        (_("Time"), _("Ticket"), _("Service"), _("Desk")),
        rows,
        note=_("The reasons are on each ticket's card.") if rows else _("Nobody was."),
        text=(0, 1, 2, 3),
    )


def _ratings(report: DayReport, words: Words) -> Table:
    _, number = words.say.gettext, words.fmt.number
    rows = tuple(
        (
            one.question,
            number(one.n),
            _good(one, words),
            *(number(n) for n in one.answers),
            number(one.no_answer),
        )
        for one in report.ratings
    )
    return Table(
        _("What people said"),
        (
            _("Question"),
            _("Answers"),
            _("Well or very well, and where that lies with 95 % certainty"),
            "1",
            "2",
            "3",
            "4",
            "5",
            _("No answer"),
        ),
        rows,
        note="" if rows else _("Nobody said anything."),
    )


def _good(one: Rated, words: Words) -> str:
    """A share with its interval; none from fewer answers than can say anything."""
    _ = words.say.gettext
    if one.n < FEWEST:
        return _("too few for a share")
    told = f"{round(one.good / 10)} % ({round(one.low / 10)}–{round(one.high / 10)} %)"
    return f"{told}, {_('few')}" if one.n < FEW else told
