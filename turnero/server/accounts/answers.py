"""A refusal on the very form that was sent: one sentence, and what is wrong with each field."""

from turnero.store.errors import Refused
from turnero.web.forms import BadForm
from turnero.web.languages import Translator
from turnero.web.pages import language_of, web_of
from turnero.web.principal import PageRequest
from turnero.web.problems import problem_of, text_of


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


def _translator(request: PageRequest) -> Translator:
    web = web_of(request)
    look = web.looks.look(request.user.site)
    return web.translator(language_of(request, look, web.languages), look.profile)
