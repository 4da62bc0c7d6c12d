"""The demonstration's front page: kiosk, paper, desk and board side by side.

Visiting it makes the browser a kiosk, a board and a supervisor. So it answers only a browser
on this machine that asked for this machine by name: another site's name that resolves here
(DNS rebinding) gets nothing.
"""

from pathlib import Path

from litestar import Response, get
from litestar.datastructures import Cookie
from sqlalchemy import select

from turnero.queue.tables import WAITING, ticket
from turnero.server.accounts import reads
from turnero.server.accounts.service import Accounts
from turnero.server.demo import seed
from turnero.server.looks import SiteLooks
from turnero.store.errors import Refused
from turnero.store.sql import Query, Statement
from turnero.web import cookies
from turnero.web.cookies import family, issue
from turnero.web.languages import mark
from turnero.web.pages import page, see_other, web_of
from turnero.web.principal import PageRequest, Role
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice

HERE = Path(__file__).parent

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
_CODE = Statement(
    select(ticket.c.code)
    .where(ticket.c.state == WAITING)
    .order_by(ticket.c.issued_ms.desc())
    .limit(1)
)


def _code(q: Query) -> str | None:
    row = q.row(_CODE)
    return row.code if row else None


def _demo_only(request: PageRequest) -> None:
    """Raise `Refused` (403) for anybody but a browser on this machine that asked for it by name."""
    peer = request.client.host if request.client else ""
    host = request.headers.get("host", "").lower()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if (
        peer not in {"127.0.0.1", "::1"}
        or name not in _LOOPBACK
        or "x-forwarded-for" in request.headers
    ):
        raise Refused("demo-elsewhere", 403)


def make(accounts: Accounts, _looks: SiteLooks) -> Slice:
    """The slice whose `/` is the demonstration."""

    async def proofs(request: PageRequest) -> list[Cookie]:
        """Cookies for the roles that this browser does not have yet."""
        web = web_of(request)
        jar = cookies.parse(request.headers.get("cookie", ""))
        made: list[Cookie] = []
        for role in (Role.KIOSK, Role.BOARD, Role.SUPERVISOR):
            enough = {role, Role.ADMINISTRATOR} if role == Role.SUPERVISOR else {role}
            known = await web.authenticator.from_cookies(jar, enough) if jar else None
            if known is not None and known.role in enough:
                continue
            if role == Role.SUPERVISOR:
                row = await web.ledger.read(reads.account_of_login, seed.LOGIN)
                secret = await accounts.open_for(account=row.id) if row is not None else None
            else:
                tokens = await web.ledger.read(reads.tokens)
                usable = [one for one in tokens if one.role == role and one.revoked_ms is None]
                secret = await accounts.open_for(token=usable[0].id) if usable else None
            if secret is not None:
                made.append(issue(request, family(role), secret, None))
        return made

    @get("/", opt={"permission": "public"})
    async def demo(request: PageRequest) -> Response[str]:
        _demo_only(request)
        context = {"desk": seed.DESK, "printer": seed.KIOSK}
        return page(request, "demo/demo.html", context, cookies=await proofs(request))

    @get("/demo/phone", opt={"permission": "public"})
    async def phone(request: PageRequest) -> Response[str]:
        """The page of whoever took a ticket last."""
        _demo_only(request)
        code = await web_of(request).ledger.read(_code)
        return see_other(request, f"/t/{code}" if code else "/")

    return Slice(
        name="demo",
        routes=[demo, phone],
        templates=HERE / "templates",
        static=HERE / "static",
        problems={
            "demo-elsewhere": Text(
                mark("The demonstration is for this machine only"),
                mark("Open it on the machine where it runs, at the address that it printed."),
            ),
        },
    )
