"""Why a server is not reached, as far as the failed request says it."""

import socket
import ssl
from typing import Literal

import httpx

#: why the last request found nobody. unnamed: nobody knows its name | closed: nothing listens there, or
#: no way leads there | uncertified: it does not prove who it is, or a clock is wrong | silent: it does
#: not answer | stranger: something answers that is no server of ours | busy: it takes no more
Why = Literal["unnamed", "closed", "uncertified", "silent", "stranger", "busy"]


def why(error: Exception) -> Why:
    """The reason of a failed request: what lies at its bottom says it."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return "uncertified"
        if isinstance(found, ssl.SSLError):  # plain http where https was asked for, above all
            return "stranger"
        if isinstance(found, socket.gaierror):
            return "unnamed"
        found = found.__cause__ or found.__context__
    return "closed" if isinstance(error, httpx.ConnectError) else "silent"
