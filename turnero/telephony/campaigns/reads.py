"""Campaigns as their pages show them: progress, outcomes, answers. No number, no name."""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, func, select

from turnero.queue.callback_tables import callback
from turnero.queue.shares import FEWEST, wilson
from turnero.store.sql import Query, Statement
from turnero.telephony.campaigns.survey import NO_ANSWER, QUESTIONS, Question
from turnero.telephony.campaigns.tables import campaign, campaign_answer, campaign_person

_ALL: Final = Statement(
    select(*campaign.c).where(campaign.c.site == bindparam("site")).order_by(campaign.c.id.desc())
)
_ONE: Final = Statement(
    select(*campaign.c).where(
        campaign.c.site == bindparam("site"), campaign.c.id == bindparam("id")
    )
)
_PEOPLE: Final = Statement(
    select(
        campaign_person.c.left_out,
        callback.c.end,
        callback.c.stage,
        func.count().label("n"),
    )
    .select_from(campaign_person.outerjoin(callback, callback.c.id == campaign_person.c.callback))
    .where(campaign_person.c.campaign == bindparam("campaign"))
    .group_by(campaign_person.c.left_out, callback.c.end, callback.c.stage)
)
_ANSWERS: Final = Statement(
    select(
        campaign_answer.c.question,
        campaign_answer.c.version,
        campaign_answer.c.answer,
        func.count().label("n"),
    )
    .where(campaign_answer.c.campaign == bindparam("campaign"))
    .group_by(campaign_answer.c.question, campaign_answer.c.version, campaign_answer.c.answer)
)
_OF_CALLBACK: Final = Statement(
    select(campaign_answer.c.question, campaign_answer.c.answer).where(
        campaign_answer.c.campaign == bindparam("campaign"),
        campaign_answer.c.callback == bindparam("callback"),
    )
)


class Campaign(msgspec.Struct, frozen=True):
    """A campaign and how far it is."""

    id: int
    name: str
    service: str
    script: str
    from_minute: int | None
    to_minute: int | None
    until_day: str | None
    running: bool
    made_ms: int
    #: how many are on the list, not yet in line, in line or at a desk
    people: int
    waiting: int
    open: int
    #: end of callbacks.ENDS, or why left out → how many
    ends: dict[str, int]
    #: whose call has ended, however it did; nobody who was left out
    called: int
    #: question → answer → how many, of the present wording
    answers: dict[str, dict[str, int]]

    @property
    def done(self) -> int:
        """How many will not be called any more."""
        return self.people - self.waiting - self.open


class Answered(msgspec.Struct, frozen=True):
    """The answers to one question."""

    good: int
    #: without those who would not say
    n: int
    #: whose call has ended: reached or not, whether or not they were asked
    called: int

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the share of good ones; None where too few answered."""
        return wilson(self.good, self.n) if self.n >= FEWEST else None

    @property
    def rate(self) -> float:
        """The share of those called who answered; one may answer before their call has ended."""
        return min(1.0, self.n / self.called) if self.called else 0.0


class AtCall(msgspec.Struct, frozen=True):
    """What the desk that has a person of a campaign needs of it."""

    name: str
    script: str
    #: question → answer, of this callback
    answers: dict[str, str]


def all_of(q: Query, site: int) -> list[Campaign]:
    """A site's campaigns, the newest first."""
    return [_filled(q, row) for row in q.rows(_ALL, site=site)]


def one_of(q: Query, site: int, campaign_id: int) -> Campaign | None:
    """One campaign of a site."""
    row = q.row(_ONE, site=site, id=campaign_id)
    return None if row is None else _filled(q, row)


def answered(found: Campaign, about: Question) -> Answered:
    """What was answered to a question of a campaign."""
    given = found.answers[about.key]
    good = sum(given.get(one, 0) for one in about.good)
    return Answered(good, sum(given.values()) - given.get(NO_ANSWER, 0), found.called)


def at_call(q: Query, site: int, campaign_id: int, callback_id: str) -> AtCall | None:
    """What is said and asked, and what was answered."""
    row = q.row(_ONE, site=site, id=campaign_id)
    if row is None:
        return None
    given = {
        one.question: one.answer
        for one in q.rows(_OF_CALLBACK, campaign=campaign_id, callback=callback_id)
    }
    return AtCall(row.name, row.script, given)


def _filled(q: Query, row: object) -> Campaign:
    about: dict[str, Any] = {
        one.name: getattr(row, one.name) for one in campaign.c if one.name != "site"
    }
    people = waiting = in_line = called = 0
    ends: dict[str, int] = {}
    for one in q.rows(_PEOPLE, campaign=about["id"]):
        people += one.n
        end = one.left_out or one.end
        if end is not None:
            ends[end] = ends.get(end, 0) + one.n
            called += 0 if one.left_out else one.n
        elif one.stage is None:
            waiting += one.n
        else:
            in_line += one.n
    versions = {one.key: one.version for one in QUESTIONS}
    answers: dict[str, dict[str, int]] = {one.key: {} for one in QUESTIONS}
    for one in q.rows(_ANSWERS, campaign=about["id"]):
        if versions.get(one.question) == one.version:
            answers[one.question][one.answer] = one.n
    about["running"] = bool(about["running"])
    return Campaign(
        **about,
        people=people,
        waiting=waiting,
        open=in_line,
        ends=ends,
        called=called,
        answers=answers,
    )
