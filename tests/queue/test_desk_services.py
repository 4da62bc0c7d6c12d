"""A supervisor moves a desk: it calls other services from now on."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from tests.queue.refusal import refused
from turnero.queue import reads
from turnero.queue.commands import desk_services, pauses
from turnero.queue.facts import Change, LineKept, SiteLoaded
from turnero.queue.requests import PauseService, Serves, ServeServices


async def _serve(hall: Hall, *primary: str, desk: str = "hnc.v1", **more: object) -> Serves:
    request = ServeServices(desk, primary, **more)  # type: ignore[arg-type]
    return await hall.act(desk_services.serve, request, "user:1")


@both_engines
async def test_a_moved_desk_calls_its_new_services_and_keeps_its_session(hall: Hall) -> None:
    session = await hall.open()
    sample = await hall.take("infecto")
    assert await hall.next() is None
    answer = await _serve(hall, "infecto", overflow=("caja",))
    assert answer == Serves("hnc.v1", ("infecto",), ("caja",))
    assert await hall.next() == sample
    assert (await hall.desk()).session.id == session  # type: ignore[union-attr]


@both_engines
async def test_the_move_is_a_fact_with_before_and_after(hall: Hall) -> None:
    await _serve(hall, "caja", "citas")
    loaded = [fact for fact in await hall.facts() if isinstance(fact, SiteLoaded)][-1]
    assert loaded == SiteLoaded(
        site="hnc",
        changes=(
            Change(
                "desk",
                "v1",
                {"serves": {"caja": 0, "urgencia": 0, "sangre": 1}},
                {"serves": {"caja": 0, "citas": 0}},
            ),
        ),
    )


async def test_the_same_services_again_are_no_fact(hall: Hall) -> None:
    before = await hall.facts()
    await _serve(hall, "caja", "urgencia", overflow=("sangre",))
    assert await hall.facts() == before


async def test_what_is_not_there_or_makes_no_sense_is_refused(hall: Hall) -> None:
    async with refused(hall, "desk-unknown", desk="hnc.v9"):
        await _serve(hall, "caja", desk="hnc.v9")
    async with refused(hall, "service-unknown", service="nada"):
        await _serve(hall, "nada")
    async with refused(hall, "service-is-group", service="lab"):
        await _serve(hall, "lab")
    async with refused(hall, "service-twice", service="caja"):
        await _serve(hall, "caja", overflow=("caja",))
    async with refused(hall, "desk-without-service", desk="hnc.v1"):
        await _serve(hall, overflow=("caja",))


@pytest.mark.rule("numbers")
async def test_letters_that_sound_alike_do_not_come_into_one_zone(hall: Hall) -> None:
    from tests.queue.hall import SITE

    both = SITE.replace('prefix = "C"', 'prefix = "B"').replace('prefix = "K"', 'prefix = "P"')
    await hall.load(both)
    async with refused(hall, "prefixes-sound-alike", desk="hnc.v1", letters="B, P"):
        await _serve(hall, "caja", "citas")
    # the other zone hears only one of them
    await _serve(hall, "citas", desk="hnc.v2")


@pytest.mark.rule("last-desk")
@both_engines
async def test_the_last_desk_of_a_service_leaves_it_only_with_a_word_on_its_line(
    hall: Hall,
) -> None:
    await hall.open()
    await hall.take("caja")
    async with refused(hall, "service-last-desk", service="caja", waiting=1):
        await _serve(hall, "citas")
    await _serve(hall, "citas", line="keep")
    kept = [fact for fact in await hall.facts() if isinstance(fact, LineKept)]
    assert kept == [LineKept(service="caja", desk="hnc.v1", waiting=1)]
    told = await hall.read(reads.messages, 1, None)
    assert [(one.sort, one.service) for one in told] == [("kept", "caja")]
    # who calls it again ends what was said of it
    await _serve(hall, "caja")
    assert await hall.read(reads.messages, 1, None) == ()


async def test_a_paused_service_may_be_left(hall: Hall) -> None:
    await hall.open()
    await hall.take("caja")
    await hall.act(pauses.pause_service, PauseService("caja"))
    await _serve(hall, "citas")
    assert any(isinstance(fact, LineKept) for fact in await hall.facts())


async def test_a_closed_desk_is_moved_without_a_question(hall: Hall) -> None:
    await hall.take("caja")
    await _serve(hall, "citas")
    assert not any(isinstance(fact, LineKept) for fact in await hall.facts())
