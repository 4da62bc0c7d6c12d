"""Facts of campaigns. Ids and figures only: never a number, a name or what somebody said."""

from turnero.store.facts import Fact, register


class CampaignMade(Fact, frozen=True, tag="campaign-made"):
    """A list of people is to be called."""

    campaign: int
    service: str
    people: int


class CampaignMoved(Fact, frozen=True, tag="campaign-moved"):
    """It was stopped, or goes on."""

    campaign: int
    running: bool


class CampaignAnswered(Fact, frozen=True, tag="campaign-answered"):
    """An answer to a survey; a later one to the same question takes its place."""

    campaign: int
    callback: str
    ticket: str
    question: str
    version: int
    #: of survey.QUESTIONS, or "no-answer"
    answer: str


register(CampaignMade, CampaignMoved, CampaignAnswered)
