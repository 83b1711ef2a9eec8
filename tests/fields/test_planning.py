import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tarash_core.catalog import Lifecycle, ModelSpec, Price, Variant, set_today
from tarash_core.errors import RetiredModelError, UnsupportedParameterError
from tarash_core.fields import (
    choice_field_mapper,
    duration_field_mapper,
    image_list_field_mapper,
    n_images_field_mapper,
    passthrough_field_mapper,
    requires,
    single_image_field_mapper,
    size_table_field_mapper,
)
from tarash_core.fields.payload import leaves_of
from tarash_core.fields.planning import make_plan
from tarash_core.models.notice import Notice
from tarash_core.models.request import VideoGenerationRequest

from .models import FOX, PNG, VEO, VERTEX, codes, one_way, plan


@pytest.fixture(autouse=True)
def day():
    set_today("2026-11-22")
    yield
    set_today(None)


def test_a_plan_says_everything():
    spec = ModelSpec(
        variants=Variant(
            modes={"text-to-video"},
            endpoint="/v1/{model}/videos",
            body="multipart",
            settings={"queue": "fast"},
            fields=VEO.variants[0].fields,
        ),
        price=Price(usd_per_second="0.4", checked="2026-11-01"),
        settings={"queue": "slow", "poll": 3},
    )
    made = plan(spec, duration_seconds=6, number_of_videos=1, seed=7)
    assert (made.kind, made.provider, made.model, made.variant) == ("video", "acme", "acme-1", "text-to-video")
    assert (made.endpoint, made.body) == ("/v1/acme-1/videos", "multipart")
    assert made.payload == {"prompt": "a fox", "duration": "6s", "seed": 7}
    assert made.settings == {"queue": "fast", "poll": 3}
    assert str(made.estimated_cost.usd) == "2.4" and made.estimated_cost.source == "catalog"
    assert made.effective["duration_seconds"] == 6 and made.effective["resolution"] == "720p"


def test_the_id_stands_for_an_endpoint_that_is_not_said():
    assert plan(VEO, model="fal-ai/veo3.1").endpoint == "fal-ai/veo3.1"
    assert plan(VERTEX, model="veo-3.1").endpoint == "/models/veo-3.1:predictLongRunning"


def test_notices_that_were_known_come_first():
    known = Notice("unknown_model", None, "a stranger")
    request = VideoGenerationRequest(prompt="a fox", fps=24)
    made = make_plan(provider="p", model="m", spec=VEO, request=request, policy="warn", notices=(known,))
    assert made.notices[0] is known and "dropped" in [notice.code for notice in made.notices]


def dated(**dates):
    return ModelSpec(variants=VEO.variants, lifecycle=Lifecycle(**dates))


def test_a_retired_model_is_refused_with_its_successor():
    spec = dated(retired="2026-07-30", replacement="acme-2")
    with pytest.raises(RetiredModelError, match="acme/acme-1 was retired on 2026-07-30; use acme-2") as caught:
        plan(spec)
    assert caught.value.replacement == "acme-2" and caught.value.provider == "acme"


@pytest.mark.parametrize("leave", [{"own_host": False}, {"allow_retired": True}])
def test_retirement_is_a_notice_elsewhere_or_for_who_insists(leave):
    request = VideoGenerationRequest(prompt="a fox")
    made = make_plan(
        provider="p", model="m", spec=dated(retires="2026-11-22"), request=request, policy="error", **leave
    )
    assert codes(made, "lifecycle") == [("lifecycle", None)]


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ({"retires": "2026-12-01", "replacement": "acme-2"}, "retires on 2026-12-01; use acme-2"),
        ({"retires": "2027-01-21"}, "retires on 2027-01-21"),
        ({"retires": "2027-01-22"}, None),
        ({"delisted": "2026-08-02"}, "left the vendor's list by 2026-08-02"),
        ({"listed": "2026-07-15"}, None),
    ],
)
def test_what_will_matter_soon_is_a_notice(dates, said):
    messages = [notice.message for notice in plan(dated(**dates)).notices if notice.code == "lifecycle"]
    assert [said in message for message in messages] == ([True] if said else [])


def test_one_way_of_calling_may_end_alone():
    def way(mode, **more):
        return Variant(modes={mode}, fields={"prompt": passthrough_field_mapper("prompt")}, **more)

    spec = ModelSpec(variants=(way("text-to-video", lifecycle=Lifecycle(retired="2026-01-01")), way("text-to-image")))
    with pytest.raises(RetiredModelError, match="text-to-video"):
        plan(spec)
    from .models import plan_image

    assert plan_image(spec).notices == ()


def test_an_unknown_price_is_no_estimate():
    assert plan(VEO).estimated_cost is None


def test_planning_changes_nothing():
    asked = {"image_list": [{"image": FOX, "type": "reference"}], "extra_params": {"a": {"b": [1]}}}
    spec = one_way({"images": image_list_field_mapper("reference")}, mode="reference-to-video")
    before = copy.deepcopy(asked)
    request = VideoGenerationRequest(prompt="a fox", **asked)
    as_text = request.to_json()
    fields = dict(spec.variants[0].fields)
    made = make_plan(provider="p", model="m", spec=spec, request=request, policy="nearest")
    made.payload["a"]["b"].append(2)
    made.payload["images"].append("x")
    assert asked == before and request.to_json() == as_text and dict(spec.variants[0].fields) == fields


LENGTHS = st.one_of(
    st.lists(st.integers(1, 30), min_size=1, max_size=6), st.builds(range, st.integers(1, 5), st.integers(6, 20))
)
RESOLUTIONS = ["360p", "480p", "720p", "1080p", "4k"]
RATIOS = ["16:9", "9:16", "1:1", "4:3", "21:9"]


@st.composite
def specs(draw: st.DrawFn) -> ModelSpec:
    """Models with all sorts of limits."""
    lengths = draw(LENGTHS)
    resolutions = draw(st.lists(st.sampled_from(RESOLUTIONS), min_size=1, unique=True))
    ratios = draw(st.lists(st.sampled_from(RATIOS), min_size=1, unique=True))
    fields = {
        "prompt": passthrough_field_mapper("prompt", max_length=40),
        "n": n_images_field_mapper(1, draw(st.integers(1, 4))),
        "image": single_image_field_mapper(draw(st.booleans()), "first_frame", forms=("url", "base64")),
    }
    if draw(st.booleans()):
        fields["s.duration"] = duration_field_mapper(draw(st.sampled_from(["int", "str"])), lengths)
    if draw(st.booleans()):
        fields["seed"] = passthrough_field_mapper("seed", minimum=0, maximum=100)
    if draw(st.booleans()):
        table = {(ratio, resolution): f"{ratio}@{resolution}" for ratio in ratios for resolution in resolutions}
        fields["size"] = size_table_field_mapper(table)
    else:
        fields["resolution"] = choice_field_mapper("resolution", resolutions)
        fields["ratio"] = choice_field_mapper("aspect_ratio", ratios)
    top = [requires("resolution", resolutions[-1], duration_seconds=list(lengths)[-1])] if draw(st.booleans()) else []
    return ModelSpec(variants=Variant(modes={"image-to-video", "text-to-video"}, fields=fields, rules=top))


REQUESTS = st.fixed_dictionaries(
    {"prompt": st.one_of(st.none(), st.text("fox ", min_size=1, max_size=50).filter(str.strip))},
    optional={
        "duration_seconds": st.one_of(st.integers(1, 40), st.floats(0.5, 40)),
        "resolution": st.sampled_from([*RESOLUTIONS, "1440p", "1280x720"]),
        "aspect_ratio": st.sampled_from([*RATIOS, "3:2", "auto"]),
        "seed": st.integers(-5, 200),
        "number_of_videos": st.integers(1, 5),
        "generate_audio": st.booleans(),
        "first_frame": st.sampled_from([FOX, PNG]),
        "negative_prompt": st.text(max_size=5),
    },
)


@settings(max_examples=300)
@given(specs(), REQUESTS, st.sampled_from(["error", "warn", "nearest"]))
def test_what_is_accepted_lies_within_the_limits_and_what_is_refused_is_explained(spec, asked, policy):
    request = VideoGenerationRequest(**asked)
    as_text = json.dumps(request.to_dict(), default=str)
    try:
        made = make_plan(provider="p", model="m", spec=spec, request=request, policy=policy)
    except UnsupportedParameterError as error:
        assert (error.field and error.field in str(error)) or error.field == "prompt"
        assert error.allowed and str(error.allowed) in str(error)
        return
    fields, body = spec.variants[0].fields, made.payload
    choices = {path: fields[path] for path in ("resolution", "ratio", "seed", "n", "s.duration") if path in fields}
    for path, mapper in choices.items():
        value = body.get("s", {}).get("duration") if path == "s.duration" else body.get(path)
        if value is not None:
            number = float(value[:-1]) if path == "s.duration" and isinstance(value, str) else value
            assert mapper.refusal(number) is None
    if "size" in body:
        assert body["size"] in [shape.wire for shape in fields["size"].shapes.options]
    assert body.get("prompt") == asked["prompt"] and len(body.get("prompt") or "") <= 40
    assert body["n"] == asked.get("number_of_videos", 1)
    assert ("image" in body) == ("first_frame" in asked) == bool(made.effective.get("first_frame"))
    assert len(leaves_of(body)) == (asked.get("first_frame") == PNG)
    assert all(rule.holds(made.effective) for rule in spec.variants[0].rules)
    assert policy == "nearest" or not codes(made, "moved")
    assert policy != "error" or not codes(made, "moved", "dropped", "converted")
    assert json.dumps(request.to_dict(), default=str) == as_text


def test_a_plan_opens_no_socket_and_no_file(monkeypatch):
    import builtins
    import socket

    def never(*args, **kwargs):
        raise AssertionError("planning touched the outside")

    request = VideoGenerationRequest(prompt="a fox", duration_seconds=6)
    plan(VEO)
    monkeypatch.setattr(socket, "socket", never)
    monkeypatch.setattr(builtins, "open", never)
    assert make_plan(provider="p", model="m", spec=VEO, request=request, policy="warn").payload["duration"] == "6s"
