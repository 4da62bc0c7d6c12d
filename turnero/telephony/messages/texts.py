"""What messages say: one sentence each, in the reader's language.

A message is read on a screen that others may see: it names the house and the ticket, never a
service, a reason or a person.
"""

from typing import Final, NamedTuple

from turnero.web.languages import mark as _
from turnero.web.languages import translator

#: (sort, whether there is a page to go to) → the sentence
_TEXTS: Final = {
    "near-turn": _("%(site)s: it will soon be the turn of ticket %(number)s. %(link)s"),
    "ring-soon": _("%(site)s will ring you soon from %(shows)s: please answer. %(link)s"),
    "ring-soon-hidden": _(
        "%(site)s will ring you soon, perhaps from a number that you do not know: please answer. %(link)s"
    ),
    "missed": _("%(site)s rang you and could not reach you: we will try again later. %(link)s"),
    "missed-last": _(
        "%(site)s rang you several times and could not reach you: please ask again. %(link)s"
    ),
    "left-over": _(
        "%(site)s could not ring you yet today: tell us here whether tomorrow suits you. %(link)s"
    ),
    "left-over-alone": _("%(site)s could not ring you yet today: we will ring you tomorrow."),
}
_SUBJECT: Final = _("Message from %(site)s")
_ALARM_SUBJECT: Final = _("Turnero: alarm at %(site)s")
_ALARM: Final = _("%(site)s: %(what)s")
_ALARMS: Final = {
    "desk-unattended": _("desk %(subject)s is open and nobody is at its page."),
    "desk-taken-over": _("desk %(subject)s was taken over by somebody else."),
    "parked-long": _("somebody has been set aside for long."),
    "help-unanswered": _("a call for help at a kiosk has not been answered."),
    "not-ready": _("something is not ready for the opening."),
    "printer-trouble": _("printer %(subject)s does not print."),
    "printer-well": _("printer %(subject)s prints again."),
    "server-away": _("the server has not answered box %(subject)s for some minutes."),
    "server-back": _("the server answers box %(subject)s again."),
    "trunk-fault": _("no call can be placed: the telephone line does not work."),
    "desk-phone": _("the telephone of desk %(subject)s is not picked up."),
    "kiosk-brought": _("a kiosk brought tickets that it gave without the server."),
}
_OTHER_ALARM: Final = _("somebody should look at Turnero's alarms (%(sort)s).")


class About(NamedTuple):
    """What a sentence may name."""

    #: the house
    site: str
    #: pe | co | plain: whose words
    profile: str
    #: the ticket's number, "A047"
    number: str = ""
    #: the ticket's page; holds a secret. "": there is none, or phones do not reach it
    link: str = ""
    #: the number from which we ring; "": it says nothing
    shows: str = ""


class Text(NamedTuple):
    """A message in words."""

    subject: str
    text: str

    def __repr__(self) -> str:
        return "Text(…)"


def text_of(sort: str, language: str, about: About, params: dict[str, str | int]) -> Text:
    """The sentence of a message. `KeyError` for a sort that has none."""
    say = translator(language, about.profile)
    if sort == "alarm":
        kind = str(params.get("sort", ""))
        what = say.gettext(
            _ALARMS.get(kind, _OTHER_ALARM), subject=str(params.get("subject", "")), sort=kind
        )
        subject = say.gettext(_ALARM_SUBJECT, site=about.site)
        return Text(subject, say.gettext(_ALARM, site=about.site, what=what))
    told = say.gettext(
        _TEXTS[_which(sort, about, params)],
        site=about.site,
        number=about.number,
        link=about.link,
        shows=about.shows,
    )
    return Text(say.gettext(_SUBJECT, site=about.site), told.strip())


def _which(sort: str, about: About, params: dict[str, str | int]) -> str:
    if sort == "ring-soon" and not about.shows:
        return "ring-soon-hidden"
    if sort == "missed" and params.get("again") == 0:
        return "missed-last"
    if sort == "left-over" and not about.link:
        return "left-over-alone"
    return sort
