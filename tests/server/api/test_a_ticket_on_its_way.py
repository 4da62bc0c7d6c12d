"""Over the API: a ticket that goes through several services under one number."""

from collections.abc import Callable

import pytest

from tests.server.api.conftest import As, Json

Take = Callable[..., Json]
Act = Callable[..., Json]


@pytest.fixture(autouse=True)
def nobody_else(act: Act) -> None:
    """Call whoever an earlier test left in line."""
    for desk, outcome in (("demo.1", None), ("demo.3", "other")):
        while act(f"desks/{desk}/next", outcome=outcome)["ticket"] is not None:
            pass


def states(ticket: Json) -> list[tuple[str, str]]:
    """Each step and where it stands."""
    return [(step["service"], step["state"]) for step in ticket["path"]]


def test_steps_are_added_left_out_and_gone_through(as_: As, take: Take, act: Act) -> None:
    taken = take("cash")
    path = f"tickets/{taken['id']}"
    act("desks/demo.1/next")
    assert as_("kiosk").get(f"/api/v1/{path}").json()["path"] == []
    added = act(f"{path}/path/add", service="laboratory")
    assert states(added) == [("cash", "now"), ("laboratory", "next")]
    assert states(act(f"{path}/path/add", service="admission", last=True))[-1] == (
        "admission",
        "next",
    )
    act(f"{path}/path/skip", service="admission")
    sent = act(f"{path}/finish")
    assert (sent["state"], sent["service"], sent["number"]) == (
        "waiting",
        "laboratory",
        taken["number"],
    )
    assert states(sent)[0] == ("cash", "done")
    assert sent["path"][0]["desk"] == "demo.1"
    assert sent["path"][-1]["name"] == "Laboratory"
    assert sent["waited_seconds"] >= 0
    called = act("desks/demo.3/next")["ticket"]
    assert (called["id"], called["number"]) == (taken["id"], taken["number"])
    assert act(f"{path}/finish", outcome="attended")["state"] == "finished"


def test_whoever_ends_a_step_says_what_to_do_where_nobody_attends_the_next(
    as_: As, take: Take, act: Act
) -> None:
    taken = take("cash")
    path = f"tickets/{taken['id']}"
    act("desks/demo.1/next")
    act(f"{path}/path/add", service="scarce")
    refused = as_("desk").post(f"/api/v1/{path}/finish", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "step-no-desk")
    assert taken["number"] in refused.json()["detail"]
    nonsense = as_("desk").post(f"/api/v1/{path}/finish", json={"onward": "fly"})
    assert nonsense.status_code == 422
    answer = act("desks/demo.1/next", onward="end")
    assert (answer["ticket"], answer["finished"]) == (None, taken["id"])
    assert as_("kiosk").get(f"/api/v1/{path}").json()["state"] == "finished"
