"""The command line: `turnero serve`, `token create`, `site load`, `doctor`, `backup` and the rest.

Each act imports what it needs when it runs, so that `--help` is quick. Results go to stdout,
everything else to stderr; an error says what was wrong and what to do, never a traceback.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import rich_click as click

from turnero import __version__

if TYPE_CHECKING:
    from turnero.server.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

WRONG = 1
CANNOT = 2

click.rich_click.USE_RICH_MARKUP = False
click.rich_click.MAX_WIDTH = 100

ROLES = ("kiosk", "board", "desk", "greeter", "agent", "supervisor", "administrator")

_FILE = click.Path(path_type=Path, dir_okay=False)
_data = click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Data folder (else TURNERO_DATA).",
)


def _fail(message: str, code: int = WRONG) -> NoReturn:
    click.echo(f"turnero: {message}", err=True)
    sys.exit(code)


@contextmanager
def _told() -> Iterator[None]:
    """Errors of ours as one sentence on stderr."""
    from turnero.store.errors import Refused, TurneroError

    try:
        yield
    except Refused as error:
        from turnero.server.saying import sentence

        _fail(sentence(error))
    except TurneroError as error:
        _fail(str(error))
    except (OSError, ValueError) as error:
        _fail(str(error))


def _settings(data: Path | None, **given: Any) -> "Settings":
    from turnero.server.settings import SettingsError, load

    try:
        return load(data, given=given)
    except SettingsError as error:
        click.echo("turnero: these settings cannot be used:", err=True)
        for line in str(error).splitlines():
            click.echo(f"  {line}", err=True)
        sys.exit(CANNOT)


def _act(data: Path | None, act: str, **given: Any) -> Any:
    """Do an act, by the running server or directly; errors end the program."""
    settings = _settings(data)
    with _told():
        from turnero.server.acts import do

        return do(settings, act, **given)


def _plainly(function: F) -> F:
    """A command whose errors are sentences."""

    @wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        with _told():
            return function(*args, **kwargs)

    return wrapped  # type: ignore[return-value]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="turnero")
def main() -> None:
    """Turnero: the waiting room of a hospital, from the touch kiosk to the desk."""


@main.command()
@_data
@click.option(
    "--demo", is_flag=True, help="An embedded hospital with people in it; this machine only."
)
@click.option("--host", help="Address to listen on (default 127.0.0.1).")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to listen on (default 8400; 0: any free one).",
)
@click.option("--no-browser", is_flag=True, help="With --demo: open no browser.")
def serve(
    *, data: Path | None, demo: bool, host: str | None, port: int | None, no_browser: bool
) -> None:
    """Run the server of a site."""
    if demo and data is None and not os.environ.get("TURNERO_DATA"):
        from turnero.server.demo.bounds import default_folder

        data = default_folder()
    settings = _settings(data, host=host, port=port)
    from turnero.server.starting import start

    sys.exit(start(settings, demo=demo, browser=not no_browser))


@main.group()
def token() -> None:
    """Tokens of kiosks, boards, desks and programs."""


@token.command("create")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What its holder may do.")
@click.option("--site", help="Key of the only site it works at.")
@click.option("--place", help="Key of the kiosk, board or desk it belongs to.")
@click.option("--label", default="", help="What you call it.")
@click.option(
    "--days", type=click.IntRange(1, 3650), help="Days until it expires (default: until revoked)."
)
@_data
def token_create(
    role: str, site: str | None, place: str | None, label: str, days: int | None, data: Path | None
) -> None:
    """Make a token and print it, alone. It is shown this one time."""
    made = _act(data, "token-create", role=role, site=site, place=place, label=label, days=days)
    click.echo(made["token"])


@token.command("list")
@_data
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def token_list(*, data: Path | None, as_json: bool) -> None:
    """Show the tokens there are, never their secrets."""
    _table(
        _act(data, "token-list"),
        [
            "id",
            "role",
            "site",
            "place",
            "label",
            "created_ms",
            "expires_ms",
            "revoked_ms",
            "seen_ms",
        ],
        as_json=as_json,
    )


@token.command("revoke")
@click.argument("number", type=int)
@_data
def token_revoke(number: int, data: Path | None) -> None:
    """Make the token of this number worthless, at once and everywhere."""
    _act(data, "token-revoke", id=number)
    click.echo(f"token {number} is revoked", err=True)


@main.group()
def user() -> None:
    """Accounts of people who sign in."""


_password = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input instead of asking.",
)


def _asked_password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        _fail("there is no terminal to ask for the password: give it with --password-stdin")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


@user.command("create")
@click.argument("login")
@click.option("--role", type=click.Choice(ROLES[3:]), required=True, help="What they may do.")
@click.option("--site", help="Key of the only site they work at.")
@click.option("--name", default="", help="What they are called on their own screen.")
@click.option("--language", help="The language of their pages.")
@_password
@_data
def user_create(
    *,
    login: str,
    role: str,
    site: str | None,
    name: str,
    language: str | None,
    password_stdin: bool,
    data: Path | None,
) -> None:
    """Make an account. The password is asked for, or read from standard input."""
    password = _asked_password(from_stdin=password_stdin)
    made = _act(
        data,
        "user-create",
        login=login,
        role=role,
        site=site,
        name=name,
        language=language,
        password=password,
    )
    click.echo(f"account {made['id']} can sign in as {login.strip().lower()}", err=True)


@user.command("list")
@_data
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def user_list(*, data: Path | None, as_json: bool) -> None:
    """Show the accounts there are."""
    _table(
        _act(data, "user-list"),
        ["id", "login", "name", "role", "site", "disabled"],
        as_json=as_json,
    )


@user.command("password")
@click.argument("login")
@_password
@_data
def user_password(*, login: str, password_stdin: bool, data: Path | None) -> None:
    """Set an account's password; whoever is signed in with it is signed out."""
    password = _asked_password(from_stdin=password_stdin)
    _act(data, "user-password", login=login, password=password)


@user.command("disable")
@click.argument("login")
@_data
def user_disable(login: str, data: Path | None) -> None:
    """Let an account sign in no more; whoever is signed in with it is signed out."""
    _act(data, "user-state", login=login, disabled=True)


@user.command("enable")
@click.argument("login")
@_data
def user_enable(login: str, data: Path | None) -> None:
    """Let an account sign in again."""
    _act(data, "user-state", login=login, disabled=False)


@main.group()
def site() -> None:
    """Sites: their services, desks, kiosks and boards."""


@site.command("load")
@click.argument("file", type=_FILE)
@_data
def site_load(file: Path, data: Path | None) -> None:
    """Make or change the site that a TOML file describes. Loading it again changes nothing."""
    with _told():
        text = file.read_text("utf-8")
    done = _act(data, "site-load", text=text)
    said = f"{done['changes']} changes" if done["changes"] else "nothing to change"
    click.echo(f"site {done['site']} (number {done['number']}): {said}", err=True)


@site.command("save")
@click.argument("file", type=_FILE, required=False)
@click.option("--site", "key", help="Key of the site (default: the only one).")
@_data
def site_save(file: Path | None, key: str | None, data: Path | None) -> None:
    """Write a site as the TOML file that would make it: to FILE, or to standard output."""
    done = _act(data, "site-save", site=key)
    if file is None:
        click.echo(done["text"], nl=False)
        return
    with _told():
        file.write_text(done["text"], "utf-8")
    click.echo(f"site {done['site']} is described in {file}", err=True)


@main.command()
@_data
def setup(data: Path | None) -> None:
    """Show a new set-up link while there is no administrator yet."""
    done = _act(data, "setup-begin")
    if done["secret"] is None:
        _fail("there is an administrator already: sign in, or use `turnero user password`")
    click.echo(f"/setup#{done['secret']}")


@main.command()
@_data
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@_plainly
def doctor(*, data: Path | None, as_json: bool) -> None:
    """Look for what is wrong with this installation; ends with 1 when something is."""
    settings = _settings(data)
    from turnero.server.doctor import examine, show

    findings = examine(settings)
    sys.exit(show(findings, as_json=as_json))


@main.command()
@_data
@_plainly
def verify(data: Path | None) -> None:
    """Check every link of the journals' chains."""
    settings = _settings(data)
    from turnero.server.upkeep import verify_journals

    for verdict in verify_journals(settings):
        state = (
            "holds"
            if verdict.broken_at is None
            else f"does not hold at {verdict.broken_at}: {verdict.why}"
        )
        click.echo(f"site {verdict.site}: {verdict.facts} facts, the chain {state}")
        if verdict.broken_at is not None:
            sys.exit(WRONG)


@main.command()
@click.argument("file", type=_FILE)
@_data
@_plainly
def backup(file: Path, data: Path | None) -> None:
    """Copy the database to FILE, also while the server runs. Keys are not in it."""
    settings = _settings(data)
    from turnero.server.upkeep import make_backup

    click.echo(make_backup(settings, file), err=True)


@main.command()
@click.argument("file", type=_FILE)
@_data
@_plainly
def restore(file: Path, data: Path | None) -> None:
    """Put the backup FILE in the database's place; stop the server first.

    What was there is kept beside it.
    """
    settings = _settings(data)
    from turnero.server.upkeep import bring_back

    click.echo(bring_back(settings, file), err=True)


@main.command()
@click.argument("file", type=_FILE)
@click.option("--office", required=True, help="Whose day; an unknown one lists those there are.")
@click.option("--day", required=True, help="Which day, as the file names it.")
@click.option("--url", help="Address of the running server.")
@click.option("--token", "secret", envvar="TURNERO_TOKEN", help="Of a desk (or TURNERO_TOKEN).")
@click.option("--speed", type=float, default=600, help="Times the trace's own (600); 0: at once.")
@click.option("--site-toml", type=_FILE, help="Only write the site to load first, here.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@_plainly
def replay(
    file: Path, office: str, day: str, site_toml: Path | None, url: str | None, **words: Any
) -> None:
    """Play a recorded day of FILE against a running server; ends with 1 if anything disagrees.

    First write its site with --site-toml and load it with `turnero site load`.
    """
    from turnero.server.replay import run, write_site

    if site_toml is not None:
        plan = write_site(file, office, day, site_toml)
        return click.echo(f"{site_toml}: site {plan.site}, {plan.people} people", err=True)
    sys.exit(run(file, office, day, url=url, token=words.pop("secret"), **words))


@main.command()
@click.option("--quick", is_flag=True, help="Half a minute instead of a few: rough figures.")
@click.option("--json", "as_json", is_flag=True, help="JSON only, without the table on stderr.")
@_plainly
def bench(*, quick: bool, as_json: bool) -> None:
    """Measure this machine on a server of its own; prints JSON, and a table on stderr."""
    from turnero.server.bench import run

    sys.exit(run(quick=quick, with_table=not as_json))


@main.command()
@click.option("--seed", type=int, default=1, help="Which day: the same seed, the same journal.")
@click.option("--out", type=click.Path(path_type=Path), help="Keep the data in this new folder.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with the day's report.")
@_plainly
def simulate(seed: int, out: Path | None, *, as_json: bool) -> None:
    """Play a whole hospital day in seconds; ends with 1 if its journal or report do not hold."""
    from turnero.server.simulate import run, told

    found = run(seed, out)
    click.echo(told(found, as_json=as_json))
    sys.exit(0 if found.whole and found.same_report else WRONG)


@main.command()
@click.argument("day")
@click.option("--site", "key", help="Key of the site (default: the only one).")
@click.option("--check", is_flag=True, help="Derive it again from the journal alone and compare.")
@_data
@_plainly
def report(day: str, key: str | None, data: Path | None, *, check: bool) -> None:
    """The report of a closed DAY (YYYY-MM-DD) as JSON, as it was kept."""
    from turnero.server.reporting import checked, kept

    settings = _settings(data)
    if not check:
        return click.echo(kept(settings, key, day))
    same, words = checked(settings, key, day)
    click.echo(words, err=True)
    sys.exit(0 if same else WRONG)


def _table(rows: list[dict[str, Any]], columns: list[str], *, as_json: bool) -> None:
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(rows)).decode())
        return
    from turnero.server.saying import table

    click.echo(table(rows, columns))
