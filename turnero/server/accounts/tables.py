"""The tables of accounts, on the store's metadata. Secrets are kept as hashes only."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text

from turnero.store.tables import metadata

#: a person who signs in
account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", Text, nullable=False, unique=True),  # lower case
    Column("name", Text, nullable=False),  # what they are called on their own screen
    Column("password_hash", Text, nullable=False),  # argon2id, in its own notation
    Column("role", Text, nullable=False),
    Column("site", Integer),  # the only site they work at; null: all
    Column("language", Text),  # a catalogue's name; null: the site's
    Column("disabled", Integer, nullable=False),  # 1: cannot sign in, sessions are ended
    Column("created_ms", BigInteger, nullable=False),
    CheckConstraint("role in ('greeter', 'agent', 'supervisor', 'administrator')", name="role"),
)

#: a sign-in of a person, or a browser in which a device's token was entered; the browser
#: holds the secret in a cookie
session = Table(
    "session",
    metadata,
    Column("hash", LargeBinary, primary_key=True),  # SHA-256 of the secret
    Column("account", Integer),  # who signed in; or
    Column("token", Integer),  # which device it is
    Column("created_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),  # written a minute late at most
    Column("expires_ms", BigInteger, nullable=False),  # however much it is used
    CheckConstraint("(account is null) <> (token is null)", name="one"),
    Index("ix_session_account", "account"),
    Index("ix_session_token", "token"),
    Index("ix_session_expires_ms", "expires_ms"),
)

#: what a device or a program shows instead of a password
token = Table(
    "token",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),  # SHA-256 of 256 random bits
    Column("role", Text, nullable=False),
    Column("site", Integer),  # the only site it works at; null: all
    Column("place", Text),  # key of the kiosk, board or desk it belongs to
    Column("label", Text, nullable=False),  # what the administrator calls it
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger),  # null: until revoked
    Column("revoked_ms", BigInteger),
    Column("seen_ms", BigInteger),  # written a minute late at most
)

#: the secret that makes the first administrator; gone once used
setup_secret = Table(
    "setup_secret",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("hash", LargeBinary, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)
