import json

import pytest
from tarash_fal.simulator import FalSimulator
from tarash_replicate.simulator import ReplicateSimulator

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Price, Variant, set_today
from tarash_core.cli.models import spanned
from tarash_core.fields import duration_field_mapper, passthrough_field_mapper, single_image_field_mapper
from tarash_core.plugins import Credentials, Provider, loader
from tarash_core.plugins.loader import register_provider, unregister_provider
from tarash_core.testing import background


def way(mode="text-to-video", seconds=(4, 8), **known):
    fields = {
        "prompt": passthrough_field_mapper("prompt"),
        "seconds": duration_field_mapper("int", list(seconds)),
        **({"image": single_image_field_mapper(True, "first_frame")} if mode == "image-to-video" else {}),
    }
    return Variant(modes={mode}, fields=fields, **known)


class Shelf(Provider):
    """A provider with one model of each kind that matters to a list."""

    name = "shelf"
    title = "Shelf"
    origins = ("https://shelf.example",)
    credentials = Credentials("SHELF_KEY")
    catalog = Catalog(
        {
            "tape-1": ModelSpec(variants=(way(), way("image-to-video"), way("extend-video", [8]))),
            "tape-2": ModelSpec(
                variants=way(seconds=range(3, 16)), price=Price(usd_per_second="0.40", checked="2026-11-01")
            ),
            "tape-old": ModelSpec(variants=way(), lifecycle=Lifecycle(retired="2026-01-01", replacement="tape-2")),
            "tape-late": ModelSpec(variants=way(), lifecycle=Lifecycle(retires="2026-12-01")),
            "tape-lost": ModelSpec(variants=way(), lifecycle=Lifecycle(delisted="2026-05-01")),
            "tape/": ModelSpec(variants=way(), family=True),
        }
    )


@pytest.fixture(autouse=True)
def shelf(monkeypatch):
    register_provider("shelf", Shelf())
    set_today("2026-11-22")
    yield
    set_today(None)
    unregister_provider("shelf")


def listed(run, *words):
    result = run("models", "--provider", "shelf", *words)
    assert result.exit_code == 0, result.stderr
    return [line.split()[0].removeprefix("shelf/") for line in result.stdout.splitlines() if line.startswith("shelf/")]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ([], ["tape-1", "tape-1", "tape-2", "tape-late", "tape-lost"]),
        (["--retired", "--mode", "text-to-video"], ["tape-1", "tape-2", "tape-old", "tape-late", "tape-lost"]),
        (["--mode", "image-to-video"], ["tape-1"]),
        (["--duration", "7"], ["tape-2"]),
        (["--input", "first_frame"], ["tape-1"]),
        (["--input", "image", "--input", "audio"], []),
        (["--duration", "5", "--max-price", "2"], ["tape-2"]),
        (["--duration", "6", "--max-price", "2"], []),
        (["--resolution", "1080p"], []),
    ],
)
def test_models_that_have_all_that_is_asked_for(run, words, found):
    assert listed(run, *words) == found


def test_a_line_tells_modes_limits_price_and_life(run):
    lines = {line.split()[0]: line for line in run("models", "--provider", "shelf", "--retired").stdout.splitlines()}
    assert "3 to 15" in lines["shelf/tape-2"] and "$0.40/s" in lines["shelf/tape-2"]
    assert "retired 2026-01-01, use tape-2" in lines["shelf/tape-old"]
    assert "retires 2026-12-01" in lines["shelf/tape-late"] and "delisted 2026-05-01" in lines["shelf/tape-lost"]
    assert lines["model"].split() == ["model", "modes", "seconds", "price", "lifecycle"]


def test_ways_with_the_same_limits_share_a_line(run):
    lines = [line for line in run("models", "--provider", "shelf").stdout.splitlines() if "tape-1" in line]
    assert "text-to-video, image-to-video" in lines[0] and "extend-video" in lines[1] and len(lines) == 2


def test_a_wish_for_a_length_shows_what_one_job_costs(run):
    assert "$3.20" in run("models", "--provider", "shelf", "--duration", "8").stdout


def test_a_narrow_terminal_gets_two_lines_a_model(run, monkeypatch):
    from rich.console import Console

    monkeypatch.setattr("tarash_core.cli.tables.console", lambda: Console(width=80))
    lines = run("models", "--provider", "shelf", "--duration", "5").stdout.splitlines()
    assert lines == ["shelf/tape-2", "    text-to-video; 3 to 15 s; $2.00"]


def test_every_installed_provider_is_listed(run):
    found = run("models", "--mode", "text-to-video", "--json").stdout
    assert {"fal", "replicate"} <= {model["provider"] for model in json.loads(found)}


def test_families_on_a_boundary_are_hidden(run):
    found = json.loads(run("models", "--provider", "replicate", "--json").stdout)
    assert found and not [model["model"] for model in found if model["model"][-1] in "/:-@"]


def test_the_list_as_json(run):
    (model,) = json.loads(run("models", "--provider", "shelf", "--duration", "7", "--json").stdout)
    assert model["model"] == "tape-2" and model["kind"] == "video" and model["modes"] == ["text-to-video"]
    assert model["limits"] == {"duration_seconds": "3 to 15", "resolution": None, "aspect_ratio": None}
    assert model["price"] == "$0.40/s" and float(model["estimated_cost"]["usd"]) == 2.8
    assert json.loads(run("models", "--provider", "shelf", "--resolution", "4k", "--json").stdout) == []


def test_nothing_found_is_said(run):
    result = run("models", "--provider", "shelf", "--resolution", "4k")
    assert result.exit_code == 0 and result.stdout == "" and "ask for less" in result.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--mode", "image-to-vdeo"], "did you mean 'image-to-video'?"),
        (["--provider", "shelves"], "There is no provider 'shelves'; did you mean 'shelf'?"),
        (["--provider", "shelf", "--resolution", "tall"], "resolution must be a resolution"),
        (["--provider", "shelf", "--duration", "-1"], "duration_seconds must be"),
        (["--input", "smell"], "'smell' is not one of"),
        (["--max-price", "much"], "is not a valid float"),
        (["--check", "--mode", "avatar"], "leave out everything but PROVIDER and --json"),
    ],
)
def test_bad_input(run, words, sentence):
    result = run("models", *words)
    assert result.exit_code == 2 and sentence in result.stderr and result.stdout == ""


def test_a_broken_provider_is_told_of_and_passed_over(run, monkeypatch):
    broken = loader.PluginInfo(name="wreck", kind="provider", failure="ImportError: gone")
    monkeypatch.setattr(loader, "installed_providers", lambda check: [broken])
    result = run("models")
    assert result.exit_code == 0 and "Note: wreck cannot be used: ImportError: gone" in result.stderr


@pytest.mark.parametrize(("choices", "words"), [(["auto", 4, 5, 6, 7], "auto or 4 to 7"), ([5, 6, 10], "5, 6 or 10")])
def test_runs_of_lengths_are_short(choices, words):
    assert spanned(choices) == words


@pytest.fixture
def fal(monkeypatch):
    simulator = FalSimulator(render=False)
    with background(simulator) as url:
        monkeypatch.setenv("TARASH_FAL_BASE_URL", url)
        yield simulator


def test_a_catalogue_is_compared_with_fals_list(run, fal):
    fal.unlisted.add("fal-ai/veo3.1")
    result = run("models", "--provider", "fal", "--check")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[:2] == ["gone  fal/fal-ai/veo3.1", "new   fal/simulated/fox-1/image-to-video"]
    assert all(line.startswith("back  ") for line in lines[2:]) and "fal: 1 gone, 1 new" in result.stderr
    told = json.loads(run("models", "--provider", "fal", "--check", "--json").stdout)
    assert told["fal"]["gone"] == ["fal-ai/veo3.1"]
    assert not any("authorization" in request.headers for request in fal.log)


def test_a_catalogue_is_compared_with_what_replicate_serves(run, monkeypatch):
    simulator = ReplicateSimulator(render=False)
    simulator.gone.add("google/veo-3.1")
    with background(simulator) as url:
        monkeypatch.setenv("TARASH_REPLICATE_BASE_URL", url)
        monkeypatch.setenv("REPLICATE_API_TOKEN", "r8_test")
        result = run("models", "--provider", "replicate", "--check", "--json")
    assert json.loads(result.stdout) == {"replicate": {"gone": ["google/veo-3.1"], "new": [], "back": []}}


def test_a_vendor_that_cannot_be_asked_is_an_error_only_where_it_is_named(run, fal):
    named = run("models", "--provider", "shelf", "--check")
    assert named.exit_code == 2 and "Shelf has no list that could be asked" in named.stderr
    result = run("models", "--check")
    assert result.exit_code == 0 and "Note: replicate is not compared: No key for Replicate" in result.stderr
    assert "fal: 0 gone, 1 new" in result.stderr


def test_a_missing_key_is_told_before_anything_is_sent(run):
    result = run("models", "--provider", "replicate", "--check")
    assert result.exit_code == 3 and "REPLICATE_API_TOKEN" in result.stderr
    assert "--simulate" not in result.stderr  # which is no option of this command


def test_providers_are_words_or_options(run):
    word, option = run("models", "shelf"), run("models", "--provider", "shelf")
    assert word.stdout == option.stdout == run("models", "shelf", "--provider", "shelf").stdout
    both = json.loads(run("models", "shelf", "stability", "--json").stdout)
    assert {model["provider"] for model in both} == {"shelf", "stability"}
