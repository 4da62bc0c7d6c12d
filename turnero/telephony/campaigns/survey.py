"""The survey of a campaign: Colombia, Resolución 256 de 2016, in its own words, as data.

A changed wording is a new version: answers to different words are never counted together.
"""

from typing import Final, NamedTuple

from turnero.web.languages import mark

#: the answer of who does not want to answer
NO_ANSWER: Final = "no-answer"


class Question(NamedTuple):
    """One question; answers are value → words, in the order of the resolution."""

    key: str
    version: int
    text: str
    answers: tuple[tuple[str, str], ...]
    #: of them, the good ones
    good: frozenset[str]


QUESTIONS: Final = (
    Question(
        "P.3.14",
        1,
        mark(
            "How would you rate your overall experience of the health services you have received "
            "through your IPS?"
        ),
        (
            ("5", mark("Very good")),
            ("4", mark("Good")),
            ("3", mark("Fair")),
            ("2", mark("Bad")),
            ("1", mark("Very bad")),
            (NO_ANSWER, mark("Does not answer")),
        ),
        frozenset({"5", "4"}),
    ),
    Question(
        "P.3.15",
        1,
        mark("Would you recommend this IPS to your family and friends?"),
        (
            ("4", mark("Definitely yes")),
            ("3", mark("Probably yes")),
            ("1", mark("Definitely not")),
            ("2", mark("Probably not")),
            (NO_ANSWER, mark("Does not answer")),
        ),
        frozenset({"4", "3"}),
    ),
)


def question(key: str) -> Question | None:
    """The question of that key."""
    return next((one for one in QUESTIONS if one.key == key), None)
