"""``--from``: rows of a file, the folder with their results, and what a second run makes of the first."""

import json
import re
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from tarash_core.cli.simulators import simulator_of
from tarash_core.ledger import Ledger, default_path
from tarash_core.ledger.store import Store
from tarash_core.testing import background, faults

FAL = "fal/fal-ai/veo3.1"
QUICK = ("-m", FAL, "--poll-interval", "0", "--out-dir", "out")


@pytest.fixture
def fal(monkeypatch):
    """A vendor that is no simulator to the command: reached by its variable, with a key."""
    simulator = simulator_of("fal", render=False)
    with background(simulator) as url:
        monkeypatch.setenv("TARASH_FAL_BASE_URL", url)
        monkeypatch.setenv("FAL_KEY", "a:b")
        yield simulator


@pytest.fixture
def prompts():
    def write(*rows, name="prompts.jsonl"):
        Path(name).write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
        return ("--from", name)

    return write


def wishes(count):
    return [{"prompt": f"Fox {number}"} for number in range(count)]


def bought(simulator):
    return Counter(job.body["prompt"] for job in simulator.jobs.values())


def index():
    return json.loads(Path("out/index.json").read_text())


def statuses():
    return [row["status"] for row in index()]


def test_every_row_is_a_file_and_stands_in_the_index(run, fal, prompts):
    rows = [{"prompt": "A fox", "duration_seconds": 4}, '"An owl"', "", {"prompt": "A fox", "duration_seconds": 4}]
    result = run("generate", *prompts(*rows), *QUICK)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == "3 rows: 3 delivered. The index is out/index.json\n"
    assert [(row["row"], row["line"], row["prompt"], row["status"]) for row in index()] == [
        (1, 1, "A fox", "delivered"), (2, 2, "An owl", "delivered"), (3, 4, "A fox", "delivered"),
    ]  # fmt: skip
    assert all(Path(file).stat().st_size > 100 for row in index() for file in row["files"])
    assert {row["job_id"] for row in index()} == set(fal.bought)
    assert re.search(r"^row 2: delivered, out/0002\.\w+$", result.stderr, re.MULTILINE)


def test_a_second_run_buys_nothing_and_one_with_more_rows_only_those(run, fal, prompts):
    assert run("generate", *prompts(*wishes(3)), *QUICK).exit_code == 0
    assert run("generate", *prompts(*wishes(3)), *QUICK).exit_code == 0
    result = run("generate", *prompts({"prompt": "A new first row"}, *wishes(3)), *QUICK)
    assert result.exit_code == 0, result.stderr
    assert bought(fal) == {"Fox 0": 1, "Fox 1": 1, "Fox 2": 1, "A new first row": 1}
    files = [file for row in index() for file in row["files"]]
    assert statuses() == ["delivered"] * 4 and len(set(files)) == 4 == len(list(Path("out").glob("0*")))


def test_a_file_that_was_removed_is_fetched_again_and_not_bought(run, fal, prompts):
    assert run("generate", *prompts(*wishes(2)), *QUICK).exit_code == 0
    Path(index()[1]["files"][0]).unlink()
    assert run("generate", *prompts(*wishes(2)), *QUICK).exit_code == 0
    assert Path(index()[1]["files"][0]).is_file() and len(fal.bought) == 2


def test_a_lost_answer_is_unsettled_until_it_is_bought_again_on_demand(run, fal, prompts):
    fal.script(faults.lost_answer())
    words = ("generate", *prompts(*wishes(3)), *QUICK, "--concurrency", "1")
    for _ in range(2):
        result = run(*words)
        assert result.exit_code == 5 and len(fal.bought) == 3
        assert statuses() == ["unsettled", "delivered", "delivered"]
        assert "Row 1 (line 1): unsettled. It may have been bought, and its answer was lost" in result.stderr
    assert run(*words, "--retry-unsettled").exit_code == 0
    assert bought(fal) == {"Fox 0": 2, "Fox 1": 1, "Fox 2": 1} and statuses() == ["delivered"] * 3


def test_a_failed_job_is_bought_again_only_on_demand(run, fal, prompts):
    fal.script(faults.failed("generation_timeout"))
    words = ("generate", *prompts(*wishes(2)), *QUICK, "--concurrency", "1")
    for _ in range(2):
        result = run(*words)
        assert result.exit_code == 1 and len(fal.bought) == 2 and statuses() == ["failed", "delivered"]
    assert "To buy it again: --retry-failed" in result.stderr
    assert run(*words, "--retry-failed").exit_code == 0
    assert bought(fal) == {"Fox 0": 2, "Fox 1": 1}


def test_what_was_refused_before_the_purchase_is_bought_by_the_same_command_again(run, fal, prompts):
    fal.script(faults.server_error(401, on="submit", times=2))
    words = ("generate", *prompts(*wishes(2)), *QUICK)
    result = run(*words)
    assert result.exit_code == 3 and statuses() == ["failed"] * 2 and fal.bought == []
    assert run(*words).exit_code == 0
    assert bought(fal) == {"Fox 0": 1, "Fox 1": 1}


def test_a_job_that_was_left_is_taken_up(run, fal, prompts):
    fal.script(faults.stuck(), faults.server_error(on="cancel", times=None))
    words = ("generate", *prompts(*wishes(2)), *QUICK, "--concurrency", "1")
    result = run(*words, "--timeout", "0.2")
    assert result.exit_code == 5 and statuses() == ["accepted", "delivered"], result.stderr
    assert f"Job {fal.bought[0]} at fal may still deliver" in result.stderr
    fal.jobs[fal.bought[0]].outcome = fal.jobs[fal.bought[1]].outcome
    result = run(*words)
    assert result.exit_code == 0, result.stderr
    assert len(fal.bought) == 2 and statuses() == ["delivered"] * 2


def test_results_that_cannot_be_saved_stay_to_be_collected(run, fal, prompts):
    fal.script(faults.expired_url(times=None))
    assert run("generate", *prompts(*wishes(1)), *QUICK).exit_code == 5
    with Ledger(default_path()) as ledger:
        assert [entry.collectable for entry in ledger.entries()] == [True]
    fal.forget_script()
    assert run("generate", *prompts(*wishes(1)), *QUICK).exit_code == 0
    assert len(fal.bought) == 1 and statuses() == ["delivered"]


def test_json_tells_each_row_on_a_line_and_then_the_counts(run, fal, prompts):
    fal.script(faults.lost_answer())
    words = ("generate", *prompts(*wishes(2)), *QUICK, "--concurrency", "1", "--json")
    first, second, last = map(json.loads, run(*words).stdout.splitlines())
    assert (first["row"], first["status"], first["error"]["type"]) == (1, "unsettled", "LostAnswerError")
    assert (second["row"], second["status"], Path(second["files"][0]["path"]).stem) == (2, "delivered", "0002")
    assert last == {"rows": 2, "counts": {"unsettled": 1, "delivered": 1}, "index": "out/index.json"}
    again = list(map(json.loads, run(*words).stdout.splitlines()))
    assert [(row["row"], row["status"]) for row in again[:2]] == [(1, "unsettled"), (2, "delivered")]


def test_images_plain_prompts_and_the_mock(run, prompts):
    words = prompts("A fox, in ink", "An owl, in chalk", name="prompts.txt")
    result = run("image", *words, "-m", "fal/fal-ai/flux/dev", "--mock", "--out-dir", "out", "-q")
    assert (result.exit_code, result.output) == (0, "")
    assert [row["prompt"] for row in index()] == ["A fox, in ink", "An owl, in chalk"]


def test_simulated_results_are_never_taken_for_real_ones(run, fal, prompts):
    words = ("generate", *prompts(*wishes(2)), *QUICK)
    assert run(*words, "--simulate", "-q").exit_code == 0
    result = run(*words)
    assert result.exit_code == 2 and "was begun with simulated results" in result.stderr
    assert fal.bought == []


def test_another_ledger_is_refused_as_it_does_not_know_what_was_bought(run, fal, prompts, monkeypatch, tmp_path):
    words = ("generate", *prompts(*wishes(1)), *QUICK)
    assert run(*words).exit_code == 0
    monkeypatch.setenv("TARASH_LEDGER", str(tmp_path / "other.db"))
    result = run(*words)
    assert result.exit_code == 2 and "does not know what was bought" in result.stderr
    monkeypatch.setenv("TARASH_LEDGER", "")
    assert "switches off" in run(*words).stderr


def test_a_folder_in_which_another_process_works_is_refused(run, fal, prompts):
    from tarash_core.cli.batch.journal import Journal

    with Journal(Path("out")):
        result = run("generate", *prompts(*wishes(1)), *QUICK)
    assert result.exit_code == 2 and "another tarash works in it" in result.stderr
    assert run("generate", *prompts(*wishes(1)), *QUICK).exit_code == 0


def test_a_torn_line_of_the_journal_is_no_purchase(run, fal, prompts):
    assert run("generate", *prompts(*wishes(1)), *QUICK).exit_code == 0
    with Path("out/batch.jsonl").open("a") as journal:
        journal.write('{"row": "half a li')
    assert run("generate", *prompts(*wishes(2)), *QUICK).exit_code == 0
    assert run("generate", *prompts(*wishes(2)), *QUICK).exit_code == 0
    assert len(fal.bought) == 2


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{prompt", "line 2: this is no JSON"),
        ("[1]", "line 2: a row is a JSON object"),
        ({"promt": "A fox"}, "line 2: VideoGenerationRequest has no field 'promt'; did you mean 'prompt'?"),
        ({"prompt": "A fox", "first_frame": "gone.png"}, "line 2: there is no file 'gone.png'"),
        ({"prompt": ""}, "line 2: prompt"),
    ],
)
def test_a_row_that_cannot_work_is_named_before_anything_is_bought(run, fal, prompts, row, says):
    result = run("generate", *prompts({"prompt": "A fox"}, row), *QUICK)
    assert result.exit_code == 2 and says in result.stderr and fal.bought == []


def test_files_of_rows_lie_beside_the_prompts(run, fal, prompts):
    from tarash_core.testing import render_image

    Path("inputs").mkdir()
    Path("inputs/fox.png").write_bytes(render_image(64, 64))
    row = {"prompt": "It turns", "image_list": [{"image": "fox.png", "type": "first_frame"}]}
    words = prompts(row, {"prompt": "It runs", "first_frame": "fox.png"}, name="inputs/prompts.jsonl")
    model = ("-m", "fal/fal-ai/veo3.1/image-to-video", *QUICK[2:])
    result = run("generate", *words, *model)
    assert result.exit_code == 0, result.stderr
    assert all(job.body["image_url"] for job in fal.jobs.values())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("A fox", "-m", FAL), "Missing option '-o'"),
        (("A fox", "-m", FAL, "-o", "fox.mp4", "--out-dir", "out"), "--out-dir belongs to --from FILE"),
        (("A fox", "--from", "p.txt", "-m", FAL, "--out-dir", "out"), "leave out PROMPT"),
        (("--from", "p.txt", "-m", FAL, "-o", "fox.mp4", "--out-dir", "out"), "leave out --output"),
        (("--from", "p.txt", "-m", FAL), "Say with --out-dir DIR"),
        (("--from", "p.txt", "--out-dir", "out"), "Name a model with --model"),
        (("--from", "gone.txt", "-m", FAL, "--out-dir", "out"), "does not exist"),
    ],
)
def test_options_that_do_not_fit_are_refused(run, words, says):
    Path("p.txt").write_text("A fox\n")
    result = run("generate", *words)
    assert result.exit_code == 2 and says in result.stderr and not Path("out").exists()


def test_rows_come_from_the_input(run, fal, prompts):
    result = run("generate", "--from", "-", *QUICK, stdin='"An owl"\n{"prompt": "A fox"}\n')
    assert result.exit_code == 0, result.stderr
    assert [row["prompt"] for row in index()] == ["An owl", "A fox"]
    wrong = run("generate", "--from", "-", *QUICK, stdin="An owl\n")
    assert wrong.exit_code == 2 and "the input, line 1: this is no JSON" in wrong.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_prompts_as_editors_and_shells_of_windows_write_them(run, prompts, encoding):
    Path("prompts.txt").write_bytes("Ein Fuchs\r\nEine Möwe\r\n".encode(encoding))
    result = run("generate", "--from", "prompts.txt", "--mock", *QUICK)
    assert result.exit_code == 0, result.stderr
    assert [row["prompt"] for row in index()] == ["Ein Fuchs", "Eine Möwe"]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("p.txt", b"caf\xe9", "p.txt is no text in UTF-8 (byte 3); save it as such."),
        ("p.txt", b"\n", "p.txt has no rows; write a prompt on each line."),
        ("p.jsonl", b"", 'p.jsonl has no rows; write a JSON object, such as {"prompt": "A fox"}, on each line.'),
    ],
)
def test_a_file_without_prompts(run, name, data, says):
    Path(name).write_bytes(data)
    result = run("generate", "--from", name, "--mock", *QUICK)
    assert result.exit_code == 2 and says in result.stderr and not Path("out").exists()


def test_equal_reasons_are_told_once_in_the_words_of_the_command(run, prompts):
    result = run("generate", *prompts(*wishes(2)), *QUICK)
    last = "Rows 1, 2: failed. No key for fal: set FAL_KEY, or FAL_KEY_ID and FAL_KEY_SECRET, or pass --api-key."
    assert result.exit_code == 3 and result.stderr.splitlines()[-1] == last
    mixed = prompts({"prompt": "An owl", "duration_seconds": 7}, *wishes(1))
    last = run("generate", *mixed, *QUICK[:-1], "two", "--mock").stderr.splitlines()[-1]
    assert last.startswith("Row 1 (line 1): failed. duration_seconds=7") and "--on-unsupported nearest" in last


def test_an_unlisted_model_is_noted_once_for_all_rows(run, prompts):
    words = ("-m", "replicate/acme/fox-1", "--mock", "--out-dir", "out")
    result = run("generate", *prompts(*wishes(3)), *words)
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("replicate/acme/fox-1 is in no catalogue") == 1


def test_a_ledger_that_cannot_be_read_is_not_taken_for_one_without_purchases(run, fal, prompts, monkeypatch):
    fal.script(faults.expired_url(times=None))
    words = ("generate", *prompts(*wishes(2)), *QUICK)
    assert run(*words).exit_code == 5

    def torn(self, query, values=()):
        raise self._refusal("read", sqlite3.DatabaseError("database disk image is malformed"))

    monkeypatch.setattr(Store, "ask", torn)
    result = run(*words)
    assert result.exit_code == 2 and "cannot be read: database disk image is malformed" in result.stderr
    assert len(fal.bought) == 2
