"""Whether a write comes from our own pages: `Origin` always, `Sec-Fetch-Site` where it is sent.

For everything that a browser sends by itself (cookies, or nothing at all). A bearer token
is never sent by itself, so requests with one are not asked.
"""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from turnero.store.errors import Refused

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_PORTS = {"http": 80, "https": 443}


def check(method: str, headers: Mapping[str, str], ours: Collection[str] = ()) -> None:
    """Refuse (403) a write that another site's page may have caused.

    `headers` have lower-case names; `ours` are further origins under which this server is
    known, such as "https://turnos.example.org" behind a proxy that changes `Host`.
    """
    if method in SAFE:
        return
    if headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Refused("other-origin", 403)
    origin = headers.get("origin", "")
    if origin in ours:
        return
    try:
        parts = urlsplit(origin)
        said = (parts.hostname, parts.port or _PORTS.get(parts.scheme))
        here = urlsplit(f"{parts.scheme}://{headers.get('host', '')}")
        expected = (here.hostname, here.port or _PORTS.get(parts.scheme))
    except ValueError:
        raise Refused("other-origin", 403) from None
    if parts.scheme not in _PORTS or not said[0] or said != expected:
        raise Refused("other-origin", 403)
