"""Pages of proving who one is: sign in and out, first set-up, entering a device's token.

No secret is ever in an address that reaches the server: a set-up link and a token's link
carry theirs after `#`, and a small script puts it into the form.
"""

from typing import Annotated
from urllib.parse import parse_qs

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.types import ControllerRouterHandler
from msgspec import Meta, Struct

from turnero.server.accounts.answers import field_errors, said, status_of, typed
from turnero.server.accounts.commands import administrators
from turnero.server.accounts.passwords import LONGEST, SHORTEST
from turnero.server.accounts.secret import TOKEN
from turnero.server.accounts.service import Accounts, Entered
from turnero.store.errors import Refused
from turnero.web.cookies import family, find, issue, withdraw
from turnero.web.forms import Form, read_form
from turnero.web.guards import address_of, heard
from turnero.web.pages import own_path, page, see_other, web_of
from turnero.web.principal import SCREENS, PageRequest, Role

_USER = family(Role.AGENT)


class SignInForm(Struct, frozen=True):
    """Who, and the proof."""

    login: Annotated[str, Meta(max_length=64)]
    password: Annotated[str, Meta(max_length=1000)]
    next: Annotated[str, Meta(max_length=500)] = ""


class SetupForm(Form, frozen=True, kw_only=True):
    """The first administrator."""

    secret: Annotated[str, Meta(max_length=200)]
    login: Annotated[str, Meta(max_length=64)]
    password: Annotated[str, Meta(max_length=1000)]
    name: Annotated[str, Meta(max_length=80)] = ""


class EnterForm(Struct, frozen=True):
    """A device's token."""

    token: Annotated[str, Meta(max_length=200)]


def routes(accounts: Accounts) -> list[ControllerRouterHandler]:
    """The routes of this module."""
    return [*_of_people(accounts), *_of_setup(accounts), *_of_devices(accounts)]


def _of_people(accounts: Accounts) -> list[ControllerRouterHandler]:

    @get("/sign-in", opt={"permission": "public"})
    async def sign_in_page(request: PageRequest) -> Response[str]:
        query = parse_qs(request.scope["query_string"].decode("latin-1"))
        return _sign_in(request, back=own_path(query.get("next", [""])[-1], ""))

    @post("/sign-in", opt={"permission": "public", "limit": "sign-in"}, status_code=200)
    async def sign_in(request: PageRequest) -> Response[str]:
        form: SignInForm | None = None
        try:
            form = await read_form(request, SignInForm)
            entered = await accounts.sign_in(
                form.login, form.password, find(request.cookies, _USER), _address(request)
            )
        except Refused as refused:
            return _sign_in(request, form, refused)
        # The right password was no guess: a whole branch may begin its day behind one address.
        web_of(request).buckets.give_back("sign-in", _address(request))
        return see_other(request, own_path(form.next), _cookies(request, entered))

    @post("/sign-out", opt={"permission": "account.own"}, status_code=200)
    async def sign_out(request: PageRequest) -> Response[str]:
        secret = find(request.cookies, _USER)
        if secret is not None:
            await accounts.sign_out(request.user.actor, secret)
        return see_other(request, "/sign-in", [withdraw(request, _USER)])

    return [sign_in_page, sign_in, sign_out]


def _of_setup(accounts: Accounts) -> list[ControllerRouterHandler]:
    @get("/setup", opt={"permission": "public"})
    async def setup_page(request: PageRequest) -> Response[str]:
        if await web_of(request).ledger.read(administrators):
            return see_other(request, "/setup/on")
        return _setup(request)

    @post("/setup", opt={"permission": "public", "limit": "sign-in"}, status_code=200)
    async def setup(request: PageRequest) -> Response[str]:
        form: SetupForm | None = None
        try:
            form = await read_form(request, SetupForm)
            await accounts.first_administrator(form.secret, form.login, form.password, form.name)
            entered = await accounts.sign_in(form.login, form.password, None, _address(request))
        except Refused as refused:
            return _setup(request, form, refused)
        return see_other(request, "/", _cookies(request, entered))

    return [setup_page, setup]


def _of_devices(accounts: Accounts) -> list[ControllerRouterHandler]:
    @get("/enter", opt={"permission": "public"})
    async def enter_page(request: PageRequest) -> Response[str]:
        return page(request, "server/enter.html", {"wrong": None, "prefix": TOKEN})

    @post("/enter", opt={"permission": "public", "limit": "sign-in"}, status_code=200)
    async def enter(request: PageRequest) -> Response[str]:
        before = {role: find(request.cookies, family(role)) for role in SCREENS}
        try:
            form = await read_form(request, EnterForm)
            entered = await accounts.enter(form.token, before)
        except Refused as refused:
            wrong = said(request, refused)
            return page(
                request,
                "server/enter.html",
                {"wrong": wrong, "prefix": TOKEN},
                status=status_of(refused),
            )
        return see_other(request, "/", _cookies(request, entered))

    return [enter_page, enter]


def _address(request: PageRequest) -> str:
    """Where a password is tried."""
    return address_of(web_of(request), request.scope, heard(request.scope["headers"]))


def _cookies(request: PageRequest, entered: Entered) -> list[Cookie]:
    """The cookie of a new session."""
    return [issue(request, family(entered.role), entered.secret, entered.seconds)]


def _sign_in(
    request: PageRequest,
    form: SignInForm | None = None,
    refused: Refused | None = None,
    *,
    back: str = "",
) -> Response[str]:
    given = typed(form, refused)
    return page(
        request,
        "server/sign-in.html",
        {
            "back": back or own_path(given.get("next"), ""),
            "login": given.get("login", ""),
            "wrong": said(request, refused),
            "errors": field_errors(request, refused),
        },
        status=status_of(refused),
    )


def _setup(
    request: PageRequest, form: SetupForm | None = None, refused: Refused | None = None
) -> Response[str]:
    return page(
        request,
        "server/setup.html",
        {
            "given": typed(form, refused),
            "wrong": said(request, refused),
            "errors": field_errors(request, refused),
            "shortest": SHORTEST,
            "longest": LONGEST,
        },
        status=status_of(refused),
    )
