"""The forms that kiosk and phone post. Field names are those of the templates."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from turnero.queue.scanned import LONGEST
from turnero.web.forms import Form

Key = Annotated[str, Meta(max_length=80)]
Code = Annotated[str, Meta(max_length=LONGEST)]
Question = Annotated[str, Meta(max_length=40)]
Reason = Annotated[str, Meta(max_length=40)]


class TakeForm(Form, frozen=True, kw_only=True):
    """Take a ticket. All that decides about it is here, so that a repeat is the same act."""

    service: Key
    attention: Key = ""
    language: Annotated[str, Meta(max_length=10)] = ""
    aids: Annotated[str, Meta(max_length=100)] = ""
    people: Annotated[int, Meta(ge=1, le=99)] = 1


class FindForm(Struct, frozen=True, kw_only=True):
    """A ticket, scanned (`code`) or typed (`digits`), and what it is looked for."""

    code: Code = ""
    digits: Annotated[str, Meta(max_length=40)] = ""
    #: number of what the kiosk's own scanner read, which is taken instead of `code`
    scan: Annotated[int, Meta(ge=0)] = 0
    #: the service whose page was shown when a document was scanned
    service: Key = ""
    #: "rate" goes on to the questions where that is possible
    to: Literal["see", "rate"] = "see"


class HeldForm(Form, frozen=True, kw_only=True):
    """An act of whoever holds this ticket, at a kiosk."""

    code: Code


class NumberForm(Form, frozen=True, kw_only=True):
    """Back again, of somebody who has only the number."""

    number: Annotated[str, Meta(max_length=12)]


class HelpForm(Form, frozen=True, kw_only=True):
    """Somebody is needed here."""

    need: Literal["help", "unwell"]


class AnswerForm(Form, frozen=True, kw_only=True):
    """An answer to a question. `chosen`: its reasons were asked, so that it can be kept."""

    question: Question
    version: Annotated[int, Meta(ge=1, le=10_000)]
    #: a figure of the question, or "no-answer"
    answer: Annotated[str, Meta(max_length=12)]
    chosen: Literal["", "yes"] = ""
    reasons: tuple[Reason, ...] = ()
    comment: Annotated[str, Meta(max_length=1000)] = ""


class KioskAnswerForm(AnswerForm, frozen=True, kw_only=True):
    """The same at a kiosk, where the address doesn't hold the ticket's code."""

    code: Code


class CallForm(Form, frozen=True, kw_only=True):
    """To be rung instead of waiting; without `sure` the number is read back first."""

    number: Annotated[str, Meta(max_length=40)] = ""
    service: Key = ""
    attention: Key = ""
    language: Annotated[str, Meta(max_length=10)] = ""
    aids: Annotated[str, Meta(max_length=100)] = ""
    whose: Literal["self", "mother", "father", "child", "partner", "carer", "other"] = "self"
    #: whoever answers may be told what it is about
    tell: Literal["", "yes"] = ""
    when: Literal["any", "morning", "afternoon"] = "any"
    sure: Literal["", "yes"] = ""


class CallChangeForm(Form, frozen=True, kw_only=True):
    """Other hours, or what becomes of it if today's do not suffice; empty: as it is."""

    when: Literal["", "any", "morning", "afternoon"] = ""
    left_over: Literal["", "tomorrow", "drop"] = ""
