"""What every command needs: the data folder, acts, errors as sentences, tables.

Results go to stdout, everything else to stderr; an error says what was wrong and what to do,
never a traceback.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import rich_click as click

if TYPE_CHECKING:
    from turnero.server.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

WRONG = 1
CANNOT = 2

click.rich_click.USE_RICH_MARKUP = False
click.rich_click.MAX_WIDTH = 100

ROLES = ("kiosk", "board", "desk", "greeter", "agent", "supervisor", "administrator")

FILE = click.Path(path_type=Path, dir_okay=False)
data_folder = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Data folder (else TURNERO_DATA).",
)


def fail(message: str, code: int = WRONG) -> NoReturn:
    """End the program with one sentence on stderr."""
    click.echo(f"turnero: {message}", err=True)
    sys.exit(code)


@contextmanager
def told() -> Iterator[None]:
    """Errors of ours as one sentence on stderr."""
    from turnero.store.errors import Refused, TurneroError

    try:
        yield
    except Refused as error:
        from turnero.server.saying import sentence

        fail(sentence(error))
    except TurneroError as error:
        fail(str(error))
    except (OSError, ValueError) as error:
        fail(str(error))


def settings_from(data: Path | None, **given: Any) -> "Settings":
    """The settings of that data folder; what cannot be used ends the program."""
    from turnero.server.settings import SettingsError, load

    try:
        return load(data, given=given)
    except SettingsError as error:
        click.echo("turnero: these settings cannot be used:", err=True)
        for line in str(error).splitlines():
            click.echo(f"  {line}", err=True)
        sys.exit(CANNOT)


def act(data: Path | None, act: str, **given: Any) -> Any:
    """Do an act, by the running server or directly; errors end the program."""
    settings = settings_from(data)
    with told():
        from turnero.server.acts import do

        return do(settings, act, **given)


def plainly(function: F) -> F:
    """A command whose errors are sentences."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with told():
            return function(*args, **kwargs)

    return wrapped  # type: ignore[return-value]


def table(rows: list[dict[str, Any]], columns: list[str], *, as_json: bool) -> None:
    """Print rows as a table, or as JSON."""
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    from turnero.server.saying import table

    click.echo(table(rows, columns))
