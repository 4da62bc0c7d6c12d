"""The questions of a rating, by country profile: words, answers and reasons, as data.

A changed wording is a new version: answers to different words are never counted together.
msgids here; the catalogues translate them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from turnero.web.languages import mark as _

#: the answer of who does not want to answer
NO_ANSWER: Final = "no-answer"


class Option(NamedTuple):
    """One answer: its figure, its words, and its face where it has one."""

    #: more is better
    value: int
    text: str
    #: number of the face, 1 saddest … 5 happiest; None where words stand alone
    face: int | None = None


class Question(NamedTuple):
    """One question."""

    key: str
    version: int
    text: str
    options: tuple[Option, ...]
    #: whether "no answer" is one of the answers
    may_decline: bool
    #: whether reasons are asked after it
    reasons: bool


#: our own words, for Peru and wherever no rule gives others
OVERALL: Final = Question(
    key="overall",
    version=1,
    text=_("How was the service you received?"),
    options=(
        Option(5, _("Very good"), 5),
        Option(4, _("Good"), 4),
        Option(3, _("Fair"), 3),
        Option(2, _("Bad"), 2),
        Option(1, _("Very bad"), 1),
    ),
    may_decline=False,
    reasons=True,
)

#: Colombia, Resolución 256 de 2016, indicator P.3.14, in its own words
EXPERIENCE: Final = Question(
    key="P.3.14",
    version=1,
    text=_(
        "How would you rate your overall experience of the health services you have received "
        "through your IPS?"
    ),
    options=OVERALL.options,
    may_decline=True,
    reasons=True,
)

#: the same resolution, indicator P.3.15: four answers, no middle
RECOMMEND: Final = Question(
    key="P.3.15",
    version=1,
    text=_("Would you recommend this IPS to your family and friends?"),
    options=(
        Option(4, _("Definitely yes")),
        Option(3, _("Probably yes")),
        Option(1, _("Definitely not")),
        Option(2, _("Probably not")),
    ),
    may_decline=True,
    reasons=False,
)

#: profile -> its questions in order
QUESTIONS: Final[Mapping[str, tuple[Question, ...]]] = MappingProxyType(
    {
        "pe": (OVERALL,),
        "co": (EXPERIENCE, RECOMMEND),
        "plain": (OVERALL,),
    }
)

#: reason -> its words; the same for praise and for complaint
REASON_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "wait": _("The waiting time"),
        "respect": _("How I was treated"),
        "clarity": _("The information I got"),
        "solution": _("Whether it was solved"),
        "privacy": _("Privacy"),
        "place": _("The place and its cleanliness"),
        "signs": _("Signs and how to find the way"),
        "other": _("Something else"),
    }
)

#: an answer of at least this much asks what was good, a lower one what must improve
GOOD: Final = 4


def questions(profile: str) -> tuple[Question, ...]:
    """The questions of a profile, in order."""
    return QUESTIONS.get(profile, QUESTIONS["plain"])


def question(profile: str, key: str) -> Question | None:
    """The question of that key, if this profile asks it."""
    return next((one for one in questions(profile) if one.key == key), None)


def following(profile: str, asked: Question) -> Question | None:
    """The question after this one, if any."""
    all_of = questions(profile)
    place = all_of.index(asked) + 1
    return all_of[place] if place < len(all_of) else None
