"""Rights and duties of patients, in our own sentences, with the law where a country's profile has one.

Said simply and without figures: an hour, an age or a number of days is in the law that is named, and
changes with it. A law is named only where it says the whole sentence; a duty that is good manners names
none. Nothing here is legal advice, and no site has to show it: the text is its lawyer's to judge.

Sources. Peru: Ley 29414, which gives article 15 of Ley 26842 its text, with D.S. 027-2015-SA (respect,
information, consent, emergencies); Ley 26842 itself (what is confidential); Ley 28683 (who goes first);
D.S. 002-2019-SA (claims). Colombia: Ley 1751 de 2015, articles 6 and 10 (rights and duties); Decreto Ley
019 de 2012, article 13 (special attention); Ley 1755 de 2015 (petitions and complaints).
"""

from typing import Final

import msgspec

from turnero.web.languages import mark

#: Languages in which a person has read these sentences over. Quechua waits for a native speaker.
LANGUAGES: Final = ("es", "pt", "en")


class Sentence(msgspec.Struct, frozen=True):
    """One right or one duty."""

    #: msgid
    text: str
    #: the law's own name, never translated; "" where none says it
    law: str = ""
    duty: bool = False


_RESPECT: Final = mark("You have the right to be treated with respect, without discrimination.")
_WORDS: Final = mark(
    "You have the right to have your health and your treatment explained in words you understand."
)
_CONSENT: Final = mark("You have the right to be asked before a treatment, and to say no.")
_SECRET: Final = mark("What is known here of your health is confidential.")
_EMERGENCY: Final = mark(
    "In an emergency you are attended to without having to show a document first."
)
_KIND: Final = mark("Treat the staff and the other patients with respect.")
_TRUTH: Final = mark("Tell the staff clearly and truthfully what may matter for your health.")
_CARE: Final = mark("Look after the building and its equipment: they are for everybody.")
_CANCEL: Final = mark("If you cannot come, tell us in time: somebody else needs that place.")

_CO: Final = "Ley 1751 de 2015"
_PE: Final = "Ley 29414"

#: country profile → in the order in which they are shown
SENTENCES: Final[dict[str, tuple[Sentence, ...]]] = {
    "pe": (
        Sentence(_RESPECT, _PE),
        Sentence(
            mark(
                "Pregnant women, children, older adults and persons with disability are attended to first."
            ),
            "Ley 28683",
        ),
        Sentence(_KIND, duty=True),
        Sentence(_WORDS, _PE),
        Sentence(_CONSENT, _PE),
        Sentence(_TRUTH, duty=True),
        Sentence(_SECRET, "Ley 26842"),
        Sentence(_EMERGENCY, _PE),
        Sentence(_CANCEL, duty=True),
        Sentence(
            mark(
                "If you are not satisfied you can file a claim, free of charge. Ask for the claims book."
            ),
            "D.S. 002-2019-SA",
        ),
        Sentence(_CARE, duty=True),
    ),
    "co": (
        Sentence(_RESPECT, _CO),
        Sentence(
            mark(
                "Infants, pregnant women, older adults, persons with disability and veterans"
                " get special attention."
            ),
            "Decreto Ley 019 de 2012",
        ),
        Sentence(_KIND, duty=True),
        Sentence(_WORDS, _CO),
        Sentence(_CONSENT, _CO),
        Sentence(_TRUTH, _CO, duty=True),
        Sentence(_SECRET, _CO),
        Sentence(_EMERGENCY, _CO),
        Sentence(_CANCEL, duty=True),
        Sentence(
            mark("You can make a petition, complaint or claim, and must be answered."),
            "Ley 1755 de 2015",
        ),
        Sentence(_CARE, duty=True),
    ),
    "plain": (
        Sentence(_RESPECT),
        Sentence(_WORDS),
        Sentence(_KIND, duty=True),
        Sentence(_CONSENT),
        Sentence(_TRUTH, duty=True),
        Sentence(_SECRET),
        Sentence(_CANCEL, duty=True),
        Sentence(mark("If you are not satisfied, tell us: anybody of us says where.")),
        Sentence(_CARE, duty=True),
    ),
}

#: msgids of the headings
RIGHT: Final = mark("Your rights")
DUTY: Final = mark("Your duties")


def sentences(profile: str) -> tuple[Sentence, ...]:
    """What is shown in a country."""
    return SENTENCES.get(profile, SENTENCES["plain"])
