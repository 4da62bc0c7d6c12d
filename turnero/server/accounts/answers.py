"""A refusal on the very form that was sent: one sentence, and what is wrong with each field."""

from typing import Any

from msgspec import Struct

from turnero.store.errors import Refused
from turnero.web.forms import BadForm
from turnero.web.languages import Translator
from turnero.web.pages import language_of, web_of
from turnero.web.principal import PageRequest
from turnero.web.problems import problem_of, text_of

_NOT_AGAIN = frozenset({"password", "old", "idempotency_key"})


def status_of(refused: Refused | None) -> int:
    """The page's HTTP status."""
    return 200 if refused is None else refused.status


def said(request: PageRequest, refused: Refused | None) -> str | None:
    """The refusal as a sentence in the reader's language."""
    if refused is None:
        return None
    _, detail = text_of(problem_of(refused), web_of(request).texts, _translator(request))
    return detail


def field_errors(request: PageRequest, refused: Refused | None) -> dict[str, str]:
    """Field -> what is wrong with it, in the reader's language."""
    if not isinstance(refused, BadForm):
        return {}
    say = _translator(request)
    return {name: say.gettext(one.msgid, **one.params) for name, one in refused.errors.items()}


def typed(form: Struct | None, refused: Refused | None) -> dict[str, Any]:
    """What was typed, to stand in the form again. No password: browsers keep none either."""
    given: dict[str, Any] = {}
    if form is not None:
        given = {name: getattr(form, name) for name in form.__struct_fields__}
    if isinstance(refused, BadForm):
        given = dict(refused.given)
    return {name: value for name, value in given.items() if name not in _NOT_AGAIN}


def _translator(request: PageRequest) -> Translator:
    web = web_of(request)
    look = web.looks.look(request.user.site)
    return web.translator(language_of(request, look, web.languages), look.profile)
