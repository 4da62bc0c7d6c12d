"""The administrator's page of accounts and tokens, and everybody's own password."""

from typing import Annotated, Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from turnero.server.accounts import commands, reads
from turnero.server.accounts.answers import field_errors, said, status_of, typed
from turnero.server.accounts.passwords import SHORTEST
from turnero.server.accounts.places import default_place
from turnero.server.accounts.service import Accounts
from turnero.server.looks import SiteLooks
from turnero.store.errors import Refused
from turnero.web.forms import Form, read_form
from turnero.web.languages import mark
from turnero.web.pages import language_of, own_path, page, see_other, web_of
from turnero.web.principal import PEOPLE, PageRequest, Role

_DAY_MS = 24 * 3600 * 1000

#: what a role is called
ROLE_NAMES = {
    Role.BOX: mark("Box"),
    Role.KIOSK: mark("Kiosk"),
    Role.BOARD: mark("Board"),
    Role.DESK: mark("Desk"),
    Role.GREETER: mark("Greeter"),
    Role.AGENT: mark("Agent"),
    Role.SUPERVISOR: mark("Supervisor"),
    Role.ADMINISTRATOR: mark("Administrator"),
}


#: whom the wizard makes accounts for
_CREW = (Role.AGENT, Role.GREETER, Role.SUPERVISOR)


class AccountForm(Form, frozen=True, kw_only=True):
    """A new account."""

    login: Annotated[str, Meta(max_length=64)]
    password: Annotated[str, Meta(max_length=1000)]
    role: Annotated[str, Meta(max_length=20)]
    name: Annotated[str, Meta(max_length=80)] = ""
    site: Annotated[str, Meta(max_length=80)] = ""
    #: a page of ours to go on with
    next: Annotated[str, Meta(max_length=200)] = ""


class TokenForm(Form, frozen=True, kw_only=True):
    """A new token."""

    role: Annotated[str, Meta(max_length=20)]
    site: Annotated[str, Meta(max_length=80)] = ""
    place: Annotated[str, Meta(max_length=80)] = ""
    label: Annotated[str, Meta(max_length=80)] = ""
    days: Annotated[int, Meta(ge=0, le=3650)] = 0


class StateForm(Form, frozen=True, kw_only=True):
    """Let an account sign in, or not."""

    disabled: Annotated[int, Meta(ge=0, le=1)]


class PasswordForm(Form, frozen=True, kw_only=True):
    """One's own password."""

    old: Annotated[str, Meta(max_length=1000)]
    password: Annotated[str, Meta(max_length=1000)]


def routes(accounts: Accounts, looks: SiteLooks) -> list[ControllerRouterHandler]:
    """The routes of this module."""
    return [*_of_accounts(accounts, looks), *_of_tokens(accounts, looks), *_of_oneself(accounts)]


def _number(looks: SiteLooks, key: str, own: int | None) -> int | None:
    """The site of a form; an administrator of one site stays in it."""
    return own if own is not None else looks.number(key) if key else None


async def _show(
    request: PageRequest,
    looks: SiteLooks,
    *,
    token: str | None = None,
    refused: Refused | None = None,
    which: str = "",
    form: Form | None = None,
) -> Response[str]:
    web = web_of(request)
    own = request.user.site
    people = await web.ledger.read(reads.accounts)
    tokens = await web.ledger.read(reads.tokens)
    sites = {number: look for number, look in looks.sites.items() if own in (None, number)}
    context: dict[str, Any] = {
        "accounts": [one for one in people if own in (None, one.site)],
        "tokens": [one for one in tokens if own in (None, one.site)],
        "sites": sites,
        # with one site, people and screens are of that one unless somebody says otherwise
        "only": next(iter(sites.values())).key if len(sites) == 1 else "",
        "people": sorted(PEOPLE),
        "roles": [role for role in Role if role is not Role.BOX],  # boxes are paired, see boxes/
        "role_names": ROLE_NAMES,
        "token": token,
        # as this browser calls the server: a screen of the same network does too
        "origin": f"{request.url.scheme}://{request.headers.get('host', '')}",
        "shortest": SHORTEST,
        "form": which,
        "wrong": said(request, refused),
        "errors": field_errors(request, refused),
        "given": typed(form, refused),
    }
    return page(request, "server/accounts.html", context, status=status_of(refused))


def _of_accounts(accounts: Accounts, looks: SiteLooks) -> list[ControllerRouterHandler]:
    @get("/accounts", opt={"permission": "accounts.manage"})
    async def accounts_page(request: PageRequest) -> Response[str]:
        return await _show(request, looks)

    @post("/accounts", opt={"permission": "accounts.manage"}, status_code=200)
    async def create_account(request: PageRequest) -> Response[str]:
        form: AccountForm | None = None
        try:
            form = await read_form(request, AccountForm)
            await accounts.create(
                form.login,
                form.password,
                role=form.role,
                name=form.name,
                site=_number(looks, form.site, request.user.site),
                actor=request.user.actor,
            )
        except Refused as refused:
            given = typed(form, refused)
            if own_path(given.get("next"), ""):
                return _crew_again(request, given, refused)
            return await _show(request, looks, refused=refused, which="account", form=form)
        return see_other(request, own_path(form.next, "/accounts"))

    @post("/accounts/{account:int}/state", opt={"permission": "accounts.manage"}, status_code=200)
    async def set_state(request: PageRequest, account: FromPath[int]) -> Response[str]:
        web = web_of(request)
        form = await read_form(request, StateForm)
        _within(request, await web.ledger.read(reads.accounts), account)
        await web.ledger.run(
            commands.disable_account,
            commands.SetDisabled(account, bool(form.disabled)),
            site=0,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return see_other(request, "/accounts")

    return [accounts_page, create_account, set_state]


async def crew_panel(request: PageRequest, site: int) -> str:
    """Fills the slot "setup.people": a form for somebody who is to work at that site."""
    web = web_of(request)
    look = web.looks.look(site)
    return web.render(
        "server/crew.html",
        {
            "principal": request.user,
            "roles": _CREW,
            "role_names": ROLE_NAMES,
            "shortest": SHORTEST,
            "given": {"site": look.key, "next": "/setup/people"},
            "errors": {},
        },
        site=site,
        language=language_of(request, look, web.languages),
    )


def _crew_again(request: PageRequest, given: dict[str, Any], refused: Refused) -> Response[str]:
    """The wizard's form by itself: nobody is led from one role or site to another by a slip."""
    context = {
        "roles": _CREW,
        "role_names": ROLE_NAMES,
        "shortest": SHORTEST,
        "given": given,
        "errors": field_errors(request, refused),
        "wrong": said(request, refused),
    }
    return page(request, "server/crew-again.html", context, status=status_of(refused))


def _of_tokens(accounts: Accounts, looks: SiteLooks) -> list[ControllerRouterHandler]:
    @post("/accounts/tokens", opt={"permission": "accounts.manage"}, status_code=200)
    async def create_token(request: PageRequest) -> Response[str]:
        web = web_of(request)
        form: TokenForm | None = None
        try:
            form = await read_form(request, TokenForm)
            site = _number(looks, form.site, request.user.site)
            place = await web.ledger.read(default_place, site, form.role, form.place or None)
            _, token = await accounts.create_token(
                form.role,
                site=site,
                place=place,
                label=form.label,
                expires_ms=web.clock.now_ms() + form.days * _DAY_MS if form.days else None,
                actor=request.user.actor,
            )
        except Refused as refused:
            return await _show(request, looks, refused=refused, which="token", form=form)
        return await _show(request, looks, token=token)

    @post(
        "/accounts/tokens/{token:int}/revoke",
        opt={"permission": "accounts.manage"},
        status_code=200,
    )
    async def revoke_token(request: PageRequest, token: FromPath[int]) -> Response[str]:
        web = web_of(request)
        form = await read_form(request, Form)
        _within(request, await web.ledger.read(reads.tokens), token)
        await web.ledger.run(
            commands.revoke_token,
            token,
            site=0,
            actor=request.user.actor,
            key=form.idempotency_key,
        )
        return see_other(request, "/accounts")

    return [create_token, revoke_token]


def _of_oneself(accounts: Accounts) -> list[ControllerRouterHandler]:
    def show(request: PageRequest, refused: Refused | None = None) -> Response[str]:
        context = {
            "wrong": said(request, refused),
            "errors": field_errors(request, refused),
            "shortest": SHORTEST,
        }
        return page(request, "server/account.html", context, status=status_of(refused))

    @get("/account", opt={"permission": "account.own"})
    async def own_page(request: PageRequest) -> Response[str]:
        return show(request)

    @post(
        "/account/password",
        opt={"permission": "account.own", "limit": "sign-in"},
        status_code=200,
    )
    async def own_password(request: PageRequest) -> Response[str]:
        if not request.user.actor.startswith("user:"):
            raise Refused("token-has-no-password", 403)
        try:
            form = await read_form(request, PasswordForm)
            await accounts.change_own(request.user.actor, form.old, form.password)
        except Refused as refused:
            return show(request, refused)
        return see_other(request, "/sign-in")

    return [own_page, own_password]


def _within(request: PageRequest, known: Any, number: int) -> None:
    """An administrator of one site manages that site's accounts and tokens only."""
    for one in known:
        if one.id == number and request.user.site not in (None, one.site):
            raise Refused("other-site", 403)
