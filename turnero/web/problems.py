"""Errors as answers: problem details for programs, a fragment or a page for people.

Always in the caller's language, never with a stack trace; what nobody foresaw is logged.
The sentences themselves are in `problem_texts.py`.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException, ValidationException

from turnero.store.errors import Refused, Unavailable
from turnero.web.formats import formats
from turnero.web.forms import BadForm, Wrong, explain
from turnero.web.languages import Translator
from turnero.web.limits import TooMany
from turnero.web.pages import by_htmx, language_of, page, principal_of, web_of
from turnero.web.problem_texts import BROKEN, BY_STATUS, TEXTS, WORDS, Text

log = logging.getLogger("turnero.web")

_GENERAL = TEXTS["request-wrong"]

_MISSING = re.compile(r"missing required field `(\w+)`")

_HOUR = re.compile(r"(?:(\d{4}-\d{2}-\d{2}) )?(\d{2}:\d{2})")

_UNAUTHORIZED = 401
_BAD = 400
_UNPROCESSABLE = 422
_BROKEN = 500
_UNAVAILABLE = 503

#: how the framework says that a parameter of the address is not there
_ABSENT = re.compile(r"^Missing required (?:query|header|cookie|path) parameter '([^']+)'")

__all__ = ["Problem", "Text", "answer", "problem_of"]


class Problem(msgspec.Struct, frozen=True):
    """What went wrong, before it is put into words."""

    code: str
    status: int
    params: Mapping[str, str | int] = {}
    #: field -> what is wrong with it
    errors: Mapping[str, Wrong] = {}
    headers: Mapping[str, str] = {}


def _of_fields(error: ValidationException) -> Problem:
    errors: dict[str, Wrong] = {}
    if (missing := _ABSENT.search(error.detail)) is not None:
        errors[missing[1]] = explain("missing required field")
    for item in error.extra if isinstance(error.extra, list) else ():
        if isinstance(item, dict):
            message = str(item.get("message", ""))
            missing = _MISSING.search(message)
            errors[missing[1] if missing else str(item.get("key") or "body")] = explain(message)
    return Problem("fields-wrong", _UNPROCESSABLE, {"fields": ", ".join(errors) or "body"}, errors)


def problem_of(error: Exception) -> Problem:  # noqa: PLR0911 - one case a kind of error
    """What an exception means to whoever made the request."""
    match error:
        case BadForm():
            return Problem(error.code, error.status, error.params, error.errors)
        case TooMany():
            return Problem(
                error.code, error.status, error.params, headers={"retry-after": str(error.seconds)}
            )
        case Refused():
            headers = {"www-authenticate": "Bearer"} if error.status == _UNAUTHORIZED else {}
            return Problem(error.code, error.status, error.params, headers=headers)
        case Unavailable():
            return Problem("unavailable", _UNAVAILABLE, headers={"retry-after": "1"})
        case ValidationException():
            return _of_fields(error)
        case HTTPException() if error.status_code < _BROKEN:
            code = BY_STATUS.get(error.status_code, "request-wrong")
            return Problem(code, error.status_code, headers=error.headers or {})
        case RecursionError() if "deserializ" in str(error):
            return Problem("request-malformed", _BAD)  # JSON nested thousands deep
        case OverflowError():
            return Problem("request-malformed", _BAD)  # a number that no database holds
        case _:
            return Problem(BROKEN, _BROKEN)


def _hour(value: object, say: Translator) -> object:
    """An hour of the site's clock, "[YYYY-MM-DD ]HH:MM", as the pages write it; else as it is."""
    found = _HOUR.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    fmt = formats(say.tag, "UTC")
    try:
        return ", ".join((*([fmt.day(found[1])] if found[1] else []), fmt.hour(found[2])))
    except ValueError:
        return value  # what somebody typed as a key, "25:61"


def text_of(problem: Problem, texts: Mapping[str, Text], say: Translator) -> tuple[str, str]:
    """Title and detail of a problem in a language. A code without a text shows itself."""
    text = texts.get(problem.code)
    unsaid = say.lookup(_GENERAL.title), problem.code
    if text is None:
        return unsaid
    params = {
        name: say.gettext(WORDS[name][str(value)])
        if str(value) in WORDS.get(name, {})
        else _hour(value, say)
        for name, value in problem.params.items()
    }
    try:
        return say.lookup(text.title) % params, say.lookup(text.detail) % params
    except KeyError:
        log.exception("the text of %s wants a figure that it did not get", problem.code)
        return unsaid


def _wants_json(request: Request[Any, Any, Any]) -> bool:
    if request.scope["path"].startswith("/api/"):
        return True
    accept = request.headers.get("accept", "")
    return ("json" in accept or "event-stream" in accept) and "text/html" not in accept


def _sign_in(request: Request[Any, Any, Any], path: str) -> Response[str]:
    """To the sign-in page, and back here afterwards."""
    here = urlsplit(request.headers.get("hx-current-url", "")) if by_htmx(request) else None
    back = here.path if here is not None else request.scope["path"]
    target = f"{path}?next={quote(back)}"
    if by_htmx(request):
        return Response("", status_code=_UNAUTHORIZED, headers={"hx-redirect": target})
    return Response("", status_code=303, media_type="text/html", headers={"location": target})


def _hung_up(error: Exception) -> bool:
    """Whether the client left before its body was complete, which is no failure of ours."""
    return isinstance(error, InternalServerException) and "client disconnected" in error.detail


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Litestar's exception handler for everything."""
    problem = problem_of(error)
    if problem.status >= _BROKEN and problem.status != _UNAVAILABLE and not _hung_up(error):
        log.error("request failed", exc_info=error, extra={"path": _masked(request)})
    web = web_of(request)
    look = web.looks.look(principal_of(request).site)
    language = language_of(request, look, web.languages)
    say = web.translator(language, look.profile)
    title, detail = text_of(problem, web.texts, say)
    errors = [
        {"field": field, "message": say.gettext(wrong.msgid, **wrong.params)}
        for field, wrong in problem.errors.items()
    ]
    if _wants_json(request):
        body: dict[str, Any] = {
            "type": f"urn:turnero:problem:{problem.code}",
            "title": title,
            "status": problem.status,
            "detail": detail,
            "code": problem.code,
        }
        if problem.params:
            body["params"] = dict(problem.params)
        if errors:
            body["errors"] = errors
        return Response(
            msgspec.json.encode(body),
            status_code=problem.status,
            media_type="application/problem+json",
            headers={**problem.headers, "content-language": say.tag},
        )
    if problem.status == _UNAUTHORIZED and web.sign_in is not None:
        return _sign_in(request, web.sign_in)
    shown = {"title": title, "detail": detail, "errors": errors, "problem": problem}
    if by_htmx(request):
        return page(
            request,
            "web/toast.html",
            shown,
            status=problem.status,
            headers={**problem.headers, "hx-retarget": "#toasts", "hx-reswap": "beforeend"},
        )
    template = "web/503.html" if problem.status == _UNAVAILABLE else "web/problem.html"
    return page(request, template, shown, status=problem.status, headers=problem.headers)


def _masked(request: Request[Any, Any, Any]) -> str:
    """The route's pattern rather than the address: an address may hold a ticket's code."""
    return str(request.scope.get("path_template") or "unknown address")
