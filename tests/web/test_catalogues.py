"""Every sentence that the code says can be said in Spanish and Portuguese, with its figures."""

import re

import pytest

from scripts.messages import FILLED, WHOLE, Id, Used, ids, load, missing, translated, used
from turnero.web import languages
from turnero.web.languages import Translator, negotiate

FIGURE = re.compile(r"%\((\w+)\)[sd]|(?<!%)(\{\w+\})|(?<![%(\w])%[sd]")


@pytest.fixture(scope="module")
def rooms() -> Used:
    """What each room says. Not found out while tests are collected: it takes seconds, in each worker."""
    return used()


@pytest.mark.parametrize("language", WHOLE)
def test_every_sentence_is_translated(language: str, rooms: Used) -> None:
    assert missing(language, rooms) == []


def _figures(text: str) -> list[tuple[str, ...]]:
    return sorted(FIGURE.findall(text))


@pytest.mark.parametrize("language", [*FILLED, "es_CO"])
def test_a_translation_has_the_figures_of_its_sentence(language: str, rooms: Used) -> None:
    wrong: list[Id] = []
    for room in rooms:
        for msgid, message in ids(load(language, room)).items():
            if not translated(message):
                continue
            many = msgid if isinstance(msgid, str) else msgid[1]
            said = (
                [message.string] if isinstance(message.string, str) else list(message.string or ())
            )
            one = "" if isinstance(msgid, str) else msgid[0]
            # the singular may say "one" in words; the plural may not leave a figure out
            allowed = [_figures(many), _figures(one)]
            if _figures(said[-1]) != allowed[0] or any(_figures(s) not in allowed for s in said):
                wrong.append(msgid)
    assert wrong == []


@pytest.mark.parametrize("language", [*FILLED, "es_CO"])
def test_a_catalogue_says_nothing_that_nobody_asks(language: str, rooms: Used) -> None:
    unused = [m for room in rooms for m in ids(load(language, room)) if m not in rooms[room]]
    assert unused == []


def test_one_sentence_has_one_translation_in_all_rooms(rooms: Used) -> None:
    for language in WHOLE:
        said: dict[Id, object] = {}
        for room in rooms:
            for msgid, message in ids(load(language, room)).items():
                if not translated(message):
                    continue
                assert said.setdefault(msgid, message.string) == message.string, (language, msgid)


def test_colombia_says_turno_where_peru_says_ticket() -> None:
    msgid = "There is no such ticket"
    assert Translator("es", "pe").gettext(msgid) == "No existe ese ticket"
    assert Translator("es", "co").gettext(msgid) == "No existe ese turno"
    assert Translator("es", "plain").gettext(msgid) == "No existe ese ticket"


def test_what_differs_nowhere_falls_back_to_spanish() -> None:
    assert Translator("es", "co").gettext("Too many requests") == "Demasiadas solicitudes"


def test_english_is_the_sentence_itself() -> None:
    assert Translator("en").gettext(
        "Please wait %(seconds)s seconds and try again.", seconds=3
    ) == ("Please wait 3 seconds and try again.")


def test_quechua_shows_only_what_was_reviewed_and_spanish_for_the_rest(
    rooms: Used,
) -> None:
    assert Translator("qu").gettext("Too many requests") in {
        "Demasiadas solicitudes",
        languages.entries("qu").single.get("Too many requests", ""),
    }
    drafts = [
        m for room in rooms for m in ids(load("qu", room)).values() if m.fuzzy and translated(m)
    ]
    assert not any(str(draft.id) in languages.entries("qu").single for draft in drafts)


def test_counts_choose_their_form() -> None:
    say = Translator("es")
    say.gettext("")
    found = languages.Entries()
    found.plural["%(n)s person"] = ("%(n)s persona", "%(n)s personas")
    say._chain.insert(0, found)
    assert say.ngettext("%(n)s person", "%(n)s people", 1) == "1 persona"
    assert say.ngettext("%(n)s person", "%(n)s people", 0) == "0 personas"
    assert Translator("en").ngettext("%(n)s person", "%(n)s people", 2) == "2 people"


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("pt-BR,pt;q=0.9,en;q=0.5", "pt"),
        ("fr,en;q=0.3,es;q=0.7", "es"),
        ("de", None),
        ("es;q=0, en;q=0.1", "en"),
        ("en;q=much,pt;q=0.2", "pt"),
        ("", None),
    ],
)
def test_the_browsers_preference_is_followed(accepted: str, chosen: str | None) -> None:
    assert negotiate(accepted, ("es", "en", "pt")) == chosen
