"""The same server on PostgreSQL: loaded, asked, stopped and started again."""

from pathlib import Path

from tests.peers.server import RunningServer


def test_a_site_on_postgresql_issues_and_goes_on_after_a_restart(
    postgres_database: str, tmp_path: Path
) -> None:
    server = RunningServer(
        tmp_path / "data", fresh=True, environment={"TURNERO_DATABASE": postgres_database}
    )
    server.data.mkdir()
    server.load()
    server.start()
    try:
        for number in ("C001", "C002"):
            with server.client("kiosk") as client:
                issued = client.post("/api/v1/tickets", json={"site": "demo", "service": "cash"})
                assert (issued.status_code, issued.json()["number"]) == (201, number)
                assert client.get("/health/ready").json() == {"ready": True}
            assert server.stop() < 3
            server.start()
        assert "holds" in server.command("verify")
    finally:
        server.stop()


def test_what_no_text_of_postgresql_holds_is_refused_and_nothing_breaks(
    postgres_database: str, tmp_path: Path
) -> None:
    server = RunningServer(tmp_path / "data", environment={"TURNERO_DATABASE": postgres_database})
    server.data.mkdir()
    server.load()
    server.start()
    try:
        with server.client("administrator") as client:
            asked = {
                path: client.get(path, timeout=5).status_code
                for path in (
                    *("/live?view=ticket:es:%00", "/t/%00", "/desk/demo.%00", "/paper/%00"),
                    *("/greeter/tickets/%00", "/board?site=%00", "/calls/%00", "/admin/%00"),
                    "/display/picture/1/%00.webp",
                )
            }
            assert set(asked.values()) == {404}, asked
            for path, body in (
                ("tickets", {"site": "demo", "service": "a\0"}),
                ("tickets", {"site": "demo\0", "service": "cash"}),
                ("tickets", {"site": "demo", "service": "cash", "attention": "\0"}),
                ("tickets", {"site": "demo", "service": "cash", "language": "\0"}),
                ("tickets", {"site": "demo", "service": "cash", "aids": ["\0"]}),
                ("desks/demo.1/open", {}),
                ("desks/demo.1/break", {"reason": "a\0"}),
                ("callbacks", {"site": "demo", "service": "\0", "number": "987654482"}),
            ):
                answer = client.post(f"/api/v1/{path}", json=body)
                assert answer.status_code < 500, (path, body, answer.text)
            assert client.get("/health/ready").json() == {"ready": True}
    finally:
        server.stop()
