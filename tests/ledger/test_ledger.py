"""The ledger itself: opening, finding, pruning, the process's own, and where it lies."""

import gc
import os
import sqlite3
import stat
import threading
import weakref
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from tarash_core import Gateway, ValidationError
from tarash_core import ledger as ledgers
from tarash_core.ledger import Ledger, default_path, store
from tarash_core.plugins import hookimpl
from tarash_core.testing import faults

FOX = {"prompt": "A fox"}


@pytest.fixture(autouse=True)
def no_ledger_of_the_process(monkeypatch):
    monkeypatch.delenv("TARASH_LEDGER", raising=False)
    yield
    ledgers.disable()


def test_found_by_the_start_of_its_id_or_by_the_job(gateway, ledger):
    job = gateway.submit_video("acme/acme-1", **FOX)
    [entry] = ledger.entries()
    assert ledger.entry(entry.id) == ledger.entry(entry.id[:6]) == ledger.entry(job.id) == entry


@pytest.mark.parametrize("identity", ["nothing", "", "%", "________________________________"])
def test_what_is_not_there_is_said(ledger, gateway, identity):
    gateway.submit_video("acme/acme-1", **FOX)
    with pytest.raises(ValidationError, match="tarash jobs list"):
        ledger.entry(identity)


def test_what_is_ambiguous_is_said(ledger, gateway, acme, clock):
    gateway.submit_video("acme/acme-1", **FOX)
    acme.jobs.clear()
    acme._numbers = 0
    job = gateway.submit_video("acme/acme-1", prompt="A dog")
    with pytest.raises(ValidationError, match="means 2 entries"):
        ledger.entry(job.id)


def test_listed_newest_first_by_state_and_up_to_a_limit(ledger, gateway, acme, clock):
    acme.script(faults.failed())
    with pytest.raises(Exception, match="failed"):
        gateway.generate_video("acme/acme-1", **FOX)
    clock.advance(5)
    gateway.submit_video("acme/acme-1", **FOX)
    assert [entry.state for entry in ledger.entries()] == ["accepted", "failed"]
    assert [entry.state for entry in ledger.entries(limit=1)] == ["accepted"]
    assert [entry.state for entry in ledger.entries(("failed", "expired"), limit=1)] == ["failed"]


def test_pruning_takes_what_is_over_and_was_handed_over(ledger, gateway, acme, clock, path):
    gateway.generate_video("acme/acme-1", **FOX)
    gateway.submit_video("acme/acme-1", **FOX)
    acme.script(faults.lost_answer())
    with pytest.raises(Exception, match="lost"):
        gateway.generate_video("acme/acme-1", **FOX)
    with (
        Ledger(path, clock=clock, hands_over=False) as later,
        Gateway(transport=acme, clock=clock, ledger=later) as other,
    ):
        other.generate_video("acme/acme-1", **FOX)
    clock.advance(100)
    assert ledger.prune(timedelta(seconds=200)) == 0
    assert ledger.prune(timedelta(seconds=50)) == 1
    assert [entry.state for entry in ledger.entries()] == ["succeeded", "unsettled", "accepted"]


def test_what_is_in_flight_when_its_ledger_closes_is_nobodys(path, acme, clock):
    with Gateway(transport=acme, clock=clock, ledger=path) as gateway:
        gateway.submit_video("acme/acme-1", **FOX)
        with Ledger(path) as other:
            assert other.collectable() == []
    with Ledger(path) as other:
        assert len(other.collectable()) == 1


def test_for_the_whole_process(acme, clock, path):
    opened = ledgers.enable(path)
    assert ledgers.enabled() is opened
    with Gateway(transport=acme, clock=clock) as gateway:
        gateway.generate_video("acme/acme-1", **FOX)
    assert [entry.state for entry in opened.entries()] == ["succeeded"]
    ledgers.disable()
    assert ledgers.enabled() is None
    with Gateway(transport=acme, clock=clock) as gateway:
        gateway.generate_video("acme/acme-1", **FOX)
    with Ledger(path) as ledger:
        assert len(ledger.entries()) == 1


def test_for_process_and_gateway_in_one_file_is_one_row(acme, clock, path):
    own = ledgers.enable(path)
    with Gateway(transport=acme, clock=clock, ledger=path) as gateway:
        gateway.generate_video("acme/acme-1", **FOX)
        gateway.generate_video("acme/acme-1", **FOX, attach_if_running=True)
    assert [entry.state for entry in own.entries()] == ["succeeded", "succeeded"]


def test_a_ledger_of_ones_own_stays_open(acme, clock, ledger):
    with Gateway(transport=acme, clock=clock, ledger=ledger) as gateway:
        gateway.submit_video("acme/acme-1", **FOX)
    assert len(ledger.entries()) == 1
    assert ledgers.enable(ledger) is ledger
    ledgers.disable()
    assert len(ledger.entries()) == 1


def test_off_by_an_empty_variable(monkeypatch):
    monkeypatch.setenv("TARASH_LEDGER", "")
    assert default_path() is None
    assert ledgers.enable() is None
    assert ledgers.enabled() is None


@pytest.mark.parametrize(
    ("environ", "platform", "expected"),
    [
        ({"TARASH_LEDGER": "/x/my.db"}, "linux", "/x/my.db"),
        ({"XDG_STATE_HOME": "/state"}, "linux", "/state/tarash/jobs.db"),
        ({"XDG_STATE_HOME": "not/absolute"}, "linux", "~/.local/state/tarash/jobs.db"),
        ({}, "freebsd14", "~/.local/state/tarash/jobs.db"),
        ({"XDG_STATE_HOME": "/state"}, "darwin", "~/Library/Application Support/tarash/jobs.db"),
        ({"LOCALAPPDATA": "/local"}, "win32", "/local/tarash/jobs.db"),
        ({}, "win32", "~/AppData/Local/tarash/jobs.db"),
    ],
)
def test_where_it_lies(environ, platform, expected):
    assert default_path(environ, platform) == Path(expected).expanduser()


def test_its_folder_is_made_and_it_is_its_users_alone(tmp_path):
    with Ledger(tmp_path / "a" / "b" / "jobs.db") as ledger:
        mode = stat.S_IMODE(os.stat(ledger.path).st_mode)
    assert os.name == "nt" or mode == 0o600


def test_one_that_ends_with_the_process(acme, clock, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Ledger(":memory:") as ledger, Gateway(transport=acme, clock=clock, ledger=ledger) as gateway:
        gateway.generate_video("acme/acme-1", **FOX)
        assert len(ledger.entries()) == 1
    assert os.listdir(tmp_path) == []


def test_what_is_no_ledger_is_left_alone(tmp_path):
    (text := tmp_path / "notes.txt").write_text("not a database, but long enough to be looked at " * 40)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()
    for path in (text, other, tmp_path):
        with pytest.raises(ValidationError, match="cannot be opened"):
            Ledger(path)
    assert text.read_text().startswith("not a database")


def test_one_of_a_newer_version_is_left_alone(path):
    Ledger(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(ValidationError, match="newer version"):
        Ledger(path)


def test_many_threads_write_at_once(acme, path):
    with Ledger(path) as ledger, Gateway(transport=acme, ledger=ledger) as gateway:
        threads = [
            threading.Thread(target=gateway.submit_video, args=("acme/acme-1",), kwargs={"prompt": f"Fox {number}"})
            for number in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(entry.job_id for entry in ledger.entries()) == sorted(acme.bought)
        assert len(acme.bought) == 16


def test_opened_by_many_at_once(path):
    problems, start = [], threading.Barrier(8)

    def open_it():
        start.wait()
        try:
            Ledger(path).close()
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_one_that_is_forgotten_closes_itself(path):
    Ledger(path)
    gc.collect()
    assert [file.name for file in path.parent.iterdir()] == ["jobs.db"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_opens_its_own(gateway, ledger, acme):
    gateway.submit_video("acme/acme-1", **FOX)
    child = os.fork()
    if not child:
        try:
            gateway.submit_video("acme/acme-1", prompt="From the child")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    gateway.submit_video("acme/acme-1", prompt="From the parent")
    assert len(ledger.entries()) == 3
    assert [entry.has_owner for entry in ledger.entries()].count(False) == 1


def test_an_entry_is_json(gateway, ledger):
    import json

    gateway.generate_video("acme/acme-1", **FOX)
    [entry] = ledger.entries()
    plain = json.loads(json.dumps(entry.to_dict()))
    assert plain["state"] == "succeeded"
    assert plain["receipt"]["id"] == entry.job_id


def test_what_was_asked_for_is_not_held_after_the_purchase(gateway, extension):
    class Seen:
        @hookimpl
        def tarash_submitting(self, attempt):
            self.attempt = weakref.ref(attempt)

    seen = extension(Seen())
    gateway.submit_video("acme/acme-1", **FOX)
    gc.collect()
    assert seen.attempt() is None


def test_found_by_its_whole_id_alone(gateway, ledger):
    job = gateway.submit_video("acme/acme-1", **FOX)
    [entry] = ledger.entries()
    assert ledger.find(entry.id) == entry
    assert ledger.find(entry.id[:6]) is ledger.find(job.id) is ledger.find("") is None


def test_one_that_cannot_be_read_is_not_taken_for_an_empty_one(ledger):
    ledger.close()
    with pytest.raises(ValidationError, match="cannot be read"):
        ledger.find("nothing")


def test_one_that_stays_locked_is_given_up_once(path, monkeypatch):
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0.05)
    monkeypatch.setattr(store.time, "sleep", (slept := []).append)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("PRAGMA locking_mode=EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    with closing(holder), pytest.raises(ValidationError, match="cannot be opened: database is locked"):
        Ledger(path)
    assert len(slept) < 3


def test_an_age_before_the_first_year_prunes_nothing(gateway, ledger, clock):
    gateway.generate_video("acme/acme-1", **FOX)
    assert ledger.prune(timedelta(days=800_000)) == ledger.prune(timedelta.max) == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_thread_of_a_fork_gets_the_connection_of_its_parent(path, monkeypatch):
    opened, got, opening, finalize = store.Store(str(path)), [], threading.Event(), store.weakref.finalize
    inherited = opened._own
    other = threading.Thread(target=lambda: (opening.wait(5), got.append(opened._own)))

    def late(*args):
        opening.set()
        other.join(0.1)
        return finalize(*args)

    child = os.fork()
    if not child:
        with suppress(BaseException):
            monkeypatch.setattr(store.weakref, "finalize", late)
            other.start()
            got.append(opened._own)
            other.join(5)
        os._exit(0 if len(got) == 2 and inherited not in got else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be removed there")
@pytest.mark.parametrize("replaced", [False, True])
def test_one_that_was_removed_stops_the_purchase(gateway, ledger, acme, path, replaced, monkeypatch):
    monkeypatch.setattr("tarash_core.ledger.store._LOOK_SECONDS", 0.0)
    gateway.submit_video("acme/acme-1", **FOX)
    path.rename(path.with_name("old.db"))
    if replaced:
        Ledger(path).close()
    for _ in range(2):
        with pytest.raises(ValidationError, match="was removed or replaced"):
            gateway.submit_video("acme/acme-1", **FOX)
    assert len(acme.bought) == 1
