import pytest

from tarash_core.catalog import Catalog, ModelSpec, Variant
from tarash_core.catalog.catalog import belongs, stems
from tarash_core.catalog.lookup import find_model
from tarash_core.catalog.registry import (
    add_models,
    get_provider_field_mapping,
    register_provider_field_mapping,
    registry,
)
from tarash_core.errors import PluginError, ValidationError
from tarash_core.fields import duration_field_mapper, extra_params_field_mapper, passthrough_field_mapper
from tarash_core.fields.planning import make_plan
from tarash_core.models.request import ImageGenerationRequest, VideoGenerationRequest

HASH = "0123456789abcdef" * 4
PROMPT = passthrough_field_mapper("prompt", required=True)


@pytest.fixture(autouse=True)
def clean():
    registry.clear()
    yield
    registry.clear()


def spec(endpoint="", **more):
    return ModelSpec(variants=Variant(modes={"text-to-video"}, endpoint=endpoint, fields={"prompt": PROMPT}), **more)


MINIMAX = Catalog(
    {
        "minimax/": spec("any", family=True),
        "minimax/video-01": spec("01", family=True),
        "veo3": spec("veo3", family=True),
        "fal-ai/veo3.1": spec("veo3.1"),
        "sora-2": spec("sora", family=True),
    }
)


@pytest.mark.parametrize(
    ("model", "entry"),
    [
        ("minimax/video-01", "minimax/video-01"),
        (f"minimax/video-01:{HASH}", "minimax/video-01"),
        ("minimax/video-01-live", "minimax/video-01"),
        (f"minimax/hailuo-3:{HASH}", "minimax/"),
        ("minimax/never-seen", "minimax/"),
        ("sora-2-2025-10-06", "sora-2"),
        ("veo3@latest", "veo3"),
        ("fal-ai/veo3.1", "fal-ai/veo3.1"),
    ],
)
def test_the_longest_family_on_a_boundary(model, entry):
    found = find_model("acme", MINIMAX, model)
    assert found.id == entry and found.spec is MINIMAX[entry] and found.notices == ()


@pytest.mark.parametrize(
    "model", ["veo30", "fal-ai/veo3.1/unknown", "fal-ai/veo3.1:x", "minimaxi/video-01", "sora-20", "x/veo3"]
)
def test_what_is_no_family_never_stands_in(model):
    found = find_model("acme", MINIMAX, model)
    assert found.id == model and found.spec is MINIMAX.generic
    assert [notice.code for notice in found.notices] == ["unknown_model"]


def test_general_rules_serve_both_kinds_and_lose_nothing():
    found = find_model("acme", MINIMAX, "unheard/of")

    def planned(request):
        return make_plan(provider="acme", model="unheard/of", spec=found.spec, request=request, policy="error")

    video = planned(
        VideoGenerationRequest(
            prompt="a fox", duration_seconds=8.0, first_frame="https://x/a.png", seed=3, extra_params={"cfg": 1}
        )
    )
    assert video.payload == {
        "prompt": "a fox",
        "seed": 3,
        "duration": 8,
        "image_url": "https://x/a.png",
        "cfg": 1,
    }
    assert video.endpoint == "unheard/of" and video.variant == "image-to-video"
    image = planned(ImageGenerationRequest(prompt="a fox", image_list=["https://x/a.png"], n=2))
    assert image.payload == {"prompt": "a fox", "image_urls": ["https://x/a.png"], "num_images": 2}


def test_without_general_rules_the_error_helps():
    catalog = Catalog({"kling-3.0": spec(), "kling-2.6": spec()}, generic=None)
    with pytest.raises(ValidationError, match=r"kling has no model 'kling-3\.1'; did you mean kling-3\.0"):
        find_model("kling", catalog, "kling-3.1")
    with pytest.raises(ValidationError, match=r"known: kling-2\.6, kling-3\.0"):
        find_model("kling", catalog, "zzz")


def test_a_typing_error_is_guessed():
    assert "id you mean fal-ai/veo3.1?" in find_model("acme", MINIMAX, "fal-ai/veo3.l").notices[0].message


class Counting(dict):
    """Counts how often it is asked for an entry, and how many entries are walked through."""

    asked = walked = 0

    def get(self, key, default=None):
        self.asked += 1
        return super().get(key, default)

    def __getitem__(self, key):
        self.asked += 1
        return super().__getitem__(key)

    def __iter__(self):
        for key in super().__iter__():
            self.walked += 1
            yield key

    def items(self):
        return ((key, super(Counting, self).__getitem__(key)) for key in self)


@pytest.mark.parametrize("count", [10, 10_000])
def test_a_lookup_asks_as_often_among_ten_as_among_ten_thousand(count):
    one, family = spec(), spec(family=True)
    entries = Counting({f"owner{n}/model-{n}": one if n % 2 else family for n in range(count)})
    catalog = Catalog(entries)
    assert len(catalog) == count
    entries.asked = entries.walked = 0
    assert find_model("acme", catalog, "owner5/model-5").id == "owner5/model-5"
    assert find_model("acme", catalog, f"owner4/model-4:{HASH}").id == "owner4/model-4"
    assert entries.walked == 0 and entries.asked == 3


def test_the_beginnings_of_an_id():
    assert list(stems("a/b:c")) == ["a/b:c", "a/b:", "a/b", "a/", "a"]
    assert belongs("a/b:c", "a/b") and belongs("a/b", "a/") and belongs("a", "a") and not belongs("ab", "a")


def test_entries_are_read_once_and_only_when_asked_for():
    loads, made = [], []

    def load():
        loads.append(1)
        return {"one": {"endpoint": "/1"}, "many/": {"endpoint": "/n", "family": True}}

    def decode(model, entry):
        made.append(model)
        return spec(entry["endpoint"])

    catalog = Catalog(load, decode=decode)
    assert not loads
    assert find_model("acme", catalog, "one").spec.variants[0].endpoint == "/1"
    assert find_model("acme", catalog, "many/x").id == "many/"
    assert catalog.get("one") is catalog["one"] and len(catalog) == 2 and "one" in catalog and list(catalog)
    assert loads == [1] and made == ["one", "many/"]


def test_a_raw_entry_needs_a_decoder():
    with pytest.raises(PluginError, match="'raw'"):
        Catalog({"raw": {"endpoint": "/"}})["raw"]


def test_siblings_share_the_longest_beginning():
    catalog = Catalog({id: spec() for id in ("f/veo", "f/veo/fast", "f/veo/fast/i2v", "f/veo/i2v", "f/kling", "veo")})
    assert [id for id, _ in catalog.siblings("f/veo/fast")] == ["f/veo/fast/i2v", "f/veo/i2v", "f/veo"]
    assert [id for id, _ in catalog.siblings("veo")] == []


# run-time additions


def test_an_added_model_stands_first():
    mine = spec("mine")
    add_models("acme", {"fal-ai/veo3.1": mine, "brand/": spec("brand", family=True)})
    assert find_model("acme", MINIMAX, "fal-ai/veo3.1").spec is mine
    assert find_model("acme", MINIMAX, "brand/new").id == "brand/"
    assert find_model("other", MINIMAX, "fal-ai/veo3.1").spec is MINIMAX["fal-ai/veo3.1"]
    with pytest.raises(ValidationError, match="needs a ModelSpec"):
        add_models("acme", {"x": {}})


def test_a_fetched_schema_comes_after_the_catalogue_and_before_families():
    fetched = spec("fetched")
    registry.remember("acme", "minimax/never-seen", fetched)
    registry.remember("acme", "fal-ai/veo3.1", fetched)
    assert find_model("acme", MINIMAX, "minimax/never-seen").spec is fetched
    assert find_model("acme", MINIMAX, "fal-ai/veo3.1").spec is not fetched


def payload(model, **asked):
    found = find_model("acme", MINIMAX, model)
    request = VideoGenerationRequest(prompt="a fox", **asked)
    return make_plan(provider="acme", model=model, spec=found.spec, request=request, policy="warn").payload


def test_registered_mappings_merge_and_take_effect():
    register_provider_field_mapping("acme", {"fal-ai/veo3.1": {"secs": duration_field_mapper("int", [4, 8])}})
    register_provider_field_mapping("acme", {"fal-ai/veo3.1": {"cfg": extra_params_field_mapper("cfg", type="float")}})
    assert payload("fal-ai/veo3.1", duration_seconds=8, extra_params={"cfg": 0.5}) == {
        "prompt": "a fox",
        "secs": 8,
        "cfg": 0.5,
    }
    assert "secs" not in MINIMAX["fal-ai/veo3.1"].variants[0].fields
    register_provider_field_mapping("acme", {"fal-ai/veo3.1": {"secs": duration_field_mapper("str", [4, 8])}})
    assert payload("fal-ai/veo3.1", duration_seconds=8)["secs"] == "8s"


def test_a_registered_mapping_may_be_a_model_of_its_own():
    register_provider_field_mapping("acme", {"new": {"text": PROMPT, "secs": duration_field_mapper("int")}})
    assert payload("new", duration_seconds=3) == {"text": "a fox", "secs": 3}
    assert {variant.kind for variant in find_model("acme", MINIMAX, "new").spec.variants} == {"video"}
    register_provider_field_mapping("acme", {"line/": {"text": PROMPT}})
    assert payload("line/one") == {"text": "a fox"}
    assert find_model("acme", MINIMAX, "line/one").id == "line/"


def test_the_same_merge_is_made_once():
    register_provider_field_mapping("acme", {"fal-ai/veo3.1": {"secs": duration_field_mapper("int")}})
    assert find_model("acme", MINIMAX, "fal-ai/veo3.1").spec is find_model("acme", MINIMAX, "fal-ai/veo3.1").spec


def test_all_mappings_of_a_provider():
    assert get_provider_field_mapping("acme") is None
    register_provider_field_mapping("acme", {"fal-ai/veo3.1": {"secs": duration_field_mapper("int")}})
    assert get_provider_field_mapping("acme").keys() == {"fal-ai/veo3.1"}
    merged = get_provider_field_mapping("acme", MINIMAX)
    assert len(merged) == 5 and merged["fal-ai/veo3.1"].keys() == {"prompt", "secs"}


@pytest.mark.parametrize("mapping", [{"m": {"a..b": PROMPT}}, {"m": {"a": "prompt"}}, {"m": PROMPT}])
def test_a_wrong_mapping_adds_nothing(mapping):
    with pytest.raises(ValidationError):
        register_provider_field_mapping("acme", mapping)
    assert get_provider_field_mapping("acme") is None


def test_adding_a_model_is_one_entry():
    catalog = Catalog(
        {
            "acme-2": ModelSpec(
                variants=Variant(
                    modes={"text-to-video"},
                    endpoint="/v1/videos",
                    fields={
                        "text": passthrough_field_mapper("prompt"),
                        "secs": duration_field_mapper("int", [4, 8, 12]),
                    },
                )
            )
        }
    )
    found = find_model("acme", catalog, "acme-2")
    request = VideoGenerationRequest(prompt="a fox", duration_seconds=8)
    made = make_plan(provider="acme", model="acme-2", spec=found.spec, request=request, policy="warn")
    assert (made.endpoint, made.payload) == ("/v1/videos", {"text": "a fox", "secs": 8})


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("stable-imge-ultra", ["stable-image-ultra"]),
        ("ultra", ["stable-image-ultra", "stable-video-ultra-2"]),
        ("Video/Ultra", ["stable-video-ultra-2"]),
        ("ult", []),
        ("--", []),
    ],
)
def test_what_was_probably_meant_is_written_alike_or_has_all_the_words(written, meant):
    models = {id: {} for id in ("stable-image-core", "stable-video-ultra-2", "stable-image-ultra")}
    assert Catalog(models).near(written)[: len(meant) or 1] == meant
