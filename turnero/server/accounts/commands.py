"""Commands on accounts, sessions and tokens, at site 0. Passwords and secrets come in hashed."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update

from turnero.server.accounts import facts
from turnero.server.accounts.tables import account, session, setup_secret, token
from turnero.store.errors import Invalid, NotFound, Refused
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx
from turnero.web.principal import PEOPLE, Role

LOGIN_LENGTH = 64
NAME_LENGTH = 80

_NEW_ACCOUNT = Statement(
    insert(account).returning(account.c.id), [c.name for c in account.c if c.name != "id"]
)
_LOGIN = Statement(select(account.c.id).where(account.c.login == bindparam("login")))
_ACCOUNT = Statement(
    select(account.c.id, account.c.role, account.c.disabled).where(account.c.id == bindparam("id"))
)
_PASSWORD = Statement(
    update(account)
    .where(account.c.id == bindparam("b_id"))
    .values(password_hash=bindparam("b_hash"))
)
_DISABLE = Statement(
    update(account)
    .where(account.c.id == bindparam("b_id"))
    .values(disabled=bindparam("b_disabled"))
)
_ADMINISTRATORS = Statement(
    select(func.count().label("n")).where(
        account.c.role == bindparam("role"), account.c.disabled == 0
    )
)
_NEW_SESSION = Statement(insert(session))
_SESSION = Statement(
    select(session.c.account, session.c.token).where(session.c.hash == bindparam("hash"))
)
_END_SESSION = Statement(delete(session).where(session.c.hash == bindparam("b_hash")))
_END_SESSIONS = Statement(delete(session).where(session.c.account == bindparam("b_account")))
_END_ENTERED = Statement(delete(session).where(session.c.token == bindparam("b_token")))
_FORGET = Statement(delete(session).where(session.c.expires_ms < bindparam("before")))
_SEEN_SESSION = Statement(
    update(session).where(session.c.hash == bindparam("b_hash")).values(seen_ms=bindparam("b_seen"))
)
_NEW_TOKEN = Statement(
    insert(token).returning(token.c.id), [c.name for c in token.c if c.name != "id"]
)
_TOKEN = Statement(select(token.c.id, token.c.revoked_ms).where(token.c.id == bindparam("id")))
_REVOKE = Statement(
    update(token).where(token.c.id == bindparam("b_id")).values(revoked_ms=bindparam("b_now"))
)
_SEEN_TOKEN = Statement(
    update(token).where(token.c.id == bindparam("b_id")).values(seen_ms=bindparam("b_seen"))
)
_NEW_SETUP = Statement(insert(setup_secret))
_SETUP = Statement(select(setup_secret.c.hash))
_END_SETUP = Statement(delete(setup_secret))


class NewAccount(msgspec.Struct, frozen=True):
    """Somebody may sign in. `password_hash` is made outside: hashing has no place in a transaction."""

    login: str
    name: str
    password_hash: str
    role: str
    site: int | None = None
    language: str | None = None


class Made(msgspec.Struct, frozen=True):
    """The number of what was made or changed."""

    id: int


def create_account(tx: Tx, request: NewAccount) -> Made:
    """Command: make an account."""
    login = request.login.strip().lower()
    if not login or len(login) > LOGIN_LENGTH or any(c.isspace() for c in login):
        raise Invalid("login-unusable", max=LOGIN_LENGTH)
    if len(request.name) > NAME_LENGTH:
        raise Invalid("text-too-long", field="name", max=NAME_LENGTH, length=len(request.name))
    if request.role not in PEOPLE:
        raise Invalid("role-unknown", role=request.role, known=", ".join(sorted(PEOPLE)))
    if tx.row(_LOGIN, login=login) is not None:
        raise Refused("login-taken", login=login)
    made = tx.rows(
        _NEW_ACCOUNT,
        login=login,
        name=request.name.strip() or login,
        password_hash=request.password_hash,
        role=request.role,
        site=request.site,
        language=request.language,
        disabled=0,
        created_ms=tx.now_ms,
    )[0]
    tx.append(facts.AccountCreated(account=made.id, role=request.role, site=request.site))
    return Made(made.id)


class NewPassword(msgspec.Struct, frozen=True):
    """Another password for an account; `keep` is the session in which it was asked for."""

    account: int
    password_hash: str
    keep: bytes | None = None


def change_password(tx: Tx, request: NewPassword) -> Made:
    """Command: set a password. Every session of the account ends."""
    if not tx.run(_PASSWORD, b_id=request.account, b_hash=request.password_hash):
        raise NotFound("account-unknown")
    tx.run(_END_SESSIONS, b_account=request.account)
    tx.append(facts.AccountChanged(account=request.account, what="password"))
    return Made(request.account)


class SetDisabled(msgspec.Struct, frozen=True):
    """Let an account sign in, or not."""

    account: int
    disabled: bool


def disable_account(tx: Tx, request: SetDisabled) -> Made:
    """Command: disable or enable an account. The last administrator stays."""
    found = tx.row(_ACCOUNT, id=request.account)
    if found is None:
        raise NotFound("account-unknown")
    last = found.role == Role.ADMINISTRATOR and not found.disabled and administrators(tx) == 1
    if request.disabled and last:
        raise Refused("last-administrator")
    tx.run(_DISABLE, b_id=request.account, b_disabled=int(request.disabled))
    if request.disabled:
        tx.run(_END_SESSIONS, b_account=request.account)
    tx.append(
        facts.AccountChanged(
            account=request.account, what="disabled" if request.disabled else "enabled"
        )
    )
    return Made(request.account)


def administrators(q: Query) -> int:
    """How many administrators can sign in."""
    row: Any = q.row(_ADMINISTRATORS, role=str(Role.ADMINISTRATOR))
    return int(row.n)


class NewSession(msgspec.Struct, frozen=True):
    """A browser that proved to be somebody, or a device. `replaces`: the session it had before."""

    hash: bytes
    expires_ms: int
    account: int | None = None
    token: int | None = None
    replaces: bytes | None = None


def open_session(tx: Tx, request: NewSession) -> None:
    """Command: begin a session; the one that the browser had before ends."""
    before = tx.row(_SESSION, hash=request.replaces) if request.replaces is not None else None
    if before is not None:
        tx.run(_END_SESSION, b_hash=request.replaces)
        tx.append(facts.SessionReplaced(account=before.account, token=before.token))
    tx.run(_FORGET, before=tx.now_ms)
    tx.run(
        _NEW_SESSION,
        hash=request.hash,
        account=request.account,
        token=request.token,
        created_ms=tx.now_ms,
        seen_ms=tx.now_ms,
        expires_ms=request.expires_ms,
    )
    if request.account is not None:
        tx.append(facts.SignedIn(account=request.account))


def end_session(tx: Tx, hashed: bytes) -> None:
    """Command: end a session; one that is not there has ended already."""
    found = tx.row(_SESSION, hash=hashed)
    if found is not None:
        tx.run(_END_SESSION, b_hash=hashed)
        if found.account is not None:
            tx.append(facts.SignedOut(account=found.account))


def sign_in_locked(tx: Tx, who: int | None) -> None:
    """Command: note that an account is refused for a while."""
    tx.append(facts.SignInLocked(account=who))


class NewToken(msgspec.Struct, frozen=True):
    """A token for a device or a program."""

    hash: bytes
    role: str
    label: str = ""
    site: int | None = None
    place: str | None = None
    expires_ms: int | None = None


def create_token(tx: Tx, request: NewToken) -> Made:
    """Command: make a token."""
    if request.role not in set(Role):
        raise Invalid("role-unknown", role=request.role, known=", ".join(Role))
    if len(request.label) > NAME_LENGTH:
        raise Invalid("text-too-long", field="label", max=NAME_LENGTH, length=len(request.label))
    made = tx.rows(
        _NEW_TOKEN,
        hash=request.hash,
        role=request.role,
        site=request.site,
        place=request.place,
        label=request.label,
        created_ms=tx.now_ms,
        expires_ms=request.expires_ms,
        revoked_ms=None,
        seen_ms=None,
    )[0]
    tx.append(
        facts.TokenCreated(token=made.id, role=request.role, site=request.site, place=request.place)
    )
    return Made(made.id)


def revoke_token(tx: Tx, number: int) -> Made:
    """Command: make a token worthless, and every browser in which it was entered."""
    found = tx.row(_TOKEN, id=number)
    if found is None:
        raise NotFound("token-number-unknown", token=number)
    if found.revoked_ms is None:
        tx.run(_REVOKE, b_id=number, b_now=tx.now_ms)
        tx.run(_END_ENTERED, b_token=number)
        tx.append(facts.TokenRevoked(token=number))
    return Made(number)


class Seen(msgspec.Struct, frozen=True):
    """When sessions and tokens were last used, milliseconds UTC."""

    sessions: dict[bytes, int]
    tokens: dict[int, int]


def note_seen(tx: Tx, request: Seen) -> None:
    """Command: keep when sessions and tokens were last used; like a heartbeat, not journalled."""
    for hashed, at_ms in request.sessions.items():
        tx.run(_SEEN_SESSION, b_hash=hashed, b_seen=at_ms)
    for number, at_ms in request.tokens.items():
        tx.run(_SEEN_TOKEN, b_id=number, b_seen=at_ms)


def begin_setup(tx: Tx, hashed: bytes) -> bool:
    """Command: keep a new set-up secret for an older one; False when there is an administrator."""
    if administrators(tx):
        return False
    tx.run(_END_SETUP)
    tx.run(_NEW_SETUP, id=1, hash=hashed, created_ms=tx.now_ms)
    return True


class FirstAdministrator(msgspec.Struct, frozen=True):
    """The set-up secret's hash, and the account it makes."""

    secret_hash: bytes
    account: NewAccount


def finish_setup(tx: Tx, request: FirstAdministrator) -> Made:
    """Command: make the first administrator; the secret is then worth nothing."""
    if not setup_open(tx, request.secret_hash):
        raise Refused("setup-secret-wrong", 403)
    made = create_account(tx, request.account)
    tx.run(_END_SETUP)
    return made


def setup_open(q: Query, hashed: bytes) -> bool:
    """Whether this is the hash of the set-up secret that still waits."""
    found = q.row(_SETUP)
    return found is not None and bytes(found.hash) == hashed and administrators(q) == 0
