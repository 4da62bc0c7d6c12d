"""What may be dialled is a number of an allowed region and sort, written anew; nothing else is."""

import logging
import re
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from turnero.store.errors import Invalid
from turnero.store.vault import Vault
from turnero.telephony.numbers import (
    SORTS,
    Number,
    Policy,
    caller_of,
    masked,
    number_of,
    opened,
    policy_of,
    sealed,
)
from turnero.web.problem_texts import TEXTS

PERU, COLOMBIA = policy_of("pe"), policy_of("co")
STATES, BRITAIN = Policy("US"), Policy("GB")
_SHORTS = ("112", "911", "105", "106", "116", "117", "123", "132", "1 0 5", "+112", "31416")


@pytest.mark.parametrize(
    ("raw", "policy", "e164", "sort"),
    [
        ("987654321", PERU, "+51987654321", "mobile"),
        ("987 654 321", PERU, "+51987654321", "mobile"),
        (" +51 987-654-321 ", PERU, "+51987654321", "mobile"),
        ("51987654321", PERU, "+51987654321", "mobile"),
        ("0051987654321", PERU, "+51987654321", "mobile"),
        ("(01) 444 1234", PERU, "+5114441234", "fixed"),
        ("14441234", PERU, "+5114441234", "fixed"),
        ("084 221234", PERU, "+5184221234", "fixed"),
        ("300 123 4567", COLOMBIA, "+573001234567", "mobile"),
        ("(601) 2345678", COLOMBIA, "+576012345678", "fixed"),
        ("+57 300 1234567", COLOMBIA, "+573001234567", "mobile"),
        # two zeros are a plus, also where a company's own digit would have to follow them
        ("0057 300 123 4567", COLOMBIA, "+573001234567", "mobile"),
        ("0051987654321", policy_of("co", ("PE",)), "+51987654321", "mobile"),
        ("(212) 555-0123", STATES, "+12125550123", "fixed-or-mobile"),
        ("07400 123456", BRITAIN, "+447400123456", "mobile"),
    ],
)
def test_as_people_write_it(raw: str, policy: Policy, e164: str, sort: str) -> None:
    found = number_of(raw, policy)
    assert (found.e164, found.sort, found.tail) == (e164, sort, e164[-3:])


@pytest.mark.parametrize(
    ("raw", "policy", "code"),
    [
        # an exchange would act upon these
        ("*72987654321", PERU, "phone-unreadable"),
        ("*67 987654321", PERU, "phone-unreadable"),
        ("#31#987654321", PERU, "phone-unreadable"),
        ("987654321#", PERU, "phone-unreadable"),
        ("987654321,,9", PERU, "phone-unreadable"),
        ("987654321;9", PERU, "phone-unreadable"),
        ("987654321p9", PERU, "phone-unreadable"),
        ("987654321;ext=12", PERU, "phone-unreadable"),
        ("987654321 ext 12", PERU, "phone-unreadable"),
        ("987654321x12", PERU, "phone-unreadable"),
        ("987654321 anexo 12", PERU, "phone-unreadable"),
        ("tel:+51987654321;phone-context=x", PERU, "phone-unreadable"),
        ("sip:987654321@pbx", PERU, "phone-unreadable"),
        ("987654321\r\nSIP/2.0", PERU, "phone-unreadable"),
        ("+51+987654321", PERU, "phone-unreadable"),
        ("987654321" * 5, PERU, "phone-unreadable"),
        ("٩٨٧٦٥٤٣٢١", PERU, "phone-unreadable"),
        ("llámeme", PERU, "phone-unreadable"),
        ("()-.", PERU, "phone-unreadable"),
        # emergency and short numbers
        *((short, policy, "phone-short") for short in _SHORTS for policy in (PERU, COLOMBIA)),
        # another region, whatever the calling code
        ("+18765551234", STATES, "phone-region"),
        ("8765551234", STATES, "phone-region"),
        ("+12125550123", PERU, "phone-region"),
        ("+573001234567", PERU, "phone-region"),
        ("+51987654321", COLOMBIA, "phone-region"),
        ("+870773111632", PERU, "phone-region"),  # a satellite
        ("+80012345678", PERU, "phone-region"),
        # numbers that cost, or ring nobody in particular
        ("09091234567", BRITAIN, "phone-sort"),
        ("0909 123 456", PERU, "phone-unreadable"),
        ("0909 123 4567", COLOMBIA, "phone-impossible"),
        ("0805 12345", PERU, "phone-sort"),
        ("0801 12345", PERU, "phone-sort"),
        ("0800 12345", PERU, "phone-sort"),
        ("01 900 1234567", COLOMBIA, "phone-sort"),
        ("+1 900 234 5678", STATES, "phone-sort"),
        ("(800) 234-5678", STATES, "phone-sort"),
        # no such number
        ("987 654 32", PERU, "phone-impossible"),
        ("9876543210", PERU, "phone-impossible"),
        ("0000000000", PERU, "phone-impossible"),
        ("033001234567", COLOMBIA, "phone-unreadable"),
        # nobody's
        ("", PERU, "phone-missing"),
        ("   ", PERU, "phone-missing"),
        ("anonymous", PERU, "phone-missing"),
        ("Anonymous", PERU, "phone-missing"),
        ("unavailable", PERU, "phone-missing"),
        ("sip:anonymous@anonymous.invalid", PERU, "phone-missing"),
        # no home region is set: a number must say its own
        ("987654321", policy_of("plain"), "phone-unreadable"),
        ("+51987654321", policy_of("plain"), "phone-region"),
    ],
)
def test_what_is_refused_and_why(raw: str, policy: Policy, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        number_of(raw, policy)
    assert caught.value.code == code
    assert caught.value.params == {}
    assert code in TEXTS
    assert caller_of(raw, policy) is None


def test_a_site_may_allow_more_regions_than_its_own() -> None:
    policy = policy_of("pe", ("CO",))
    assert number_of("+573001234567", policy).region == "CO"
    assert number_of("987654321", policy).region == "PE"
    assert number_of("+51987654321", policy_of("plain", ("PE",))).region == "PE"


def test_a_site_may_allow_mobiles_alone() -> None:
    with pytest.raises(Invalid, match="phone-sort"):
        number_of("014441234", Policy("PE", sorts=("mobile",)))


_DECORATED = st.one_of(
    st.text(max_size=45),
    st.text(alphabet="0123456789+*#,;() -./pwx", max_size=24),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "+", "00", "0", "*72", "#31#", "0909", "01900", "011"]),
        st.sampled_from(
            [
                str(found.country_code) + phonenumbers.national_significant_number(found)
                for region in sorted(phonenumbers.SUPPORTED_REGIONS)
                for sort in phonenumbers.PhoneNumberType.values()
                if (found := phonenumbers.example_number_for_type(region, sort)) is not None
            ]
        ),
        st.sampled_from(["", "#", ",,9", " ext 5", ";1", " ", "-"]),
    ),
    st.from_regex(r"[+]?(1|51|57)?[0-9]{7,10}", fullmatch=True),
)


@given(
    raw=_DECORATED,
    policy=st.sampled_from([PERU, COLOMBIA, STATES, BRITAIN, policy_of("pe", ("CO", "US"))]),
)
@example(raw="0909123456", policy=PERU)
@example(raw="+18765551234", policy=STATES)
def test_no_accepted_number_leaves_the_allow_list(raw: str, policy: Policy) -> None:
    try:
        number = number_of(raw, policy)
    except Invalid:
        return
    assert re.fullmatch(r"\+[1-9][0-9]{6,14}", number.e164)
    anew = phonenumbers.parse(number.e164, None)
    assert phonenumbers.region_code_for_number(anew) in (policy.regions or (policy.home,))
    kind = phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(anew))
    assert SORTS[kind] == number.sort
    assert not set(raw) & set("*#,;")
    assert not phonenumbers.is_emergency_number(raw.strip(), policy.home)
    assert number_of(number.e164, policy) == number
    for shown in (repr(number), str(number), f"{number!r:>30}"):
        assert not any(char.isdigit() for char in shown)


def test_nothing_of_a_number_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    number = number_of("987654321", PERU)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("turnero").info("asked %s %r", number, number)
        caller_of("+18765551234", PERU)
    assert caplog.messages == ["asked Number(…) Number(…)"]


def test_sealed_and_opened_again(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    number = number_of("987654321", PERU)
    kept = sealed(number, vault)
    assert (kept.region, kept.sort, kept.tail) == ("PE", "mobile", "321")
    assert kept.key_id == vault.key_id
    assert kept == sealed(number_of("+51 987 654 321", PERU), vault)
    assert opened(kept.sealed, vault).e164 == "+51987654321"
    assert b"987654321" not in kept.sealed


def test_a_mask_shows_three_digits() -> None:
    assert masked("482") == "••• ••• 482"
    assert isinstance(number_of("987654482", PERU), Number)
