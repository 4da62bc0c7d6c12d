"""Structured logs on stderr: what happened, where, in which request; never who or what was said.

No bodies, no cookies, no query strings, no addresses of people; a route is logged by its
pattern, because an address may hold a ticket's secret code.
"""

import logging
import logging.config
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any, Literal

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger("turnero.server")

#: the request that is being answered, for every line logged on its way
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")

_NAMES = frozenset(
    {
        "authorization",
        "cookie",
        "set-cookie",
        "password",
        "token",
        "secret",
        "code",
        "body",
        "login",
    }
)


def _request(
    _logger: Any, _method: str, line: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    if request_id := REQUEST_ID.get():
        line["request"] = request_id
    return line


def _mask(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last net: a field that names a secret loses its value."""
    for name in _NAMES & line.keys():
        line[name] = "…"
    return line


def configure(level: str = "info", form: Literal["auto", "json", "console"] = "auto") -> None:
    """Send structlog's and the standard library's lines to stderr, one JSON object a line or for eyes."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _request,
        _mask,
    ]
    # Tracebacks without local variables: those hold what people typed.
    rendered: list[Any] = (
        [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for quiet in ("uvicorn", "uvicorn.error", "asyncio", "alembic", "aiosqlite", "escpos", "httpx"):
        logging.getLogger(quiet).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
