"""Keys of an installation: random files beside the database, never in it and never in its backups."""

import os
import secrets
from pathlib import Path

#: bytes of a key (256 bits)
SIZE = 32


def load_key(folder: Path, name: str) -> bytes:
    """The key of that name, made at its first use. 32 bytes; the file is readable by its owner only.

    Raises `ValueError` when the file holds anything else than a key.
    """
    keys = folder / "keys"
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = keys / f"{name}.key"
    if not path.exists():
        # Written aside and linked: a half-written key must never be taken for one,
        # and of two processes that start together the first one's key stands.
        fresh = keys / f".{name}.{secrets.token_hex(4)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SIZE))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    key = path.read_bytes()
    if len(key) != SIZE:
        msg = f"{path} is not a key of {SIZE} bytes: restore it from where keys are kept"
        raise ValueError(msg)
    return key
