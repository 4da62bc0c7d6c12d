"""What templates say of services, waits and tickets, in one reader's language, for eye and ear."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from turnero.kiosk import call_words, menu, way
from turnero.kiosk.guidance import Guide, sounding
from turnero.kiosk.port import Held, Help, Place, Printing
from turnero.kiosk.ticket_words import ADVICE, STATES, TROUBLES, UNKNOWN_TROUBLE, grounds
from turnero.queue.codes import grouped
from turnero.queue.reads.patients_calls import PatientsCall
from turnero.queue.views import MessageView, ServiceView, TicketView, name_in
from turnero.web.formats import Formats, formats
from turnero.web.languages import Translator, mark
from turnero.web.told import pick, told

if TYPE_CHECKING:
    from turnero.web.wiring import Web

WHERE: Final = mark("Wait where you see the screens. We will call you by this number.")
STAFF: Final = mark("the nearest window, or anybody of the staff")
#: what a kiosk says that goes on without its server, and the paper that it gives
OFFLINE: Final = mark("No connection: your number is valid all the same")
#: who is told to stay or to come, which an emergency may gainsay
_IN_LINE: Final = frozenset({"waiting", "called", "parked"})


class Wording(msgspec.Struct, frozen=True):
    """The functions that a kiosk's templates have beside those of every page."""

    language: str
    #: the site's own language: what isn't said in the reader's is said in this
    own: str
    profile: str
    say: Translator
    fmt: Formats
    speak: Guide
    #: UTC
    now_ms: int

    @classmethod
    def of(cls, web: "Web", site: int, language: str, speak: Guide) -> "Wording":
        """The wording of a language at a site."""
        look = web.looks.look(site)
        say = web.translator(language, look.profile)
        return cls(
            language,
            look.languages[0],
            look.profile,
            say,
            formats(say.tag, look.zone),
            speak,
            web.clock.now_ms(),
        )

    def functions(self) -> dict[str, Any]:
        """By the names that templates use."""
        return {
            "speak": self.speak,
            "hear": self.speak.hear,
            "sounding": sounding,
            "name": self.name,
            "present": self.present,
            "told": self.told,
            "moved_sentence": self.moved_sentence,
            "kiosk_closed": self.kiosk_closed,
            "kiosk_limited": self.kiosk_limited,
            "closed_advice": self.closed_advice,
            "spoken": self.spoken,
            "service_sentences": self.service_sentences,
            "choices": self.choices,
            "grounds": self.grounds,
            "grouped": grouped,
            "way": self.way,
            "way_sentence": self.way_sentence,
            "call_sentences": self.call_sentences,
            "when_of": call_words.when_of,
            "state_sentence": self.state_sentence,
            "state_advice": self.state_advice,
            "urgent_sentence": self.urgent_sentence,
            "ahead_sentence": self.ahead_sentence,
            "wait_sentence": self.wait_sentence,
            "wait_notes": self.wait_notes,
            "wait_unknown": self.wait_unknown,
            "where_to_wait": self.where_to_wait,
            "where_staff": self.where_staff,
            "help_sentences": self.help_sentences,
            "print_trouble": self.print_trouble,
        }

    # --- services ----------------------------------------------------------------------------

    def name(self, names: Mapping[str, str]) -> str:
        """A name in this language, else in the site's own."""
        return names.get(self.language) or name_in(names, self.own)

    def lines(self, lines: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
        """What to bring in this language, else in the site's own, else in the first there is."""
        return lines.get(self.language) or lines.get(self.own) or next(iter(lines.values()), ())

    def present(self, service: ServiceView) -> tuple[str, ...]:
        """What is true of a service now beside its wait in minutes, in a few words each."""
        return menu.present(service, self.say, self.until)

    def closed_advice(self, service: ServiceView) -> str:
        """What to do where no ticket is given now."""
        if service.pause is not None and service.pause.texts:
            return pick(service.pause.texts, self.language, self.own)
        if service.state == "closed" and service.opens:
            return self.say.gettext("You can take your ticket here from that hour on.")
        return self.say.gettext("Please ask the staff what you can do.")

    def spoken(self, service: ServiceView) -> str:
        """The address under which a service is spoken."""
        return self.speak(*menu.spoken(self.name(service.names), service, self.say, self.until))

    def service_sentences(
        self, service: ServiceView, requirements: Sequence[str]
    ) -> tuple[str, ...]:
        """All that is spoken of a service before its ticket is taken."""
        say = self.say
        sentences = menu.spoken(self.name(service.names), service, say, self.until)
        if requirements:
            sentences += (say.gettext("What you need to bring"), *requirements)
        if service.state == "open":
            sentences += (say.gettext("To take your ticket, touch the large key twice"),)
        return sentences

    def choices(self, services: Sequence[ServiceView]) -> str:
        """The names of several services in a sentence."""
        return ", ".join(self.name(service.names) for service in services)

    def grounds(self) -> str:
        """Who may ask for priority, and by which law."""
        return self.say.gettext(grounds(self.profile))

    def until(self, moment_ms: int) -> tuple[str | None, str]:
        """A moment as its day in words, None for today, and its hour."""
        there = self.fmt.local(moment_ms).date()
        today = there == self.fmt.local(self.now_ms).date()
        return None if today else self.fmt.day(there.isoformat()), self.fmt.time(moment_ms)

    # --- what is said beside calls -----------------------------------------------------------

    def told(self, message: MessageView) -> str:
        """The sentence of a message."""
        return told(message, self.say, self.own)

    def moved_sentence(self, held: Held) -> str:
        """That a ticket's whole line went to another service, and that its place is kept."""
        return self.say.gettext(
            "Your line was moved: you now wait for %(target)s instead of %(service)s. "
            "You keep your place.",
            service=self.name(held.moved_from or {}),
            target=self.name(held.ticket.names),
        )

    def kiosk_closed(self, place: Place) -> tuple[str, str]:
        """That this kiosk gives no tickets and until when, and what to do."""
        say, pause = self.say, place.pause
        if pause is None:
            return "", ""
        title = say.gettext("This kiosk is closed for now")
        if pause.until_ms is not None:
            day, time = self.until(pause.until_ms)
            title = say.gettext("This kiosk is closed until %(time)s", time=time)
            if day is not None:
                title = say.gettext(
                    "This kiosk is closed until %(day)s at %(time)s", day=day, time=time
                )
        words = pick(pause.texts, self.language, self.own)
        staff = self.where_staff(place)
        usual = say.gettext("Please use another kiosk, or go to %(staff)s.", staff=staff)
        return title, words or usual

    def kiosk_limited(self, place: Place) -> str:
        """How many tickets this kiosk still gives; "" where it gives as many as are asked."""
        if place.pause is None or place.pause.after is None:
            return ""
        return menu.left(place.pause.after, self.say)

    # --- tickets -----------------------------------------------------------------------------

    def way(self, ticket: TicketView) -> tuple[way.Shown, ...]:
        """The steps of a ticket that goes through several services; else none."""
        return way.way(ticket, self.name)

    def way_sentence(self, ticket: TicketView) -> tuple[str, ...]:
        """The same as it is spoken: what comes after the present step."""
        then = [one.text for one in self.way(ticket) if one.state == "next"]
        if not then:
            return ()
        return (self.say.gettext("Then you go on to: %(services)s", services=", ".join(then)),)

    def state_sentence(self, ticket: TicketView) -> str:
        """Where a ticket is in its life."""
        step = way.sent_on(ticket)
        if step is not None:
            return self.say.gettext(mark("Now go to %(service)s"), service=self.name(step.names))
        if ticket.state == "no-show" and ticket.last_call_ms is None:
            return self.say.gettext(mark("You did not come back in time"))
        if ticket.hurry:
            return self.say.gettext(mark("Please come back now"))
        return self.say.gettext(STATES[ticket.state])

    def urgent_sentence(self, ticket: TicketView, call: PatientsCall | None) -> str:
        """What its holder must know though another page is in front; "" while nothing is urgent."""
        if ticket.state == "called":
            said = self.call_sentences(call)
            return said[0] if said else self.say.gettext(STATES["called"])
        return self.say.gettext(mark("Please come back now")) if ticket.hurry else ""

    def state_advice(self, ticket: TicketView, told: Sequence[MessageView] = ()) -> str:
        """What its holder does now; `told`: what its holder is told beside calls."""
        if ticket.state in _IN_LINE and any(one.sort == "emergency" for one in told):
            return self.say.gettext(
                mark("First do what the emergency message says. You keep your place in line.")
            )
        if ticket.state == "no-show" and ticket.return_until_ms is None:
            return self.say.gettext(mark("Please take a new ticket, or ask the staff."))
        if (step := way.sent_on(ticket)) is not None:
            there = self.say.gettext(mark("We will call you there by the same number."))
            where = self.name(step.where).rstrip(".")
            return f"{where}. {there}" if where else there
        until_ms = ticket.return_until_ms or ticket.away_until_ms
        text = self.say.gettext(ADVICE[ticket.state])
        if ticket.hurry:
            text = self.say.gettext(mark("Your time outside ends at %(until)s."))
        return text % {
            "desk": ticket.desk_name or "",
            "until": self.fmt.time(until_ms) if until_ms else "",
        }

    def call_sentences(self, call: PatientsCall | None) -> tuple[str, str] | None:
        """Where a callback stands and what its person does; None where the ticket says it all."""
        found = call_words.stands(call)
        if call is None or found is None:
            return None
        title, advice = (self.say.gettext(text) for text in found)
        said = [advice % {"tail": call.tail} if "%(tail)s" in advice else advice]
        if call.due_ms is not None and call.end is None:
            day, time = self.until(call.due_ms)
            said.append(
                self.say.gettext("We call again at about %(time)s.", time=time)
                if day is None
                else self.say.gettext("We call on %(day)s, from %(time)s on.", day=day, time=time)
            )
        if call.end is None and call.attempts:
            said.append(
                self.say.gettext(
                    "We called %(n)s of %(most)s times.", n=call.attempts, most=call.most
                )
            )
        return title, " ".join(said)

    def ahead_sentence(self, ticket: TicketView) -> str:
        """How many are before it; "" where nobody waits."""
        if ticket.ahead is None:
            return ""
        if not ticket.ahead:
            return self.say.gettext("Nobody is before you")
        return self.say.ngettext(
            "%(n)s person is before you", "%(n)s people are before you", ticket.ahead
        )

    def wait_sentence(self, ticket: TicketView) -> str:
        """How long it takes; "" where nobody can tell."""
        if ticket.wait is None:
            return ""
        said = menu.how_long(ticket.wait, self.say)
        return ". ".join((said, *(note.rstrip(".") for note in self.wait_notes(ticket))))

    def wait_notes(self, view: ServiceView | TicketView) -> tuple[str, ...]:
        """What must be said with a wait."""
        return menu.notes(view, self.say)

    def wait_unknown(self, view: ServiceView | TicketView) -> str:
        """Why no wait is told."""
        return menu.unknown(view, self.say)

    # --- the kiosk ---------------------------------------------------------------------------

    def _own(self, texts: Mapping[str, str]) -> str:
        """A text of the kiosk's settings: in this language, or the one for all; "" for none."""
        return texts.get(self.language) or texts.get("") or name_in(texts, self.own)

    def where_to_wait(self, place: Place) -> str:
        """Where the holder of a new ticket waits."""
        return self._own(place.where) or self.say.gettext(WHERE)

    def where_staff(self, place: Place) -> str:
        """Where staff is found when nobody comes."""
        return self._own(place.staff) or self.say.gettext(STAFF)

    def help_sentences(self, call: Help, place: Place) -> tuple[str, ...]:
        """What is spoken after a call for help."""
        say = self.say
        if call.coming:
            return (say.gettext("Somebody is on the way to you"),)
        if place.offline:
            return (
                say.gettext("This kiosk cannot call the staff just now"),
                say.gettext("It has no connection. Please go to:"),
                self.where_staff(place),
            )
        if call.heard and not call.late:
            return (say.gettext("We have told the staff"),)
        trouble = "Nobody has answered yet" if call.heard else "Nobody is signed in at this moment"
        return (
            say.gettext(trouble),
            say.gettext("Your call keeps ringing. Meanwhile, please go to:"),
            self.where_staff(place),
        )

    def print_trouble(self, printing: Printing) -> str:
        """Why a ticket wasn't printed."""
        return self.say.gettext(TROUBLES.get(printing.reason or "", UNKNOWN_TROUBLE))
