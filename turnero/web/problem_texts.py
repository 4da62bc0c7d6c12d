"""A sentence for each refusal: what was wrong, and what to do. msgids; catalogues translate.

Codes are the line's (`queue/refusals.py`), the store's and our own. A room adds codes of its
own through `Slice.problems`.
"""

import msgspec

from turnero.web.languages import mark as _
from turnero.web.problem_texts_people import PEOPLE


class Text(msgspec.Struct, frozen=True):
    """Title: what happened, short. Detail: why, and what to do."""

    title: str
    detail: str


BROKEN = "broken"

#: HTTP status that the framework raised -> code
BY_STATUS = {
    400: "request-malformed",
    401: "sign-in-first",
    403: "not-allowed",
    404: "address-unknown",
    405: "method-wrong",
    406: "type-wrong",
    413: "too-long",
    415: "type-wrong",
    429: "too-many-requests",
}

#: figures whose values are words of ours: parameter -> value -> msgid
WORDS: dict[str, dict[str, str]] = {
    "state": {
        "waiting": _("waiting"),
        "called": _("called"),
        "serving": _("being served"),
        "parked": _("set aside"),
        "away": _("away for a while"),
        "retry": _("to be rung again"),
        "finished": _("finished"),
        "no-show": _("absent"),
        "cancelled": _("cancelled"),
        "not-served": _("not served"),
    },
    "move": {
        "issue": _("take a ticket"),
        "next": _("call next"),
        "call": _("call"),
        "recall": _("call again"),
        "start": _("start"),
        "finish": _("finish"),
        "no-show": _("mark absent"),
        "ring-later": _("ring later"),
        "put-back": _("put back into the line"),
        "unreached": _("mark as not reached"),
        "by-phone": _("be rung instead"),
        "check-in": _("wait here instead"),
        "return": _("return to the line"),
        "park": _("set aside"),
        "transfer": _("transfer"),
        "cancel": _("cancel"),
        "rate": _("rate"),
        "close-day": _("close the day"),
        "step-out": _("step out"),
        "overstay": _("mark as not back in time"),
        "unticketed": _("attend without a ticket"),
        "correct": _("correct"),
        "renew": _("give a new code"),
        "undo": _("undo"),
    },
}

_ANYONE = {
    BROKEN: Text(
        _("Something went wrong on our side"),
        _("Nothing was changed. Please try again; if it happens again, tell the technician."),
    ),
    "unavailable": Text(
        _("The server is not ready"),
        _("Nothing was changed. It tries again by itself; please wait a moment."),
    ),
    "request-wrong": Text(
        _("The request cannot be accepted"), _("Please check what was sent and try again.")
    ),
    "request-malformed": Text(
        _("The request cannot be read"),
        _("The data that was sent is not well formed. Nothing was changed."),
    ),
    "form-unreadable": Text(
        _("The form cannot be read"), _("Please reload the page and fill it in again.")
    ),
    "fields-wrong": Text(
        _("Some data is missing or wrong"), _("Please check: %(fields)s. Nothing was changed.")
    ),
    "text-unreadable": Text(
        _("The text cannot be read"),
        _("%(field)s has hidden or control characters. Please type it again."),
    ),
    "address-unknown": Text(
        _("This page does not exist"), _("Please check the address, or start again.")
    ),
    "method-wrong": Text(
        _("This cannot be done here"), _("The address exists, but not for this kind of request.")
    ),
    "type-wrong": Text(
        _("This kind of content is not accepted"),
        _("Please send JSON to the API, or use the page's own form."),
    ),
    "too-long": Text(
        _("Too much was sent at once"), _("Please shorten the text. Nothing was changed.")
    ),
    "too-many-requests": Text(
        _("Too many requests"), _("Please wait %(seconds)s seconds and try again.")
    ),
    "too-many-streams": Text(
        _("Too many screens are connected"),
        _("This screen tries again by itself. Tell the technician if it stays so."),
    ),
    "sign-in-first": Text(
        _("Please sign in"), _("This page or act needs somebody who has signed in, or a token.")
    ),
    "token-unknown": Text(
        _("The token is not valid"),
        _("It is wrong, has expired or was revoked. Ask an administrator for a new one."),
    ),
    "not-allowed": Text(
        _("Your role may not do this"),
        _("Ask a supervisor or an administrator, or sign in as somebody who may."),
    ),
    "other-site": Text(_("This belongs to another site"), _("You may act only at your own site.")),
    "other-origin": Text(
        _("The request came from another page"),
        _("For safety it was not carried out. Open the page anew and try again."),
    ),
    "key-reused": Text(
        _("This key was used for something else"),
        _("The same idempotency key came with other content. Send a new key for a new act."),
    ),
    "view-unknown": Text(_("This live view does not exist"), _("Please reload the page.")),
}

_NAMED = {
    "site-unknown": Text(
        _("There is no such site"), _("No site is called “%(site)s”. Please check the name.")
    ),
    "service-unknown": Text(
        _("There is no such service"),
        _("No service here is called “%(service)s”. Please choose another."),
    ),
    "attention-unknown": Text(
        _("There is no such attention class"), _("No class here is called “%(attention)s”.")
    ),
    "device-unknown": Text(
        _("There is no such device"), _("No device of this site is called “%(key)s”.")
    ),
    "desk-unknown": Text(
        _("There is no such desk"), _("No desk is called “%(desk)s”. Please check the name.")
    ),
    "ticket-unknown": Text(
        _("There is no such ticket"), _("Please check the code, or ask the staff to find it.")
    ),
    "help-unknown": Text(
        _("There is no such call for help"), _("It may have been attended already.")
    ),
    "kiosk-unknown": Text(
        _("There is no such kiosk"),
        _("No kiosk is called “%(kiosk)s” here. Please check the site's devices."),
    ),
    "message-unknown": Text(
        _("There is no such message"), _("Please reload the page; it may be over already.")
    ),
    "handover-unknown": Text(
        _("There is no such note"), _("Please reload the page; it may have been read already.")
    ),
    "alarm-unknown": Text(
        _("There is no such alarm"), _("Please reload the page; it may be over already.")
    ),
}

_NEVER = {
    "service-is-group": Text(
        _("This is a group of services"),
        _("“%(service)s” gives no tickets itself. Please choose one of its services."),
    ),
    "attention-clinical": Text(
        _("Only clinical staff may give this class"),
        _("“%(attention)s” is set by a clinician, not here."),
    ),
    "attention-not-here": Text(
        _("This class cannot be chosen here"),
        _("“%(attention)s” is given by the staff. Please ask at the desk."),
    ),
    "language-unknown": Text(
        _("This language is not offered"),
        _("“%(language)s” is not among this site's languages."),
    ),
    "people-out-of-range": Text(
        _("The number of people is not possible"), _("Please give from 1 to %(max)s people.")
    ),
    "origin-unknown": Text(
        _("It is not known how this person came"),
        _("Please say one of these: %(known)s."),
    ),
    "due-needed": Text(
        _("An hour is missing, or is not needed"),
        _("Appointments and callbacks need their hour; whoever walks in has none."),
    ),
    "due-out-of-range": Text(
        _("This hour is not possible"),
        _(
            "Appointments are within 24 hours, before or after now; a callback was asked for in"
            " the last 24 hours."
        ),
    ),
    "outcome-unknown": Text(
        _("This outcome does not exist"),
        _("“%(outcome)s” is not one of the outcomes: %(known)s."),
    ),
    "reason-missing": Text(_("A reason is needed"), _("Please write why.")),
    "handover-empty": Text(
        _("The note is empty"), _("Please write what the next person at this desk must know.")
    ),
    "transfer-target": Text(
        _("Where to is not clear"), _("Please give a service or a desk, one of the two.")
    ),
    "question-unknown": Text(
        _("This question does not exist"), _("Please reload the page and answer again.")
    ),
    "answer-out-of-range": Text(
        _("This answer is not one of the options"), _("Please choose one that is shown.")
    ),
    "too-many-reasons": Text(_("Too many reasons"), _("Please choose at most %(max)s.")),
    "reason-unknown": Text(
        _("This reason does not exist"), _("“%(reason)s” is not one of: %(known)s.")
    ),
    "comment-too-long": Text(
        _("The comment is too long"),
        _("It has %(length)s characters; please write at most %(max)s."),
    ),
    "need-unknown": Text(
        _("This aid does not exist"), _("The aids that can be asked for are: %(known)s.")
    ),
    "text-too-long": Text(
        _("The text is too long"),
        _("%(field)s has %(length)s characters; please write at most %(max)s."),
    ),
    "text-missing": Text(
        _("There is no text"), _("Please write what people are to read and hear.")
    ),
    "until-past": Text(
        _("This hour is over"), _("Please give a time that is still to come, the later one last.")
    ),
    "after-out-of-range": Text(
        _("This number of tickets is not possible"), _("Please give 1 to %(max)s tickets.")
    ),
    "zone-unknown": Text(
        _("There is no such zone"),
        _("No desk and no board is in zone “%(zone)s”. There are: %(known)s."),
    ),
    "message-service": Text(
        _("Which service is it about?"),
        _("A notice on a service names one service, and other messages name none."),
    ),
    "line-same": Text(
        _("It is the same service"), _("Choose another one than “%(service)s” to move the line to.")
    ),
    "service-twice": Text(
        _("A service is named twice"),
        _("“%(service)s” can be called first or as help, one of the two. Please choose."),
    ),
    "desk-without-service": Text(
        _("The desk would call nobody"),
        _("Choose at least one service that desk %(desk)s calls first."),
    ),
    "count-out-of-range": Text(
        _("So many numbers cannot be set aside at once"), _("Please ask for 1 to %(max)s numbers.")
    ),
    "day-unreadable": Text(
        _("This is no day"), _("“%(day)s” can't be read as a day. Write it as 2026-12-24.")
    ),
    "day-out-of-range": Text(
        _("Numbers can't be set aside for this day"),
        _("%(day)s is over or too far ahead. Choose today or one of the next %(days)s days."),
    ),
    "hand-call-times": Text(
        _("These hours can't be right"),
        _("The call is after its end, or the end is still to come. Please correct the hours."),
    ),
    "hand-call-old": Text(
        _("This call is too long ago"),
        _("Calls made by hand can be entered for %(days)s days."),
    ),
    "site-file": Text(_("The site's file has an error"), _("At “%(key)s”: %(what)s.")),
    "site-file-line": Text(
        _("The site's file has an error"), _("Line %(line)s, at “%(key)s”: %(what)s.")
    ),
}

_NOW = {
    "number-not-leased": Text(
        _("This number was not set aside"),
        _(
            "“%(number)s” is not among the numbers set aside for “%(service)s” on %(day)s."
            " Check the number, the service and the day."
        ),
    ),
    "number-taken": Text(
        _("This number exists already"),
        _("A ticket %(number)s of %(day)s is there already. Check the number and the day."),
    ),
    "service-closed": Text(
        _("This service is closed now"),
        _("“%(service)s” gives no tickets at this hour. Please ask the staff."),
    ),
    "service-closed-until": Text(
        _("This service is not open yet"),
        _("“%(service)s” opens at %(opens)s. Please come back then."),
    ),
    "service-closed-day": Text(
        _("This service is closed today"),
        _("“%(service)s” gives no tickets today (%(why)s). It opens again: %(opens)s."),
    ),
    "service-paused": Text(
        _("This service is paused"),
        _("“%(service)s” gives no tickets for the moment. Please ask the staff. %(says)s"),
    ),
    "service-paused-until": Text(
        _("This service is paused"),
        _("“%(service)s” gives tickets again at %(until)s. Please come back then. %(says)s"),
    ),
    "service-not-paused": Text(
        _("This service is not paused"), _("“%(service)s” gives tickets already.")
    ),
    "kiosk-paused": Text(
        _("This kiosk is closed"),
        _("It gives no tickets for the moment. Please ask the staff, or use another. %(says)s"),
    ),
    "kiosk-paused-until": Text(
        _("This kiosk is closed"),
        _("It gives tickets again at %(until)s. Until then please use another one. %(says)s"),
    ),
    "kiosk-not-paused": Text(
        _("This kiosk is not closed"), _("“%(kiosk)s” gives tickets already.")
    ),
    "line-moving": Text(
        _("This line is being moved"),
        _("Those who wait for “%(service)s” are being moved already. Try again in a moment."),
    ),
    "message-over": Text(
        _("This message is over"), _("Nothing shows it any more. Somebody else ended it.")
    ),
    "emergency-on": Text(
        _("There is an emergency message"),
        _("Nobody is called to desk %(desk)s until a supervisor ends it."),
    ),
    "prefixes-sound-alike": Text(
        _("Two letters sound alike"),
        _(
            "With this, tickets with %(letters)s would be called in one zone, and are misheard. "
            "Choose other services for desk %(desk)s."
        ),
    ),
    "service-last-desk": Text(
        _("No other desk attends this service"),
        _(
            "%(waiting)s wait for “%(service)s”. Move the line, keep it with a message, "
            "or close the service first."
        ),
    ),
    "quota-reached": Text(
        _("No more tickets today"),
        _("“%(service)s” has given its %(quota)s tickets of the day. Please ask the staff."),
    ),
    "service-has-waiting": Text(
        _("People are still waiting"),
        _("%(waiting)s people wait for “%(service)s”. Move or attend them first."),
    ),
    "desk-has-waiting": Text(
        _("The desk still has people waiting"),
        _("%(waiting)s people wait only for desk %(desk)s. Transfer or attend them first."),
    ),
    "desk-has-parked": Text(
        _("The desk has people set aside"),
        _(
            "%(parked)s people were set aside by desk %(desk)s. Say whether they stay so for the "
            "other desks or go back to the line."
        ),
    ),
    "draft-changed": Text(
        _("Somebody went on with this elsewhere"),
        _(
            "Nothing of yours was stored. What is shown now is the present state: please look at it."
        ),
    ),
    "attention-has-waiting": Text(
        _("People of this class are still waiting"),
        _("%(waiting)s people of class “%(attention)s” wait. Attend them first."),
    ),
    "move-illegal": Text(
        _("This cannot be done now"),
        _("“%(move)s” is not possible: ticket %(number)s is %(state)s."),
    ),
    "ticket-not-here": Text(
        _("This ticket is not at this desk"),
        _("Ticket %(number)s is not being attended at desk %(desk)s."),
    ),
    "no-show-too-soon": Text(
        _("Too soon to mark absent"),
        _(
            "Ticket %(number)s was called again %(done)s of %(needed)s times. "
            "Call again in %(wait_s)s seconds."
        ),
    ),
    "return-too-late": Text(
        _("Too late to come back"),
        _("Ticket %(number)s could return within %(minutes)s minutes. Please give a new one."),
    ),
    "return-used": Text(
        _("This ticket came back already"),
        _("Ticket %(number)s can return once only. Please give a new one."),
    ),
    "callback-not-there": Text(
        _("Nobody can be called from there"),
        _("No desk of it calls by telephone. Finish here, or ask the person to come."),
    ),
    "transfer-same": Text(
        _("The ticket is there already"),
        _("Ticket %(number)s is already in that line. Please choose another."),
    ),
    "correct-nothing": Text(
        _("There is nothing to correct"),
        _("Ticket %(number)s has this service, class and count of people already."),
    ),
    "step-closed": Text(
        _("The next step is closed now"),
        _(
            "Ticket %(number)s goes on to “%(service)s”, which is closed now. Say whether it waits "
            "for it, leaves it out or ends here."
        ),
    ),
    "step-paused": Text(
        _("The next step is paused now"),
        _(
            "Ticket %(number)s goes on to “%(service)s”, which is paused now. Say whether it waits "
            "for it, leaves it out or ends here."
        ),
    ),
    "step-no-desk": Text(
        _("Nobody attends the next step now"),
        _(
            "Ticket %(number)s goes on to “%(service)s”, where no desk is open now. Say whether it "
            "waits for it, leaves it out or ends here."
        ),
    ),
    "step-gone": Text(
        _("The next step does not exist any more"),
        _(
            "Ticket %(number)s was to go on to “%(service)s”, which is not attended any more. Leave "
            "that step out, or end here."
        ),
    ),
    "path-over": Text(
        _("There is no further step"),
        _("Nothing follows for ticket %(number)s. Finish it instead."),
    ),
    "path-not-there": Text(
        _("This step is not to come"),
        _("“%(service)s” is not among the steps of ticket %(number)s still to come."),
    ),
    "path-has-step": Text(
        _("This step is to come already"),
        _("“%(service)s” is among the steps of ticket %(number)s still to come."),
    ),
    "path-full": Text(
        _("Too many steps"),
        _("Ticket %(number)s can have at most %(most)s steps still to come."),
    ),
    "path-not-over": Text(
        _("The visit is not over yet"),
        _("Ticket %(number)s still goes on to another step. It can be rated at its end."),
    ),
    "onward-unknown": Text(
        _("This is not possible"), _("“%(onward)s” is none of these: %(known)s.")
    ),
    "outcome-missing": Text(
        _("An outcome is needed"),
        _("Say how ticket %(number)s ended: %(known)s."),
    ),
    "callback-unknown": Text(
        _("This call is not there"),
        _("It is over, or was never asked for. Look at the line again."),
    ),
    "callback-relation": Text(
        _("Whose number is it?"), _("Choose one of these: %(known)s. Nothing was asked for.")
    ),
    "callback-left-over": Text(_("Tomorrow, or not at all?"), _("Choose one of these: %(known)s.")),
    "callback-outcome": Text(
        _("What happened with the call?"), _("Choose one of these: %(known)s.")
    ),
    "callback-hours": Text(
        _("These hours cannot be"), _("The first must lie before the second, both on one day.")
    ),
    "callback-not-offered": Text(
        _("We do not call back for this service"),
        _("Please take a ticket, or ask the staff."),
    ),
    "callback-no-hours": Text(
        _("We cannot ring you these weeks"),
        _("Please take a ticket, or ask the staff when you can be attended."),
    ),
    "callback-already": Text(
        _("You are going to be called already"),
        _("Ticket %(number)s waits for our call. Please keep your telephone near."),
    ),
    "callback-none": Text(
        _("No call was asked for"), _("Ticket %(number)s waits here, in its place.")
    ),
    "callback-too-many": Text(
        _("Too many calls were asked for here"),
        _("No more than %(most)s within an hour. Please ask the staff."),
    ),
    "callback-not-so": Text(
        _("The call is elsewhere by now"),
        _("Look at the desk again: it shows how the call stands."),
    ),
    "callback-by-phone": Text(
        _("This patient is at the telephone"),
        _("Ticket %(number)s is rung, not called on the boards. Use the keys of the call."),
    ),
    "dialling-elsewhere": Text(
        _("Another server dials now"), _("Nothing is to be done: it goes on there.")
    ),
    "dialling-closed": Text(
        _("No calls can be made now"),
        _(
            "The telephone exchange does not answer, or its line is down. Everybody keeps their place."
        ),
    ),
    "undo-nothing": Text(
        _("There is nothing to undo"), _("The last press was undone already, or was none.")
    ),
    "undo-too-late": Text(_("Too late to undo"), _("It can be undone within %(seconds)s seconds.")),
    "undo-touched": Text(
        _("It cannot be undone"), _("Ticket %(number)s has been attended to since.")
    ),
    "already-rated": Text(
        _("It was rated already"), _("Ticket %(number)s has its answer. Thank you.")
    ),
    "help-acknowledged": Text(
        _("Somebody is already on the way"), _("This call for help was answered.")
    ),
    "handover-read": Text(
        _("The note was read already"), _("Somebody at this desk marked it as read.")
    ),
    "alarm-ended": Text(_("The alarm is over"), _("Nothing is left to do about it.")),
    "alarm-seen": Text(
        _("Somebody sees to it already"), _("Another supervisor marked this alarm as seen.")
    ),
    "desk-closed": Text(_("The desk is closed"), _("Open desk %(desk)s first.")),
    "desk-on-break": Text(_("The desk is on a break"), _("End the break of desk %(desk)s first.")),
    "desk-not-on-break": Text(
        _("The desk is not on a break"), _("Desk %(desk)s is attending already.")
    ),
    "desk-open": Text(_("The desk is open already"), _("Desk %(desk)s is in session.")),
    "desk-taken": Text(
        _("Somebody else works at this desk"),
        _("Desk %(desk)s is open for another agent. Take it over or choose another."),
    ),
    "agent-elsewhere": Text(
        _("You work at another desk"),
        _("Your session is at desk %(desk)s. Close it there or carry it over."),
    ),
    "desk-serving": Text(
        _("Somebody is being attended"),
        _("Ticket %(number)s is at desk %(desk)s. Finish, set aside or transfer it first."),
    ),
}

TEXTS: dict[str, Text] = {**_ANYONE, **_NAMED, **_NEVER, **_NOW}
TEXTS |= {code: Text(*said) for code, said in PEOPLE.items()}
