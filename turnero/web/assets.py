"""Static files: in memory, under an address that changes with their content, kept for ever.

One hash stands for all files together: `/static/<hash>/<path>`, so that relative addresses
inside style sheets work. It is also the version by which a page knows that the server changed.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from litestar import asgi
from litestar.enums import ScopeType
from litestar.exceptions import MethodNotAllowedException, NotFoundException
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

VENDOR = Path(__file__).parent / "vendor"

_TYPES = {
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".json": b"application/json",
    ".svg": b"image/svg+xml",
    ".png": b"image/png",
    ".webp": b"image/webp",
    ".ico": b"image/x-icon",
    ".woff2": b"font/woff2",
    ".mp3": b"audio/mpeg",
    ".ogg": b"audio/ogg",
    ".wav": b"audio/wav",
    ".txt": b"text/plain; charset=utf-8",
    ".webmanifest": b"application/manifest+json",
}

_KEEP = b"public, max-age=31536000, immutable"
#: an address of another version: the page was rendered before an update; it gets what there is
_ONCE = b"no-store"


class Assets:
    """Every slice's static files, read once."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        """`folders`: prefix ("kiosk", or "" for what all share) -> folder."""
        self._files: dict[str, tuple[bytes, bytes]] = {}
        for prefix, folder in folders.items():
            for path in sorted(folder.rglob("*")):
                kind = _TYPES.get(path.suffix)
                if kind is not None and path.is_file():
                    name = path.relative_to(folder).as_posix()
                    key = f"{prefix}/{name}" if prefix else name
                    self._files[key] = (kind, path.read_bytes())
        digest = hashlib.sha256()
        for key in sorted(self._files):
            digest.update(key.encode() + b"\0" + hashlib.sha256(self._files[key][1]).digest())
        #: 12 characters that stand for the content of all files
        self.version = digest.hexdigest()[:12]

    def url(self, path: str) -> str:
        """The address of a file; `KeyError` when there is none, so that a test finds it."""
        if path not in self._files:
            raise KeyError(f"no static file {path!r}")
        return f"/static/{self.version}/{path}"

    def read(self, path: str) -> bytes:
        """A file's content; `KeyError` when there is none."""
        return self._files[path][1]

    def handler(self) -> ASGIRouteHandler:
        """The route that serves them."""

        @asgi("/static", is_mount=True, copy_scope=True, opt={"permission": "public"})
        async def static_file(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
            if scope["type"] != ScopeType.HTTP or scope["method"] not in ("GET", "HEAD"):
                raise MethodNotAllowedException
            # the framework gives a mount the rest of the path, with a slash at both ends
            version, _, name = scope["path"].strip("/").partition("/")
            found = self._files.get(name)
            if found is None:
                raise NotFoundException
            kind, content = found
            await send(
                {
                    "type": "http.response.start",
                    "status": 200,
                    "headers": [
                        (b"content-type", kind),
                        (b"content-length", str(len(content)).encode()),
                        (b"cache-control", _KEEP if version == self.version else _ONCE),
                    ],
                }
            )
            body = b"" if scope["method"] == "HEAD" else content
            await send({"type": "http.response.body", "body": body, "more_body": False})

        return static_file
