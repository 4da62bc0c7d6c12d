"""What can be filled in about callbacks by telephone: of a site, of a service, of a desk.

Pure: only which fields there are and what they are called.
"""

from typing import Any, ClassVar, Final

from msgspec.structs import asdict, replace

from turnero.admin.fields import Choice, Field, Flag, Given, Number, Values, one, own_name
from turnero.queue.call_settings import CallSettings, OwnCallSettings
from turnero.queue.site_shape import SiteFile
from turnero.web.languages import mark


class Words(Field, frozen=True, kw_only=True):
    """Several short words in one line."""

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        return {self.name: [", ".join(getattr(part, self.name))]}

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`."""
        typed = one(given, self.name).replace(",", " ").upper()
        return {self.name: tuple(dict.fromkeys(typed.split()))}


def _calling(file: SiteFile, _part: Any) -> list[tuple[str, str]]:
    """The services that call back."""
    return [
        (one.key, own_name(one.name, file)) for one in file.service if one.callbacks is not None
    ]


_LEFT_OVER: Final = (
    ("tomorrow", mark("Called on the next day on which patients are called")),
    ("drop", mark("Not called any more")),
)

CALL_FIELDS: Final[tuple[Field, ...]] = (
    Field(
        name="weekdays",
        label=mark("Patients are called, Monday to Friday"),
        hint=mark("As 07:00-19:00, in the site's own time. Empty: never on such a day."),
        most=11,
    ),
    Field(name="saturdays", label=mark("On Saturdays"), most=11),
    Field(
        name="sundays",
        label=mark("On Sundays"),
        hint=mark("On holidays and closed days nobody is called."),
        most=11,
    ),
    Choice(
        name="left_over",
        label=mark("Whom the day did not suffice for"),
        hint=mark("Unless they said otherwise."),
        choices=_LEFT_OVER,
        means=(),
    ),
    Number(
        name="ask_minutes",
        label=mark("Minutes before the end of these hours at which they are asked"),
        hint=mark("0: they are not asked."),
        required=True,
    ),
    Number(name="attempts", label=mark("Times that a patient is called"), required=True),
    Number(name="ring_s", label=mark("Seconds for which a patient's phone rings"), required=True),
    Number(name="desk_ring_s", label=mark("Seconds for which a desk's phone rings"), required=True),
    Number(name="confirm_s", label=mark("Seconds in which to press 1"), required=True),
    Number(
        name="busy_minutes", label=mark("Minutes until the next try: it was busy"), required=True
    ),
    Number(
        name="again_minutes",
        label=mark("Minutes until the second try: nobody answered"),
        required=True,
    ),
    Number(
        name="later_minutes",
        label=mark("Minutes until each later try: nobody answered"),
        required=True,
    ),
    Flag(name="notice", label=mark("A message before the phone rings")),
    Words(
        name="regions",
        label=mark("Countries whose numbers may be called"),
        hint=mark("Their two letters, such as PE CO. Empty: this country's alone."),
        most=120,
    ),
    Field(
        name="shows",
        label=mark("The number that patients see"),
        hint=mark("With its country, such as +5116117300. Empty: the exchange's own."),
        most=16,
    ),
    Number(name="in_flight", label=mark("Patients called at once, at most"), required=True),
    Number(
        name="number_a_day", label=mark("Times that one number is called in a day"), required=True
    ),
    Number(
        name="source_an_hour",
        label=mark("Callbacks that one kiosk or page may ask for in an hour"),
        required=True,
    ),
    Number(
        name="withheld_an_hour",
        label=mark("Callbacks that callers who show no number may ask for in an hour, together"),
        required=True,
    ),
    Number(
        name="minutes_a_day",
        label=mark("Minutes of calls to patients in a day, at most"),
        required=True,
    ),
    Number(
        name="keep_days",
        label=mark("Days for which a number is kept"),
        hint=mark("After it was last used."),
        required=True,
    ),
    Choice(
        name="no_keys",
        label=mark("Who rings in and presses no key waits on the line for"),
        hint=mark("For who cannot press keys. A desk of this service with a phone answers them."),
        choices=(("", mark("Nobody: they are told where to ask")),),
        options=_calling,
        means=(),
    ),
)

#: of a service; empty: the site's
_OWN: Final[tuple[Field, ...]] = (
    Number(name="attempts", label=mark("Times that a patient is called")),
    Number(name="ring_s", label=mark("Seconds for which a patient's phone rings")),
    Number(name="busy_minutes", label=mark("Minutes until the next try: it was busy")),
    Number(name="again_minutes", label=mark("Minutes until the second try: nobody answered")),
    Number(name="later_minutes", label=mark("Minutes until each later try: nobody answered")),
    Choice(
        name="left_over",
        label=mark("Whom the day did not suffice for"),
        choices=(("", mark("As at the site")), *_LEFT_OVER),
    ),
    Choice(
        name="notice",
        label=mark("A message before the phone rings"),
        choices=(
            ("", mark("As at the site")),
            ("yes", mark("With a message")),
            ("no", mark("Without a message")),
        ),
        means=(("", None), ("yes", True), ("no", False)),
    ),
)


class Offered(Field, frozen=True, kw_only=True):
    """Whether a service offers callbacks, and what it sets of its own."""

    kind: ClassVar[str] = "offered"

    @property
    def below(self) -> tuple[Field, ...]:
        """The inputs beneath, as they are named in the form."""
        return tuple(replace(field, name=f"{self.name}.{field.name}") for field in _OWN)

    def show(self, part: Any) -> dict[str, list[str]]:
        """See `Field.show`."""
        own = getattr(part, self.name)
        shown: dict[str, list[str]] = {f"{self.name}.on": [] if own is None else ["1"]}
        for field in _OWN:
            for name, values in field.show(own or OwnCallSettings()).items():
                shown[f"{self.name}.{name}"] = values
        return shown

    def take(self, given: Given, part: Any | None, file: SiteFile) -> Values:
        """See `Field.take`."""
        if one(given, f"{self.name}.on") != "1":
            return {self.name: None}
        values: Values = {}
        for field in self.below:
            values |= field.take(given, None, file)
        start = len(self.name) + 1
        return {self.name: OwnCallSettings(**{name[start:]: it for name, it in values.items()})}


OFFERED: Final = Offered(
    name="callbacks",
    label=mark("Callbacks by phone"),
    hint=mark(
        "Patients may ask to be called instead of waiting here. One of the desks that attend it "
        "needs a phone."
    ),
)
PHONE: Final = Field(
    name="phone",
    label=mark("Its phone at the exchange"),
    hint=mark("Such as 201. It rings before the patient is called. None: no callbacks here."),
    empty=None,
    most=40,
)


def calls_saved(file: SiteFile, given: Given) -> SiteFile:
    """The description with its settings of callbacks as they were typed."""
    values: Values = {}
    for field in CALL_FIELDS:
        values |= field.take(given, file.callbacks, file)
    if values["left_over"] not in ("tomorrow", "drop"):
        values["left_over"] = file.callbacks.left_over
    return replace(file, callbacks=CallSettings(**(asdict(file.callbacks) | values)))
