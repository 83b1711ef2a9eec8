import json
import ssl
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tarash_core.catalog import lifecycle
from tarash_core.cli import checkup
from tarash_core.cli.simulators import simulator_of
from tarash_core.ledger import Ledger
from tarash_core.plugins import loader
from tarash_core.testing import background

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch):
    """No proxies and no certificates of whoever runs the tests."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def found(run, *words, code=0):
    result = run("doctor", "--json", *words)
    assert result.exit_code == code, result.output
    told = json.loads(result.stdout)
    assert told["ok"] is (code == 0)
    return {(it["section"], it["name"]): (it["state"], it["message"]) for it in told["findings"]}


def test_everything_is_told_in_sections(run):
    result = run("doctor", "--provider", "fal")
    assert result.exit_code == 0, result.output
    sections = [line for line in result.stdout.splitlines() if line and not line.startswith(" ")]
    wanted = ["versions", "extras", "plugins", "catalogues", "keys", "profiles", "ledger", "network", "clock"]
    assert sections[:-1] == wanted
    assert sections[-1].startswith("0 problems, ")


def test_versions_and_extras_are_those_that_are_installed(run):
    told = found(run, "--provider", "fal")
    assert told["versions", "tarash-core"][1].count(".") == 2
    assert told["extras", "cli"][0] == "ok" and "click" in told["extras", "cli"][1]
    assert told["plugins", "fal"][1].startswith("tarash-fal 0.")


def test_an_extra_that_is_missing_is_a_note_with_the_command(run, monkeypatch):
    monkeypatch.setattr(checkup, "_version", lambda name: None if name == "h11" else "1.0")
    state, said = found(run, "--provider", "fal")["extras", "simulate"]
    assert (state, said) == ("note", 'not installed (h11); run: pip install "tarash-core[simulate]"')


def test_a_key_is_told_by_its_variable_and_never_shown(run, monkeypatch):
    monkeypatch.setenv("FAL_KEY_ID", "my-id")
    monkeypatch.setenv("FAL_KEY_SECRET", "my-secret")
    result = run("doctor", "--provider", "fal", "--provider", "replicate")
    assert "set by FAL_KEY_ID and FAL_KEY_SECRET" in result.stdout
    assert "not set; set REPLICATE_API_TOKEN" in result.stdout
    assert "my-id" not in result.output and "my-secret" not in result.output


def test_a_key_that_cannot_be_one_is_a_problem(run, monkeypatch):
    monkeypatch.setenv("FAL_KEY", "fal\nkey-secret")
    state, said = found(run, "--provider", "fal", code=1)["keys", "fal"]
    assert state == "problem" and said.startswith("FAL_KEY cannot be a key")
    assert "key-secret" not in said


def test_another_host_is_noted_without_what_is_secret_in_it(run, monkeypatch):
    monkeypatch.setenv("TARASH_FAL_BASE_URL", "https://me:pass@proxy.example/fal?key=abc")
    result = run("doctor", "--provider", "fal")
    assert "requests go to https://***@proxy.example/fal?***, by TARASH_FAL_BASE_URL" in result.stdout
    assert "pass" not in result.output and "abc" not in result.output


def test_a_catalogue_gets_old(run):
    lifecycle.set_today("2026-11-24")
    try:
        assert found(run, "--provider", "fal")["catalogues", "fal"] == (
            "ok",
            "978 models, checked 2026-11-22, 2 days ago",
        )
        lifecycle.set_today("2027-11-22")
        state, said = found(run, "--provider", "fal")["catalogues", "fal"]
    finally:
        lifecycle.set_today(None)
    assert state == "note" and "365 days ago; look for a newer one with: pip install -U tarash-fal" in said


def test_a_broken_plugin_is_a_problem(run, monkeypatch):
    info = loader.PluginInfo(name="acme", kind="provider", distribution="acme-tarash", failure="It is broken.")
    monkeypatch.setattr(loader, "installed_providers", lambda check=False: (info,))
    state, said = found(run, code=1)["plugins", "acme"]
    assert state == "problem" and "It is broken." in said


def test_no_provider_at_all_is_a_problem(run, monkeypatch):
    monkeypatch.setattr(loader, "installed_providers", lambda check=False: ())
    assert found(run, code=1)["plugins", "providers"] == (
        "problem",
        "No provider is installed; run: pip install tarash-fal",
    )


def test_profiles_and_the_variables_that_they_name(run, monkeypatch):
    text = '[profiles.studio]\nmodel = "fal/fal-ai/veo3.1"\napi_key_env = "STUDIO_KEY"'
    Path("tarash.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("STUDIO_KEY", "studio-secret")
    told = found(run, "--provider", "fal")
    assert told["profiles", "studio"] == ("ok", "fal/fal-ai/veo3.1")
    assert told["profiles", "STUDIO_KEY"] == ("ok", "set; named by profiles.studio.api_key_env")
    monkeypatch.delenv("STUDIO_KEY")
    assert found(run, "--provider", "fal")["profiles", "STUDIO_KEY"][0] == "note"


def test_a_broken_profile_file_is_a_problem(run):
    Path("tarash.toml").write_text("[profiles", encoding="utf-8")
    state, said = found(run, "--provider", "fal", code=1)["profiles", "file"]
    assert state == "problem" and "is not valid TOML" in said


def test_the_ledger_is_looked_at_but_not_made(run, tmp_path):
    path = tmp_path / "state" / "jobs.db"
    assert found(run, "--provider", "fal")["ledger", "file"] == ("ok", f"{path}, made at the first purchase")
    assert not path.exists()
    path.parent.mkdir()
    Ledger(path).close()
    assert found(run, "--provider", "fal")["ledger", "file"][1].startswith(f"{path}, ")


def test_a_ledger_that_is_none_is_a_problem_and_one_that_is_off_a_note(run, tmp_path, monkeypatch):
    path = tmp_path / "no.db"
    path.write_text("this is no database, but a text of some length" * 40, encoding="utf-8")
    monkeypatch.setenv("TARASH_LEDGER", str(path))
    assert found(run, "--provider", "fal", code=1)["ledger", "file"][0] == "problem"
    monkeypatch.setenv("TARASH_LEDGER", "")
    assert found(run, "--provider", "fal")["ledger", "file"][0] == "note"


def test_a_certificate_file_that_is_not_there_is_a_problem(run, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", "nowhere.pem")
    state, said = found(run, "--provider", "fal", code=1)["network", "SSL_CERT_FILE"]
    assert (state, said) == ("problem", "nowhere.pem does not exist; change or unset the variable")


def test_the_tls_library_is_told(run):
    assert found(run, "--provider", "fal")["network", "TLS"][1].startswith(ssl.OPENSSL_VERSION)


def test_proxies_are_told_without_their_passwords(run, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://me:se/cr@et@proxy.example:3128")
    told = found(run, "--provider", "fal")
    assert told["network", "proxy for https"] == ("note", "http://proxy.example:3128")


@pytest.mark.parametrize("url", ["me:secret@proxy.example", "socks5://me:secret@proxy.example", "proxy.example"])
def test_no_way_of_writing_a_proxy_shows_its_password(url):
    assert "secret" not in checkup.without_password(url)
    assert checkup.without_password(url).endswith("proxy.example")


def test_a_clock_that_lags_behind_a_catalogue_is_wrong():
    (fine,) = checkup.clock(NOON, date(2026, 11, 22))
    (wrong,) = checkup.clock(NOON - timedelta(days=400), date(2026, 11, 22))
    assert (fine.state, wrong.state) == ("ok", "problem")
    assert "a catalogue was checked on 2026-11-22; set the clock" in wrong.message
    assert next(iter(checkup.clock(NOON, None))).state == "ok"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Sun, 22 Nov 2026 12:00:30 GMT", []),
        ("Sun, 22 Nov 2026 11:00:00 GMT", ["3600 s ahead of the server's; set the clock"]),
        ("Sun, 22 Nov 2026 12:05:00 GMT", ["300 s behind the server's; set the clock"]),
        ("yesterday", []),
        (None, []),
    ],
)
def test_the_time_of_a_server_shows_a_wrong_clock(said, told):
    assert [finding.message for finding in checkup.skew("fal", said, NOON)] == told


def test_hosts_are_asked_only_with_reach_and_without_the_key(run, monkeypatch):
    simulator = simulator_of("fal")
    monkeypatch.setenv("FAL_KEY", "a:very-secret")
    with background(simulator) as url:
        monkeypatch.setenv("TARASH_FAL_BASE_URL", url)
        assert ("reachability", "fal") not in found(run, "--provider", "fal")
        assert not simulator.log
        assert found(run, "--provider", "fal", "--reach")["reachability", "fal"] == ("ok", f"{url} answers")
    (request,) = simulator.log
    assert not any("very-secret" in value for value in request.headers.values())


def test_a_host_that_does_not_answer_is_a_problem(run, monkeypatch):
    with background(simulator_of("fal")) as url:
        pass
    monkeypatch.setenv("TARASH_FAL_BASE_URL", url)
    assert found(run, "--provider", "fal", "--reach", code=1)["reachability", "fal"][0] == "problem"


def test_quiet_prints_problems_only(run, monkeypatch):
    assert run("doctor", "--provider", "fal", "-q").output == ""
    monkeypatch.setenv("SSL_CERT_FILE", "nowhere.pem")
    result = run("doctor", "--provider", "fal", "-q")
    assert result.exit_code == 1
    assert [line for line in result.stdout.splitlines() if "PROBLEM" not in line] == ["network"]


def test_an_unknown_provider_is_refused(run):
    result = run("doctor", "--provider", "fall")
    assert result.exit_code == 2 and "did you mean 'fal'" in result.stderr


def test_a_catalogue_counts_what_can_be_called(run):
    listed = json.loads(run("models", "replicate", "--retired", "--json").stdout)
    told = run("doctor", "replicate").stdout
    assert f"{len({model['model'] for model in listed})} models, checked" in told
