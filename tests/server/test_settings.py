"""Settings are checked before anything starts; each error names the key, what is wrong and what fits."""

from pathlib import Path

import pytest

from turnero.server.settings import SettingsError, load, strangers


def _file(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "turnero.toml").write_text(text, "utf-8")
    return folder


def test_without_a_file_the_server_listens_on_this_machine_alone(tmp_path: Path) -> None:
    settings = load(tmp_path, environment={})
    assert (settings.host, settings.port, settings.postgres) == ("127.0.0.1", 8400, None)


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(tmp_path: Path) -> None:
    folder = _file(tmp_path / "d", "port = 1\nhost = '0.0.0.0'\nsession_hours = 3\n")
    settings = load(
        folder,
        environment={"TURNERO_PORT": "2", "TURNERO_HOST": "::1"},
        given={"port": 3, "host": None},
    )
    assert (settings.port, settings.host, settings.session_hours) == (3, "::1", 3)


def test_lists_in_the_environment_are_separated_by_commas(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        environment={
            "TURNERO_TRUSTED_PROXIES": "10.0.0.1, 10.1.0.0/16",
            "TURNERO_ACCESS_LOG": "true",
        },
    )
    assert settings.trusted_proxies == ("10.0.0.1", "10.1.0.0/16")
    assert settings.access_log


def test_the_folder_can_come_from_the_environment(tmp_path: Path) -> None:
    assert load(environment={"TURNERO_DATA": str(tmp_path / "x")}).data == tmp_path / "x"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("port = 70000", ["turnero.toml: port", "70000", "from 1 to 65535"]),
        ("port = '8400'", ["turnero.toml: port", "'8400'", "a number"]),
        ("log_level = 'loud'", ["log_level", "'loud'", '"debug"']),
        ("languages = []", ["languages", '["es", "en"]']),
        ("languages = ['xx']", ["languages", "'xx'", "es"]),
        ("prot = 8400", ["turnero.toml: prot", "no such setting", "port"]),
        ("database = 'mysql://x'", ["database", "postgresql://"]),
        ("public_address = 'turnos.example.org'", ["public_address", "https://"]),
        ("trusted_proxies = ['proxy']", ["trusted_proxies", "'proxy'"]),
        ("tls = 'proxy'", ["trusted_proxies", 'tls = "proxy"']),
        ("tls = 'own'", ["tls_certificate", "tls_key"]),
        ("tls = 'own'\ntls_certificate = '/no'\ntls_key = '/no'", ["there is no file /no"]),
        (
            "exchange = 'asterisk'\nasterisk_password = 'x'\nasterisk_listen = '8765'",
            ["asterisk_listen", '"127.0.0.1:8765"'],
        ),
        ("data = '/elsewhere'", ["data", "--data"]),
        ("port = = 3", ["turnero.toml", "not TOML"]),
    ],
)
def test_a_wrong_setting_is_named_with_what_fits(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    folder = _file(tmp_path / "d", text)
    with pytest.raises(SettingsError) as caught:
        load(folder, environment={})
    for word in words:
        assert word in str(caught.value)


def test_every_wrong_setting_is_told_at_once(tmp_path: Path) -> None:
    folder = _file(tmp_path / "d", "port = 'x'\nlog_format = 3\n")
    with pytest.raises(SettingsError) as caught:
        load(folder, environment={"TURNERO_SESSION_HOURS": "100"})
    assert len(str(caught.value).splitlines()) == 3


def test_a_databases_password_is_not_repeated_in_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, environment={"TURNERO_DATABASE": "mysql://user:hunter2@host/db"})
    assert "hunter2" not in str(caught.value)


def test_a_name_in_the_environment_that_is_no_setting_is_noticed() -> None:
    assert strangers({"TURNERO_PROT": "1", "TURNERO_PORT": "1", "HOME": "/"}) == ["TURNERO_PROT"]
