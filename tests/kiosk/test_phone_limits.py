"""How often a ticket's page may be asked for: whoever guesses or hurries takes nothing from others.

All phones of a hospital may come from one address, as all of these do.
"""

from tests.kiosk.clinic import Clinic
from turnero.queue.facts import TicketRated
from turnero.web.limits import LIMITS, Buckets, Limit

FEW = Limit(burst=3, per_minute=1)


async def test_a_full_waiting_room_behind_one_address_opens_its_pages_at_once(
    clinic: Clinic,
) -> None:
    clinic.web.buckets = Buckets({**LIMITS, "public": FEW}, now_s=lambda: 0.0)
    codes = [await clinic.code((await clinic.arrive()).ticket) for _ in range(10)]
    assert [(await clinic.get(f"/t/{code}", "")).status_code for code in codes] == [200] * 10


async def test_who_guesses_is_answered_ever_less_and_keeps_nobody_away(clinic: Clinic) -> None:
    clinic.web.buckets = Buckets({**LIMITS, "public": FEW}, now_s=lambda: 0.0)
    code = await clinic.code((await clinic.arrive()).ticket)
    guesses = [await clinic.get(f"/t/{n:022d}", "") for n in range(5)]
    assert [one.status_code for one in guesses] == [404, 404, 404, 429, 429]
    posted = await clinic.post(f"/t/{5:022d}/leave", "")
    assert posted.status_code == 429
    assert (await clinic.get(f"/t/{code}", "")).status_code == 200
    assert (await clinic.post(f"/t/{code}/step-out", "")).status_code == 303


async def test_one_ticket_alone_is_asked_for_too_often(clinic: Clinic) -> None:
    clinic.web.buckets = Buckets({**LIMITS, "ticket": FEW}, now_s=lambda: 0.0)
    first, other = [await clinic.code((await clinic.arrive()).ticket) for _ in range(2)]
    answers = [(await clinic.get(f"/t/{first}", "")).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 429]
    assert (await clinic.get(f"/t/{other}", "")).status_code == 200


async def test_who_goes_out_and_comes_back_without_end_does_not_fill_the_journal(
    clinic: Clinic,
) -> None:
    first, other = [await clinic.code((await clinic.arrive()).ticket) for _ in range(2)]
    acts = [f"/t/{first}/{act}" for act in ("step-out", "return") * 15]
    answers = [(await clinic.post(act, "")).status_code for act in acts]
    assert answers == [303] * LIMITS["act"].burst + [429] * (30 - LIMITS["act"].burst)
    assert (await clinic.post(f"/t/{other}/step-out", "")).status_code == 303


async def test_who_rates_without_end_keeps_nobody_from_it(clinic: Clinic) -> None:
    clinic.web.buckets = Buckets({**LIMITS, "rating": FEW}, now_s=lambda: 0.0)
    await clinic.open_desk()
    mine, theirs = [await clinic.code(await clinic.served()) for _ in range(2)]
    said = {"question": "overall", "version": "1", "answer": "5", "chosen": "yes"}
    answers = [(await clinic.post(f"/t/{mine}/rate", "", **said)).status_code for _ in range(5)]
    assert answers[3:] == [429, 429]
    await clinic.post(f"/t/{theirs}/rate", "", **said)
    assert len(await clinic.facts(TicketRated)) == 2


async def test_whose_number_waits_for_a_call_is_not_tried_out(clinic: Clinic) -> None:
    code = await clinic.code((await clinic.arrive()).ticket)
    answers = [
        (await clinic.post(f"/t/{code}/call", "", number=f"9876541{n:02d}")).status_code
        for n in range(30)
    ]
    assert answers.count(200) == LIMITS["call"].burst
    assert answers[-1] == 429
    assert (await clinic.get(f"/t/{code}", "")).status_code == 200
