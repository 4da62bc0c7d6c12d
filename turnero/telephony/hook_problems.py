"""A sentence for each refusal of a webhook; technicians of the other side read them. msgids."""

from typing import Final

from turnero.web.languages import mark as _
from turnero.web.problem_texts import Text

PROBLEMS: Final = {
    "hook-signature": Text(
        _("The signature is not right"),
        _("Check the token, and that the public address is the one that the service calls."),
    ),
    "hook-late": Text(
        _("This was sent at another time"), _("It is too old, or one of the two clocks is wrong.")
    ),
    "hook-unreadable": Text(_("The form cannot be read"), _("Its fields are not well formed.")),
    "hook-unknown": Text(_("There is no such address"), _("Check the addresses at the service.")),
}
