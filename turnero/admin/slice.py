"""The room as the composition sees it."""

from pathlib import Path

from turnero.admin import file, pages, paper, pictures, wizard
from turnero.admin.frame import Ports
from turnero.web.languages import mark
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice

HERE = Path(__file__).parent

PROBLEMS = {
    "part-unknown": Text(
        mark("This is not there any more"),
        mark("Somebody may have taken it out. Please look at the list again."),
    ),
    "site-taken": Text(
        mark("There is a site of this name"),
        mark("A site “%(site)s” is there already. Please give this one another name."),
    ),
    "site-changed": Text(
        mark("Somebody else changed this site"),
        mark("Nothing of yours was stored. Look at what changed, then enter your change again."),
    ),
}


def make(ports: Ports) -> Slice:
    """The slice; `ports` is what the composition knows of printers and people."""
    return Slice(
        name="admin",
        routes=[
            *file.routes(ports),
            *pages.routes(ports),
            *paper.routes(ports),
            *pictures.routes(),
            *wizard.routes(ports),
        ],
        templates=HERE / "templates",
        static=HERE / "static",
        problems=PROBLEMS | paper.PROBLEMS | pictures.PROBLEMS,
    )
