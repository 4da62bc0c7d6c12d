"""Who may: tokens of devices and programs, accounts of people."""

import sys
from pathlib import Path

import rich_click as click

from turnero.cli.plainly import ROLES, act, data_folder, fail, table


@click.group()
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
@data_folder
def token_create(
    role: str, site: str | None, place: str | None, label: str, days: int | None, data: Path | None
) -> None:
    """Make a token and print it, alone. It is shown this one time."""
    made = act(data, "token-create", role=role, site=site, place=place, label=label, days=days)
    click.echo(made["token"])


@token.command("list")
@data_folder
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def token_list(*, data: Path | None, as_json: bool) -> None:
    """Show the tokens there are, never their secrets."""
    table(
        act(data, "token-list"),
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
@data_folder
def token_revoke(number: int, data: Path | None) -> None:
    """Make the token of this number worthless, at once and everywhere."""
    act(data, "token-revoke", id=number)
    click.echo(f"token {number} is revoked", err=True)


@click.group()
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
        fail("there is no terminal to ask for the password: give it with --password-stdin")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


@user.command("create")
@click.argument("login")
@click.option("--role", type=click.Choice(ROLES[3:]), required=True, help="What they may do.")
@click.option("--site", help="Key of the only site they work at.")
@click.option("--name", default="", help="What they are called on their own screen.")
@click.option("--language", help="The language of their pages.")
@_password
@data_folder
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
    made = act(
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
@data_folder
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def user_list(*, data: Path | None, as_json: bool) -> None:
    """Show the accounts there are."""
    table(
        act(data, "user-list"),
        ["id", "login", "name", "role", "site", "disabled"],
        as_json=as_json,
    )


@user.command("password")
@click.argument("login")
@_password
@data_folder
def user_password(*, login: str, password_stdin: bool, data: Path | None) -> None:
    """Set an account's password; whoever is signed in with it is signed out."""
    password = _asked_password(from_stdin=password_stdin)
    act(data, "user-password", login=login, password=password)


@user.command("disable")
@click.argument("login")
@data_folder
def user_disable(login: str, data: Path | None) -> None:
    """Let an account sign in no more; whoever is signed in with it is signed out."""
    act(data, "user-state", login=login, disabled=True)


@user.command("enable")
@click.argument("login")
@data_folder
def user_enable(login: str, data: Path | None) -> None:
    """Let an account sign in again."""
    act(data, "user-state", login=login, disabled=False)
