"""The telephones behind the simulated exchange: what each does, as data, by how its number ends.

A number's last two digits choose its telephone; every other number answers and presses 1.
A house telephone is chosen by the word behind the last "-" of its name; every other one answers.
The table is told to people in docs/telephony.md, "Demo telephones".
"""

from typing import NamedTuple

from turnero.telephony.exchange import Extension, Outcome, Phone


class Refusal(NamedTuple):
    """How a telephone, or the way to it, says no."""

    outcome: Outcome
    #: the SIP status, or the Q.850 cause, as a real exchange reports it
    cause: str


class Telephone(NamedTuple):
    """What one does when it is rung. Times are milliseconds."""

    what: str
    #: from the dialling to the first ring; None: it never rings
    rings_ms: int | None = 600
    #: from the first ring, or the dialling where it never rings, to the answer or the refusal;
    #: None: nothing comes until the ringing time is over
    acts_ms: int | None = 3_000
    #: None: it answers
    refusal: Refusal | None = None
    #: keys pressed at each prompt that waits for digits, the first time, the second time, …
    presses: tuple[str, ...] = ()
    #: keys pressed one by one while joined
    in_call: str = ""
    #: from the answer to hanging up; None: it stays
    hangs_ms: int | None = None
    #: from being joined to hanging up; None: it stays
    parts_ms: int | None = None
    #: a person in the page answers, presses and hangs up; nothing happens by itself
    by_hand: bool = False
    #: the telephone it is from the second call on
    later: str | None = None


CONFIRMS = Telephone("answers, presses 1, rates the service with 5", presses=("1", "5"))
BY_HAND = Telephone("is in the hand of whoever looks at the page", acts_ms=None, by_hand=True)
DESK = Telephone("a desk's: answers soon", rings_ms=300, acts_ms=1_500)
DEAD = Telephone("the trunk is dead: nothing is heard of it", rings_ms=None, acts_ms=None)
RINGS_OUT = Telephone("rings until the ringing time is over", acts_ms=None)


def _refuses(what: str, outcome: Outcome, cause: str, rings_ms: int | None = None) -> Telephone:
    return Telephone(what, rings_ms, 900, Refusal(outcome, cause))


#: the last two digits of a number → its telephone
NUMBERS: dict[str, Telephone] = {
    "00": BY_HAND,
    "01": CONFIRMS,
    "02": Telephone("answers and never presses a key", hangs_ms=90_000),
    "03": Telephone("an answering machine: speaks, then hangs up", acts_ms=12_000, hangs_ms=25_000),
    "04": _refuses("is busy", Outcome.BUSY, "486"),
    "05": RINGS_OUT,
    "06": _refuses("rings and is declined", Outcome.DECLINED, "603", 600),
    "07": _refuses("no such number", Outcome.BAD_NUMBER, "404"),
    "08": DEAD,
    "09": _refuses("the trunk is out of service", Outcome.TRUNK_FAULT, "503"),
    "10": Telephone("confirms, hangs up during the call", presses=("1",), parts_ms=8_000),
    "11": Telephone("confirms, presses 2 3 4 during the call", presses=("1", "5"), in_call="234"),
    "12": Telephone("answers and presses 2", presses=("2",)),
    "13": Telephone("answers and hangs up at once", hangs_ms=1_200),
    "14": _refuses("is switched off", Outcome.NO_ANSWER, "480"),
    "15": Telephone("takes 20 seconds to answer", acts_ms=20_000, presses=("1", "4")),
    "16": _refuses("is busy once, then answers and presses 1", Outcome.BUSY, "600")._replace(
        later="01"
    ),
    "17": RINGS_OUT._replace(what="rings out once, then answers and presses 1", later="01"),
    "18": Telephone("answers and presses wrong keys: 7, then 1", presses=("7", "1")),
}

#: the word behind a house telephone's last "-" → that telephone
EXTENSIONS: dict[str, Telephone] = {
    "hand": BY_HAND,
    "busy": _refuses("a desk's: busy", Outcome.BUSY, "486"),
    "declines": _refuses("a desk's: declined", Outcome.DECLINED, "603", 300),
    "away": RINGS_OUT,
    "off": _refuses("a desk's: not registered", Outcome.TRUNK_FAULT, "503"),
    "keys": DESK._replace(what="a desk's: presses 7 during the call", in_call="7"),
    "leaves": DESK._replace(what="a desk's: hangs up 5 s after answering", hangs_ms=5_000),
}


def telephone(to: Phone | Extension, calls_before: int = 0) -> Telephone:
    """The telephone that stands at a number, or at a name of the house."""
    if isinstance(to, Extension):
        return EXTENSIONS.get(to.name.rpartition("-")[2], DESK)
    found = NUMBERS.get(to.e164[-2:], CONFIRMS)
    return NUMBERS[found.later] if found.later and calls_before else found
