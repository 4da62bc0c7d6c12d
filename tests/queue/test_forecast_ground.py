"""What a followed day begins with, as rows keep it: desks and what they serve, and who waits."""

import msgspec

from tests.queue.hall import Hall
from turnero.queue import reads, requests
from turnero.queue.commands.desk_services import serve
from turnero.queue.commands.forecasts import teach
from turnero.queue.forecast.history import History

#: the history of a queue in which nothing happened
NOTHING = msgspec.json.encode(History()).decode()


async def test_a_desk_serves_what_it_served_when_the_day_began(hall: Hall) -> None:
    hall.wait(24 * 3600)
    await hall.act(teach, requests.TeachDay("2026-03-02", (("caja", NOTHING),), "[]"))
    await hall.act(serve, requests.ServeServices("hnc.v2", ("caja",), ("sangre",)))
    ground = await hall.read(reads.forecast_ground, hall.site, hall.clock.now_ms())
    assert ground is not None
    assert ground.day == "2026-03-03"
    assert ground.serves["hnc.v2"] == {"sangre": 0, "infecto": 0}
    assert ground.serves["hnc.v1"] == {"caja": 0, "urgencia": 0, "sangre": 1}


async def test_who_waited_and_worked_when_the_day_began_is_there(hall: Hall) -> None:
    await hall.open()
    waits = await hall.take("urgencia", "preferential", people=2)
    gone = await hall.take("urgencia")
    await hall.move("cancel", gone)
    hall.wait(24 * 3600)
    await hall.act(teach, requests.TeachDay("2026-03-02", (("caja", NOTHING),), "[]"))
    ground = await hall.read(reads.forecast_ground, hall.site, hall.clock.now_ms())
    assert ground is not None
    assert list(ground.sessions.values()) == [("hnc.v1", False)]
    assert ground.tickets == {waits: ("urgencia", "preferential", 2)}
