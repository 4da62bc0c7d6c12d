"""The room as the composition sees it."""

from pathlib import Path

from turnero.desk import acts, cards, choosing, greeter, pages, sessions, supervisor
from turnero.desk import help as helping
from turnero.desk.answering import Answering
from turnero.desk.people import People
from turnero.web.languages import mark
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice

HERE = Path(__file__).parent

PROBLEMS = {
    "desk-moved-on": Text(
        mark("Somebody was quicker"),
        mark("Another press changed who is at this desk. Look at who is shown, then press again."),
    ),
    "number-not-today": Text(
        mark("No ticket has this number today"),
        mark("“%(number)s” was not found. Please check it: numbers begin anew each day."),
    ),
}


def make() -> Slice:
    """The slice, with what it remembers of its own."""
    people = People()
    help_panel = helping.HelpPanel()
    desk = pages.DeskPanels(people, help_panel)
    choice = choosing.ChoicePanel(people)
    now, today = supervisor.SupervisorPanel(people), supervisor.TodayPanel(people)
    services, card = greeter.ServicesPanel(), cards.Cards()
    answering = Answering(desk, people)
    return Slice(
        name="desk",
        routes=[
            *choosing.routes(choice, people),
            *pages.routes(desk, people),
            *acts.routes(answering),
            *sessions.routes(answering),
            *helping.routes(help_panel),
            *supervisor.routes(now, today, help_panel, people),
            *greeter.routes(services, card, help_panel, people),
            *cards.routes(card),
        ],
        templates=HERE / "templates",
        static=HERE / "static",
        views=(
            help_panel,
            desk.seat,
            desk.line,
            desk.aside,
            choice,
            now,
            today,
            services,
            card.panel,
        ),
        problems=PROBLEMS,
    )
