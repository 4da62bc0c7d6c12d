"""Signing in: a new session each time, ended by sign-out, by time, by a changed password; never guessed."""

from pathlib import Path

import httpx
import pytest

from tests.server.installation import PASSWORD, Installation, installation
from turnero.server.accounts import locks, passwords
from turnero.server.accounts.commands import Made, SetDisabled, disable_account
from turnero.store import journal
from turnero.store.clock import VirtualClock
from turnero.store.errors import Refused
from turnero.store.tx import Tx

COOKIE = "__Host-turnero_user"
HOUR_MS = 3600 * 1000


async def sign_in(
    client: httpx.AsyncClient, login: str = "ana", password: str = PASSWORD, **more: str
) -> httpx.Response:
    return await client.post("/sign-in", data={"login": login, "password": password, **more})


async def signed_in(client: httpx.AsyncClient) -> bool:
    answer = await client.get("/account")
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


async def test_a_person_signs_in_and_out(here: Installation) -> None:
    await here.person("ana")
    async with here.client() as client:
        assert not await signed_in(client)
        answer = await sign_in(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert await signed_in(client)
        kept = client.cookies[COOKIE]
        await client.post("/sign-out")
        client.cookies.set(COOKIE, kept)
        assert not await signed_in(client), (
            "the session must end at the server, not only in the browser"
        )


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(here: Installation) -> None:
    await here.person("ana")
    async with here.client() as client:
        cookie = (await sign_in(client)).headers["set-cookie"]
    for part in ("__Host-", "HttpOnly", "SameSite=strict", "Secure", "Path=/"):
        assert part in cookie
    async with here.client(base="http://kiosk.hospital.lan:8400") as client:
        cookie = (await sign_in(client)).headers["set-cookie"]
    assert "__Host-" not in cookie, "browsers drop it on plain http"
    assert "HttpOnly" in cookie


async def test_a_session_that_somebody_else_chose_is_not_adopted(here: Installation) -> None:
    await here.person("ana")
    chosen = "chosen-by-an-attacker-who-waits-for-the-sign-in"
    async with here.client() as victim, here.client() as attacker:
        victim.cookies.set(COOKIE, chosen)
        await sign_in(victim)
        assert victim.cookies.get(COOKIE, domain="127.0.0.1") != chosen
        attacker.cookies.set(COOKIE, chosen)
        assert not await signed_in(attacker)


async def test_signing_in_again_ends_the_session_that_the_browser_had(here: Installation) -> None:
    await here.person("ana")
    async with here.client() as client, here.client() as thief:
        await sign_in(client)
        first = client.cookies[COOKIE]
        await sign_in(client)
        assert client.cookies[COOKIE] != first
        thief.cookies.set(COOKIE, first)
        assert not await signed_in(thief)
        assert await signed_in(client)


async def test_wrong_password_unknown_login_and_disabled_account_are_answered_alike(
    here: Installation,
) -> None:
    await here.person("ana")
    number = await here.person("off")
    await here.running.ledger.run(_disable, number, site=0, actor="test")
    answers: list[tuple[int, int]] = []
    for login, password in (("ana", "wrong"), ("nobody", "wrong"), ("off", PASSWORD)):
        async with here.client(address=f"10.0.0.{len(answers)}") as client:
            answer = await sign_in(client, login, password)
            assert "set-cookie" not in answer.headers
            answers.append((answer.status_code, answer.text.count("Name or password is wrong")))
    assert answers == [(401, 1)] * 3


async def test_an_unknown_login_costs_the_same_work(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    verify = passwords._verify

    def counted(hashed: str, password: str) -> bool:
        asked.append(hashed)
        return verify(hashed, password)

    monkeypatch.setattr(passwords, "_verify", counted)
    async with here.client() as client:
        await sign_in(client, "nobody", "x")
    assert len(asked) == 1
    assert asked[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_too_many_wrong_passwords_make_the_login_wait_also_for_the_right_one(
    here: Installation,
) -> None:
    await here.person("ana")
    async with here.client(address="10.0.1.1") as client:
        for _ in range(locks.FREE):
            assert (await sign_in(client, password="wrong")).status_code == 401
        answer = await sign_in(client)
    assert answer.status_code == 429
    assert "set-cookie" not in answer.headers
    async with here.client(address="10.0.2.1") as client:
        assert (await sign_in(client)).status_code == 303, "elsewhere the owner is not locked out"


async def test_one_client_cannot_try_many_logins(here: Installation) -> None:
    async with here.client() as client:
        statuses = [(await sign_in(client, f"login{n}", "x")).status_code for n in range(10)]
    assert statuses.count(401) == 8
    assert statuses[-1] == 429


async def test_who_signs_in_goes_on_to_an_address_with_any_letters(here: Installation) -> None:
    await here.person("ana")
    async with here.client() as client:
        for given, there in (
            ("/greeter?site=año", "/greeter?site=a%C3%B1o"),
            ("/desk/中.1", "/desk/%E4%B8%AD.1"),
            ("/desk/a%2Fb?x=1&y=2", "/desk/a%2Fb?x=1&y=2"),
            ("//evil.example", "/"),
        ):
            answer = await client.post(
                "/sign-in", data={"login": "ana", "password": PASSWORD, "next": given}
            )
            assert (answer.status_code, answer.headers["location"]) == (303, there)


async def test_a_branch_behind_one_address_begins_its_day_at_the_same_time(
    here: Installation,
) -> None:
    await here.person("ana")
    async with here.client() as client:
        statuses = [(await sign_in(client)).status_code for _ in range(12)]
    assert statuses == [303] * 12


async def test_a_sign_in_from_another_sites_page_is_refused(here: Installation) -> None:
    await here.person("ana")
    async with here.client(origin="http://evil.example") as client:
        assert (await sign_in(client)).status_code == 403
    async with here.client(origin="") as client:
        assert (await sign_in(client)).status_code == 403


async def test_after_signing_in_one_goes_back_to_where_one_was_but_never_elsewhere(
    here: Installation,
) -> None:
    await here.person("ana")
    async with here.client() as client:
        assert (await sign_in(client, next="/desk/demo.1")).headers["location"] == "/desk/demo.1"
        for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example"):
            assert (await sign_in(client, next=elsewhere)).headers["location"] == "/"


async def test_a_session_ends_when_it_is_not_used_and_at_last_in_any_case(tmp_path: Path) -> None:
    clock = VirtualClock(1_800_000_000_000)
    async with installation(
        tmp_path / "data", clock=clock, session_hours=4, session_idle_minutes=60
    ) as here:
        await here.person("ana")
        async with here.client() as client:
            await sign_in(client)
            clock.advance(61 * 60_000)
            assert not await signed_in(client), "idle"
            await sign_in(client)
            for _ in range(7):
                clock.advance(HOUR_MS // 2)
                assert await signed_in(client)
            clock.advance(HOUR_MS)
            assert not await signed_in(client), "four hours are over, however busy"


async def test_sessions_outlive_a_restart(tmp_path: Path) -> None:
    async with installation(tmp_path / "data") as here:
        await here.person("ana")
        async with here.client() as client:
            await sign_in(client)
            cookie = client.cookies[COOKIE]
    async with installation(tmp_path / "data") as here, here.client() as client:
        client.cookies.set(COOKIE, cookie)
        assert await signed_in(client)


async def test_a_changed_password_ends_every_session_of_the_account(here: Installation) -> None:
    number = await here.person("ana")
    async with here.client() as one, here.client(address="10.0.0.9") as other:
        await sign_in(one)
        await sign_in(other)
        answer = await one.post(
            "/account/password",
            data={
                "old": "not it",
                "password": "another good long one",
                "idempotency_key": "k" * 10,
            },
        )
        assert answer.status_code == 403
        assert await signed_in(other)
        await one.post(
            "/account/password",
            data={
                "old": PASSWORD,
                "password": "another good long one",
                "idempotency_key": "l" * 10,
            },
        )
        assert not await signed_in(other)
        assert (await sign_in(other)).status_code == 401
        assert (await sign_in(other, password="another good long one")).status_code == 303
    assert number


async def test_a_disabled_account_is_out_at_once(here: Installation) -> None:
    number = await here.person("ana")
    async with here.client() as client:
        await sign_in(client)
        assert await signed_in(client)
        await here.running.ledger.run(_disable, number, site=0, actor="test")
        assert not await signed_in(client)


async def test_the_journal_says_who_signed_in_and_nothing_about_them(here: Installation) -> None:
    number = await here.person("ana-maria-quispe")
    async with here.client() as client:
        await sign_in(client, "ana-maria-quispe")
    entries = await here.running.ledger.read(journal.read, 0, 0)
    assert "signed-in" in {entry.kind for entry in entries}
    everything = b"".join(entry.body for entry in entries)
    assert b"ana-maria" not in everything
    assert str(number).encode() in everything


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaa", "x" * 129])
async def test_a_password_that_is_too_short_too_long_or_one_letter_is_refused(
    here: Installation, password: str
) -> None:
    with pytest.raises(Refused):
        await here.running.accounts.create("bea", password, role="agent", actor="test")


def _disable(tx: Tx, number: int) -> Made:
    return disable_account(tx, SetDisabled(number, disabled=True))
