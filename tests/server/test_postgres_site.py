"""The same server on PostgreSQL: loaded, asked, stopped and started again."""

from pathlib import Path

from tests.peers.server import RunningServer


def test_a_site_on_postgresql_issues_and_goes_on_after_a_restart(
    postgres_database: str, tmp_path: Path
) -> None:
    server = RunningServer(tmp_path / "data", environment={"TURNERO_DATABASE": postgres_database})
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
