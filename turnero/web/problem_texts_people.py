"""What is said where a telephone number is refused: title and detail by code. msgids.

None shows a digit: who reads it may stand in a full hall.
"""

from typing import Final

from turnero.web.languages import mark as _

PEOPLE: Final[dict[str, tuple[str, str]]] = {
    "phone-unknown": (
        _("There is no such telephone number"),
        _("It may have been erased: numbers are kept only for some days after their last use."),
    ),
    "phone-sealed": (
        _("This number cannot be opened now"),
        _("A key is missing on the server. Tell whoever looks after it to run turnero doctor."),
    ),
    "callback-under-way": (
        _("This number is on the telephone now"),
        _(
            "Ticket %(number)s is at a desk or being called. Wait until it is over, then look again."
        ),
    ),
    "callback-waits-too": (
        _("Something has changed since"),
        _(
            "Ticket %(number)s waits to be called now. Look the number up again; nothing was erased."
        ),
    ),
    "phone-missing": (
        _("A telephone number is needed"),
        _("No number was given, or your telephone does not show it. Please type it."),
    ),
    "phone-unreadable": (
        _("This is not a telephone number"),
        _("Please type only its digits, as you would dial it, without an extension."),
    ),
    "phone-short": (
        _("This number is too short to call you back"),
        _("Emergency and service numbers cannot be used. Please type your own complete number."),
    ),
    "phone-impossible": (
        _("This number does not exist"),
        _("A digit is missing, too many or wrong. Please type the number again."),
    ),
    "phone-region": (
        _("We cannot call this country"),
        _("Please give a number of this country, or ask the staff."),
    ),
    "phone-sort": (
        _("We cannot call this kind of number"),
        _("Please give a mobile or a home telephone; toll-free and paid numbers are not called."),
    ),
}
