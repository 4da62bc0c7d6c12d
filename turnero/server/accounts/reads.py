"""What is read of accounts, sessions and tokens."""

from typing import Any

import msgspec
from sqlalchemy import bindparam, outerjoin, select

from turnero.server.accounts.tables import account, session, token
from turnero.store.sql import Query, Statement

_OF_LOGIN = Statement(
    select(account.c.id, account.c.password_hash, account.c.disabled, account.c.language).where(
        account.c.login == bindparam("login")
    )
)
_ACCOUNTS = Statement(
    select(
        account.c.id,
        account.c.login,
        account.c.name,
        account.c.role,
        account.c.site,
        account.c.language,
        account.c.disabled,
    ).order_by(account.c.login)
)
_TOKENS = Statement(
    select(
        token.c.id,
        token.c.role,
        token.c.site,
        token.c.place,
        token.c.label,
        token.c.created_ms,
        token.c.expires_ms,
        token.c.revoked_ms,
        token.c.seen_ms,
    ).order_by(token.c.id)
)
_PASSWORD = Statement(
    select(account.c.password_hash, account.c.login).where(account.c.id == bindparam("id"))
)
_BY_HASH = Statement(
    select(
        token.c.id, token.c.role, token.c.site, token.c.place, token.c.label, token.c.expires_ms
    ).where(token.c.hash == bindparam("hash"), token.c.revoked_ms.is_(None))
)
_SESSION = Statement(
    select(
        session.c.account.label("account"),
        session.c.token.label("token"),
        session.c.seen_ms.label("seen_ms"),
        session.c.expires_ms.label("expires_ms"),
        account.c.role.label("role"),
        account.c.site.label("site"),
        account.c.language.label("language"),
        account.c.name.label("name"),
        account.c.disabled.label("disabled"),
        token.c.role.label("token_role"),
        token.c.site.label("token_site"),
        token.c.place.label("token_place"),
        token.c.label.label("token_label"),
        token.c.expires_ms.label("token_expires_ms"),
        token.c.revoked_ms.label("token_revoked_ms"),
    )
    .select_from(
        outerjoin(
            outerjoin(session, account, account.c.id == session.c.account),
            token,
            token.c.id == session.c.token,
        )
    )
    .where(session.c.hash == bindparam("hash"))
)


class Account(msgspec.Struct, frozen=True):
    """An account as an administrator sees it."""

    id: int
    login: str
    name: str
    role: str
    site: int | None
    language: str | None
    disabled: int


class Token(msgspec.Struct, frozen=True):
    """A token as an administrator sees it: never the secret."""

    id: int
    role: str
    site: int | None
    place: str | None
    label: str
    created_ms: int
    expires_ms: int | None
    revoked_ms: int | None
    seen_ms: int | None


def accounts(q: Query) -> list[Account]:
    """Every account, by login."""
    return [Account(*row) for row in q.rows(_ACCOUNTS)]


def tokens(q: Query) -> list[Token]:
    """Every token, oldest first."""
    return [Token(*row) for row in q.rows(_TOKENS)]


def account_of_login(q: Query, login: str) -> Any | None:
    """id, password_hash, disabled and language of a login."""
    return q.row(_OF_LOGIN, login=login)


def password_of(q: Query, number: int) -> Any | None:
    """password_hash and login of an account."""
    return q.row(_PASSWORD, id=number)


def token_of_hash(q: Query, hashed: bytes) -> Any | None:
    """The token of this hash unless it was revoked."""
    return q.row(_BY_HASH, hash=hashed)


def session_of_hash(q: Query, hashed: bytes) -> Any | None:
    """The session of this hash, with its account or its token."""
    return q.row(_SESSION, hash=hashed)
