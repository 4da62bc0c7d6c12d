"""Numbers spelt out in Spanish, Portuguese, English and Quechua, 0 to 9999.

Our own rules, because synthesisers read "047" digit by digit and misread digits in Quechua.
Cardinal, masculine, as numbers are called in a waiting room; nothing else about language.
"""
# The limits and word tables of four languages are the content of this file:
# ruff: noqa: PLR2004, SIM905

from collections.abc import Callable
from typing import Final

#: Above this a number is said digit by digit.
LARGEST: Final = 9999

_ES_UNDER_30: Final = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince "
    "dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro "
    "veinticinco veintiséis veintisiete veintiocho veintinueve"
).split()
_ES_TENS: Final = "treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
_ES_HUNDREDS: Final = (
    "ciento doscientos trescientos cuatrocientos quinientos "
    "seiscientos setecientos ochocientos novecientos"
).split()

_PT_UNDER_20: Final = (
    "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze "
    "dezesseis dezessete dezoito dezenove"
).split()
_PT_TENS: Final = "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split()
_PT_HUNDREDS: Final = (
    "cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos"
).split()

_EN_UNDER_20: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_EN_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety".split()

_QU_UNITS: Final = "ch'usaq huk iskay kimsa tawa pichqa suqta qanchis pusaq isqun".split()


def _es(n: int) -> str:
    if n < 30:
        return _ES_UNDER_30[n]
    if n < 100:
        tens, unit = divmod(n, 10)
        return _ES_TENS[tens - 3] + (f" y {_es(unit)}" if unit else "")
    if n == 100:
        return "cien"
    if n < 1000:
        hundreds, rest = divmod(n, 100)
        return _ES_HUNDREDS[hundreds - 1] + (f" {_es(rest)}" if rest else "")
    thousands, rest = divmod(n, 1000)
    return (
        ("" if thousands == 1 else f"{_es(thousands)} ") + "mil" + (f" {_es(rest)}" if rest else "")
    )


def _pt(n: int) -> str:
    if n < 20:
        return _PT_UNDER_20[n]
    if n < 100:
        tens, unit = divmod(n, 10)
        return _PT_TENS[tens - 2] + (f" e {_pt(unit)}" if unit else "")
    if n == 100:
        return "cem"
    if n < 1000:
        hundreds, rest = divmod(n, 100)
        return _PT_HUNDREDS[hundreds - 1] + (f" e {_pt(rest)}" if rest else "")
    thousands, rest = divmod(n, 1000)
    head = ("" if thousands == 1 else f"{_pt(thousands)} ") + "mil"
    if not rest:
        return head
    # "mil e cem", "mil e cinco", but "mil cento e quinze": only the last joint takes its "e".
    joint = " e " if rest <= 100 or rest % 100 == 0 else " "
    return head + joint + _pt(rest)


def _en(n: int) -> str:
    if n < 20:
        return _EN_UNDER_20[n]
    if n < 100:
        tens, unit = divmod(n, 10)
        return _EN_TENS[tens - 2] + (f"-{_en(unit)}" if unit else "")
    if n < 1000:
        hundreds, rest = divmod(n, 100)
        return f"{_en(hundreds)} hundred" + (f" and {_en(rest)}" if rest else "")
    thousands, rest = divmod(n, 1000)
    joint = " and " if rest < 100 else " "
    return f"{_en(thousands)} thousand" + (f"{joint}{_en(rest)}" if rest else "")


def _qu(n: int) -> str:
    """Southern Quechua: the last joint alone takes -yuq ("with"), -niyuq after a consonant."""
    if n < 10:
        return _QU_UNITS[n]
    words: list[str] = []
    for unit, name in ((1000, "waranqa"), (100, "pachak"), (10, "chunka")):
        count, n = divmod(n, unit)
        if count:
            words.append(name if count == 1 else f"{_QU_UNITS[count]} {name}")
    if n:
        words.append(_QU_UNITS[n])
    if len(words) > 1:
        words[-1] += "yuq" if words[-1][-1] in "aiu" else "niyuq"
    return " ".join(words)


_SPELL: Final[dict[str, Callable[[int], str]]] = {"es": _es, "en": _en, "pt": _pt, "qu": _qu}

#: Languages that numbers can be said in.
LANGUAGES: Final = tuple(_SPELL)


def first_words(language: str) -> frozenset[str]:
    """The words with which numbers begin in a language."""
    return frozenset(_SPELL[language](n).partition(" ")[0] for n in range(LARGEST + 1))


def number(n: int, language: str) -> str:
    """`n` spelt out in one of LANGUAGES. ValueError when negative, KeyError for other languages."""
    if n < 0:
        raise ValueError(f"a number that is called cannot be negative: {n}")
    spell = _SPELL[language]
    return spell(n) if n <= LARGEST else " ".join(spell(int(digit)) for digit in str(n))
