"""The first thing a start does: take the port. Imports little, so that it is taken at once."""

import errno
import resource
import socket
from contextlib import suppress

from turnero.store.errors import TurneroError

CANNOT_START = 2


class CannotStartError(TurneroError):
    """The server cannot start; the message says why and what to do."""


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises `CannotStartError` when the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
        sock.listen(2048)
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            why = f"port {port} on {host} is in use: stop the other program, or choose another with --port"
        elif error.errno == errno.EACCES:
            why = f"port {port} needs more rights: choose one above 1023 with --port"
        else:
            why = f"{host}:{port} cannot be listened on ({error.strerror}): check --host and --port"
        raise CannotStartError(why) from error
    except (OverflowError, UnicodeError) as error:
        sock.close()
        raise CannotStartError(
            f"{host}:{port} is not an address: check --host and --port"
        ) from error
    sock.setblocking(False)  # noqa: FBT003
    return sock


def raise_file_limit() -> None:
    """Let this process open as many files as it may: each connection is one of them."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # some systems say "no limit" and accept less
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
