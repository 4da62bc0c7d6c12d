"""The room as the composition sees it."""

from pathlib import Path

from turnero.desk import (
    accuracy,
    acts,
    cards,
    choosing,
    contingency,
    greeter,
    out_of_turn,
    pages,
    reports,
    sessions,
    supervisor,
    supervisor_acts,
    supervisor_asks,
    supervisor_levers,
    supervisor_pauses,
    what_if,
)
from turnero.desk import help as helping
from turnero.desk.answering import Answering
from turnero.desk.people import People
from turnero.desk.planner import Planner
from turnero.desk.presence import Presence
from turnero.desk.supervisor_now import SupervisorPanel
from turnero.desk.supervisor_today import TodayPanel
from turnero.desk.what_if import WhatIfs
from turnero.web.languages import mark
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice

HERE = Path(__file__).parent

PROBLEMS = {
    "desk-moved-on": Text(
        mark("Somebody was quicker"),
        mark("Another press changed who is at this desk. Look at who is shown, then press again."),
    ),
    "leases-none": Text(
        mark("No numbers on paper for this day"),
        mark("Nothing was set aside for “%(day)s”. Set numbers aside first, then print them."),
    ),
    "report-unknown": Text(
        mark("This day has no report"),
        mark("“%(day)s” was not reported. A report is made a minute after the close of day."),
    ),
    "what-if-busy": Text(
        mark("A day is being played already"),
        mark("One is played at a time. Wait until it is done, then ask again."),
    ),
    "number-not-today": Text(
        mark("No ticket has this number today"),
        mark("“%(number)s” was not found. Please check it: numbers begin anew each day."),
    ),
    "nobody-at-that-time": Text(
        mark("No ticket of this service was taken then"),
        mark("Ten minutes before and after %(time)s were searched. Try another time or service."),
    ),
}


def make(
    public_address: str = "",
    planner: Planner | None = None,
    names: out_of_turn.Names = out_of_turn.nobody,
) -> Slice:
    """The slice, with what it remembers of its own. `public_address`: where phones reach the
    server, "" when they do not; then a QR holds the ticket's code alone. `planner`: plays days
    again; without one there is no page for it. `names`: who has an account.
    """
    people = People(names)
    help_panel, ring = helping.HelpPanel(people), helping.RingPanel(people)
    desk = pages.DeskPanels(people, help_panel)
    choice = choosing.ChoicePanel(people)
    now, today = SupervisorPanel(people), TodayPanel(people)
    levers = supervisor_acts.Levers(now, people)
    services, card = greeter.ServicesPanel(), cards.Cards(public_address)
    answering = Answering(desk, people)
    what_ifs = WhatIfs(planner) if planner is not None else None
    return Slice(
        name="desk",
        routes=[
            *choosing.routes(choice, people),
            *pages.routes(desk, people),
            *acts.routes(answering),
            *sessions.routes(answering),
            *helping.routes(help_panel, people),
            *supervisor.routes(now, today, ring, people),
            *supervisor_asks.routes(people),
            *supervisor_acts.routes(levers),
            *supervisor_pauses.routes(levers),
            *supervisor_levers.moves(levers),
            *supervisor_levers.sayings(levers),
            *greeter.routes(services, card, ring, people),
            *cards.routes(card),
            *reports.routes(),
            *accuracy.routes(),
            *out_of_turn.routes(names),
            *contingency.routes(),
            *(what_if.routes(what_ifs) if what_ifs is not None else ()),
        ],
        templates=HERE / "templates",
        static=HERE / "static",
        views=(
            help_panel,
            ring,
            desk.seat,
            desk.line,
            desk.aside,
            choice,
            now,
            today,
            services,
            card.panel,
            *((what_ifs,) if what_ifs is not None else ()),
        ),
        tasks={"desk-presence": Presence().watch, "desk-people": people.learn}
        | ({"what-if": what_ifs.until_the_end} if what_ifs is not None else {}),
        problems=PROBLEMS,
    )
