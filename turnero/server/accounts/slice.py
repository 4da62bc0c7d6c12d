"""The accounts' room as the composition sees it."""

from pathlib import Path

from turnero.server.accounts import admin, pages
from turnero.server.accounts.service import Accounts
from turnero.server.looks import SiteLooks
from turnero.web.languages import mark
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice

SERVER = Path(__file__).parent.parent

PROBLEMS = {
    "sign-in-wrong": Text(
        mark("Name or password is wrong"),
        mark("Name or password is wrong. Please try again, or ask an administrator."),
    ),
    "password-wrong": Text(
        mark("The present password is wrong"),
        mark("The present password is wrong. Please try again."),
    ),
    "token-has-no-password": Text(
        mark("A token has no password"),
        mark("Only who signs in with a name has a password to change."),
    ),
    "password-length": Text(
        mark("The password does not fit"),
        mark("Please choose a password of %(min)s to %(max)s characters."),
    ),
    "password-guessable": Text(
        mark("The password is easy to guess"),
        mark("The password is easy to guess. Please choose another, such as four unrelated words."),
    ),
    "login-taken": Text(
        mark("This name is taken"),
        mark("Somebody signs in as “%(login)s” already. Please choose another name."),
    ),
    "login-unusable": Text(
        mark("This name cannot be used"),
        mark(
            "Please choose a name to sign in with, without spaces, of at most %(max)s characters."
        ),
    ),
    "role-unknown": Text(
        mark("There is no such role"), mark("“%(role)s” is not one of: %(known)s.")
    ),
    "account-unknown": Text(mark("There is no such account"), mark("Please reload the page.")),
    "last-administrator": Text(
        mark("The last administrator stays"),
        mark("Nobody could manage this installation any more. Make another administrator first."),
    ),
    "setup-secret-wrong": Text(
        mark("The set-up secret is not valid"),
        mark("It is wrong, or was used already. A new one is shown when the server starts."),
    ),
    "token-not-a-device": Text(
        mark("This token is not a device's"),
        mark(
            "Only tokens of a kiosk, a board or a desk can be entered in a browser. People sign in."
        ),
    ),
    "token-number-unknown": Text(
        mark("There is no such token"), mark("No token has the number %(token)s.")
    ),
    "site-which": Text(
        mark("Which site?"), mark("There is not exactly one site here: name one by its key.")
    ),
    "place-without-site": Text(
        mark("A site is needed"),
        mark("A place belongs to a site: name the site of this %(role)s too."),
    ),
    "place-unknown": Text(
        mark("There is no such place"),
        mark("No %(role)s is called “%(place)s” here. There are: %(known)s."),
    ),
}


def make(accounts: Accounts, looks: SiteLooks) -> Slice:
    """The slice on these accounts."""
    return Slice(
        name="server",
        routes=[*pages.routes(accounts), *admin.routes(accounts, looks)],
        templates=SERVER / "templates",
        static=SERVER / "static",
        slots={"setup.people": admin.crew_panel},
        problems=PROBLEMS,
    )
