"""Which telephone numbers may be dialled: raw text becomes an E.164 number, or is refused.

What is dialled is the number as it was understood and written anew, never what was typed. It is
allowed by the region that the number belongs to and by its sort, never by its calling code:
+1 876 begins like the United States' and is Jamaica's. Caps, hours and who may ask are others'.

What knows the world's numbers is loaded with the first of them: it would be a tenth of every start.
"""

import re
from typing import Final

import msgspec

from turnero.queue.people_tables import NUMBER
from turnero.store.errors import Invalid
from turnero.store.vault import Sealed, Vault, key_of
from turnero.telephony.exchange import Phone

#: the field as which the vault seals and indexes a number
FIELD: Final = NUMBER

#: sorts that can be allowed; the lists of some regions do not tell the two apart
SORTS: Final = {
    "MOBILE": "mobile",
    "FIXED_LINE": "fixed",
    "FIXED_LINE_OR_MOBILE": "fixed-or-mobile",
}
#: a longer text is not a number
LONGEST: Final = 40
#: nobody's own number is that short; what is, is an emergency's or a service's
_SHORT: Final = 6
#: digits and what people write between them; no sign that an exchange could act upon
_WRITTEN: Final = re.compile(
    r"\+?[0-9() ./\u00a0\u2010-\u2015-]*[0-9][0-9() ./\u00a0\u2010-\u2015-]*"
)
#: what exchanges and networks say for a caller who does not show the number
_WITHHELD: Final = frozenset(
    {"", "anonymous", "unavailable", "unknown", "restricted", "private", "withheld", "null", "none"}
)
_OF_PROFILE: Final = {"pe": "PE", "co": "CO"}


class Policy(msgspec.Struct, frozen=True):
    """What a site may dial."""

    #: ISO 3166: whose way of writing is meant by a number without "+"; empty: "+" must be there
    home: str
    #: regions that may be dialled; empty: the home region alone
    regions: tuple[str, ...] = ()
    sorts: tuple[str, ...] = tuple(SORTS.values())

    def allows(self, region: str) -> bool:
        """Whether a number of that region may be dialled."""
        return region in (self.regions or (self.home,)) and region != ""


class Number(msgspec.Struct, frozen=True):
    """A number that may be dialled. `repr` and `str` show nothing of it."""

    #: "+51987654482"
    e164: str
    #: ISO 3166, "PE"
    region: str
    #: mobile | fixed | fixed-or-mobile
    sort: str
    #: the last three digits
    tail: str

    def __repr__(self) -> str:
        return "Number(…)"


def policy_of(profile: str, regions: tuple[str, ...] = ()) -> Policy:
    """What a site of that profile (pe, co, plain) may dial; `regions` of its settings, if it has any."""
    home = _OF_PROFILE.get(profile, "")
    return Policy(home, tuple(dict.fromkeys(((home,) if home else ()) + regions)))


def number_of(raw: str, policy: Policy) -> Number:
    """The number that was typed or sent.

    Raises `Invalid` with `phone-missing`, `phone-unreadable`, `phone-short`, `phone-impossible`,
    `phone-region` or `phone-sort`; none of them carries a digit.
    """
    import phonenumbers  # noqa: PLC0415 - see above

    text = raw.strip()
    if withheld(text):
        raise Invalid("phone-missing")
    if len(text) > LONGEST or not _WRITTEN.fullmatch(text):
        raise Invalid("phone-unreadable")
    digits = "".join(char for char in text if char.isdigit())
    if len(digits) <= _SHORT:
        raise Invalid("phone-short")
    if text.startswith("00") and digits[2] != "0":
        # The keys of a telephone have no "+". What else some countries dial for abroad, as the digit of
        # a company, is none of ours: we hand over the number alone.
        text = f"+{text[2:]}"
    try:
        found = phonenumbers.parse(text, policy.home or None)
    except phonenumbers.NumberParseException:
        raise Invalid("phone-unreadable") from None
    if not phonenumbers.is_valid_number(found):
        raise Invalid("phone-impossible")
    region = phonenumbers.region_code_for_number(found) or ""
    if not policy.allows(region):
        raise Invalid("phone-region")
    kind = phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(found))
    sort = SORTS.get(kind, "")
    if sort not in policy.sorts:
        raise Invalid("phone-sort")
    e164 = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    if not text.startswith("+") and digits not in _ways(
        phonenumbers.national_significant_number(found), e164
    ):
        raise Invalid("phone-unreadable")
    return Number(e164, region, sort, e164[-3:])


def caller_of(raw: str, policy: Policy) -> Number | None:
    """The number that an exchange says somebody rings from; None: withheld, or not one to ring back."""
    try:
        return number_of(raw, policy)
    except Invalid:
        return None


def withheld(raw: str) -> bool:
    """Whether an exchange says with this that the caller does not show a number."""
    return raw.strip().lower().strip('"<>').split("@")[0].removeprefix("sip:") in _WITHHELD


def sealed(number: Number, vault: Vault) -> Sealed:
    """The number as commands and rows have it."""
    bytes_ = vault.seal(number.e164, FIELD)
    index = vault.index(number.e164, FIELD)
    return Sealed(index, bytes_, key_of(bytes_), number.region, number.sort, number.tail)


def opened(bytes_: bytes, vault: Vault) -> Phone:
    """The number of a row, just before it is dialled. Raises `CannotOpen`."""
    return Phone(vault.open(bytes_, FIELD))


def masked(tail: str) -> str:
    """What desks and logs show of a number: "••• ••• 482"."""
    return f"••• ••• {tail}"


def written(e164: str, *, national: bool = False) -> str:
    """In groups, as people write it: "+51 987 654 400"."""
    import phonenumbers  # noqa: PLC0415 - see above

    styles = phonenumbers.PhoneNumberFormat
    style = styles.NATIONAL if national else styles.INTERNATIONAL
    return phonenumbers.format_number(phonenumbers.parse(e164), style)


def _ways(significant: str, e164: str) -> set[str]:
    """The digits with which this number is written at home. A text with others was understood by
    guessing: "0909 123 456" is taken for a Peruvian mobile by leaving out a prefix that none has.
    """
    ways = (significant, written(e164, national=True), e164)
    return {"".join(char for char in way if char.isdigit()) for way in ways}
