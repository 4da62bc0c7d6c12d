"""Every number to 999 is understood as itself by a listener who knows only the words of a language.

The listener is written from the grammar, not from the code: words with their values, which of them
multiply, and the joints ("y", "e", "and", -yuq) that must stand exactly where the language has them.
"""

# Word tables are the content of this file:
# ruff: noqa: SIM905, E501

import re

import pytest

from turnero.display.voice import words
from turnero.display.voice.numbers import number

ES = dict(
    zip(
        "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis"
        " diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco"
        " veintiséis veintisiete veintiocho veintinueve".split(),
        range(30),
        strict=True,
    )
)
ES_TENS = dict(
    zip(
        "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split(),
        range(30, 100, 10),
        strict=True,
    )
)
ES_HUNDREDS = dict(
    zip(
        "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos"
        " novecientos".split(),
        range(100, 1000, 100),
        strict=True,
    )
)
PT = dict(
    zip(
        "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis"
        " dezessete dezoito dezenove".split(),
        range(20),
        strict=True,
    )
)
PT_TENS = dict(
    zip(
        "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split(),
        range(20, 100, 10),
        strict=True,
    )
)
PT_HUNDREDS = dict(
    zip(
        "cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos".split(),
        range(100, 1000, 100),
        strict=True,
    )
)
EN = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
EN_TENS = dict(
    zip(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(),
        range(20, 100, 10),
        strict=True,
    )
)
QU = dict(
    zip("huk iskay kimsa tawa pichqa suqta qanchis pusaq isqun".split(), range(1, 10), strict=True)
)


def spanish(text: str) -> int:
    if text == "cien":
        return 100
    head, _, rest = text.partition(" ")
    if head in ES_HUNDREDS:
        return ES_HUNDREDS[head] + (below(rest) if rest else 0)
    return spanish_below(text)


def spanish_below(text: str) -> int:
    tens, joint, unit = text.partition(" y ")
    if joint:
        assert 1 <= ES[unit] <= 9
        return ES_TENS[tens] + ES[unit]
    return {**ES, **ES_TENS}[text]


def below(text: str) -> int:
    found = spanish_below(text)
    assert found, "a rest is never zero"
    return found


def portuguese(text: str) -> int:
    if text == "cem":
        return 100
    parts = text.split(" e ")
    assert " " not in "".join(parts), "between its words there is always an e"
    values = [{**PT, **PT_TENS, **PT_HUNDREDS}[one] for one in parts]
    assert values == sorted(values, reverse=True)
    assert len(values) == 1 or all(values)
    return sum(values)


def english(text: str) -> int:
    head, joint, rest = text.partition(" hundred and ")
    if joint:
        return 100 * EN[head] + english(rest)
    if text.endswith(" hundred"):
        return 100 * EN[text.removesuffix(" hundred")]
    tens, hyphen, unit = text.partition("-")
    if hyphen:
        assert 1 <= EN[unit] <= 9
        return EN_TENS[tens] + EN[unit]
    return {**EN, **EN_TENS}[text]


def quechua(text: str) -> int:
    if text == "ch'usaq":
        return 0
    said = text.split(" ")
    joined = re.fullmatch(r"(.+?)(niyuq|yuq)", said[-1])
    if joined:
        # -yuq after a vowel, -niyuq after a consonant: "having" what stands before it
        assert (joined[2] == "yuq") == (joined[1][-1] in "aiu"), text
        said[-1] = joined[1]
    total, held, ranks = 0, None, []
    for word in said:
        rank = {"pachak": 100, "chunka": 10}.get(word)
        if rank is None:
            assert held is None
            held = QU[word]
            continue
        assert held != 1, "one hundred and ten are never counted"
        total += (held or 1) * rank
        ranks.append(rank)
        held = None
    if held is not None:
        total += held
        ranks.append(1)
    assert ranks == sorted(set(ranks), reverse=True)
    assert bool(joined) == (len(ranks) > 1), "a suffix joins what is last to what is before it"
    return total


LISTENERS = {"es": spanish, "pt": portuguese, "en": english, "qu": quechua}


@pytest.mark.parametrize("language", LISTENERS)
def test_every_number_to_999_is_understood_as_itself(language: str) -> None:
    listen = LISTENERS[language]
    assert [listen(number(n, language)) for n in range(1000)] == list(range(1000))


def test_forty_seven_as_it_is_said() -> None:
    said = {language: words.ticket("A047", language) for language in LISTENERS}
    assert said == {
        "es": "A cuarenta y siete",
        "pt": "A quarenta e sete",
        "en": "A forty-seven",
        "qu": "A tawa chunka qanchisniyuq",
    }
