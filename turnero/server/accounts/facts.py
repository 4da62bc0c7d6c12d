"""Facts about accounts and tokens, in the installation's journal (site 0). Identifiers only."""

from turnero.store.facts import Fact, register


class AccountCreated(Fact, frozen=True, tag="account-created"):
    """Somebody may sign in."""

    account: int
    role: str
    site: int | None = None


class AccountChanged(Fact, frozen=True, tag="account-changed"):
    """Password, role or state of an account changed; `what` says which."""

    account: int
    what: str


class SignedIn(Fact, frozen=True, tag="signed-in"):
    """A person proved who they are."""

    account: int


class SignedOut(Fact, frozen=True, tag="signed-out"):
    """A person ended their session."""

    account: int


class SessionReplaced(Fact, frozen=True, tag="session-replaced"):
    """A browser proved anew who it is; what it had before, of this account or token, has ended."""

    account: int | None = None
    token: int | None = None


class SignInLocked(Fact, frozen=True, tag="sign-in-locked"):
    """Too many wrong passwords for this account: it is refused for a while."""

    account: int | None = None


class TokenCreated(Fact, frozen=True, tag="token-created"):
    """A device or a program got a token."""

    token: int
    role: str
    site: int | None = None
    place: str | None = None


class TokenRevoked(Fact, frozen=True, tag="token-revoked"):
    """A token is worth nothing any more."""

    token: int


register(
    AccountCreated,
    AccountChanged,
    SignedIn,
    SignedOut,
    SessionReplaced,
    SignInLocked,
    TokenCreated,
    TokenRevoked,
)
