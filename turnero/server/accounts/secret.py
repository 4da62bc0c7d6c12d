"""Secrets that prove who somebody is: 256 random bits, shown once, kept as SHA-256.

A plain hash is enough here: nobody guesses 256 bits, and it is looked up by its value.
"""

import hashlib
import secrets

#: what a token begins with, so that a person and a secret scanner know one when they see it
TOKEN = "tur_"  # noqa: S105 - a prefix


def fresh_token() -> str:
    """A token for a device or a program."""
    return TOKEN + secrets.token_urlsafe(32)


def fresh() -> str:
    """A secret for a cookie or a set-up link."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is kept of it: 32 bytes."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()
