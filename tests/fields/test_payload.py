import copy
from pathlib import Path

import pytest

from tarash_core.errors import UnsupportedParameterError
from tarash_core.fields import (
    FieldMapper,
    MediaForm,
    constant_field_mapper,
    extra_params_field_mapper,
    image_list_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash_core.fields.payload import fill_leaves, leaves_of, write_form
from tarash_core.models.job import VideoJob
from tarash_core.models.media import ImageInput, Media
from tarash_core.models.plan import MediaLeaf

from .models import CLIP, FOX, KLING, PNG, RUNWAY, VERTEX, codes, one_way, plan


def image_model(*forms, path="image"):
    return one_way({path: single_image_field_mapper(True, "first_frame", forms=forms)}, mode="image-to-video")


def test_an_address_is_written_at_once():
    assert plan(KLING, first_frame=FOX).payload["contents"] == [
        {"type": "prompt", "text": "a fox"},
        {"type": "first_frame", "url": FOX},
    ]


def test_everything_else_is_a_hole_with_its_forms(tmp_path: Path):
    file = tmp_path / "fox.png"
    file.write_bytes(PNG)
    for given in (PNG, file, "data:image/png;base64,iVBORw0KGgo="):
        (leaf,) = leaves_of(plan(KLING, first_frame=given).payload)
        assert [form.kind for form in leaf.forms] == ["url", "base64"]
        assert leaf.field == "first_frame" and isinstance(leaf.media, Media)


def test_an_address_for_a_field_that_takes_files_is_a_hole():
    (leaf,) = leaves_of(plan(image_model("file"), first_frame=FOX).payload)
    assert leaf.media.url == FOX


def test_an_address_that_needs_our_key_is_a_hole():
    (leaf,) = leaves_of(plan(image_model("url"), first_frame=Media(FOX, authenticated=True)).payload)
    assert leaf.media.authenticated


def test_templates_are_filled():
    spec = image_model(MediaForm("url", {"type": "image", "url": "$value"}), path="keyframes.frame0")
    assert plan(spec, first_frame=FOX).payload["keyframes"] == {"frame0": {"type": "image", "url": FOX}}


def test_a_vendors_own_address():
    written = plan(VERTEX, first_frame="gs://bucket/fox.png").payload["instances"][0]["image"]
    assert written == {"gcsUri": "gs://bucket/fox.png", "mimeType": "image/png"}
    with pytest.raises(UnsupportedParameterError, match="allowed is url or base64") as caught:
        plan(KLING, first_frame="gs://bucket/fox.png")
    assert caught.value.field == "first_frame"


def test_a_form_whose_content_type_is_unknown_leaves_the_key_out():
    form = MediaForm("url", {"uri": "$value", "mime": "$content_type", "parts": ["$value"]})
    assert write_form(form, "u") == {"uri": "u", "parts": ["u"]}
    assert write_form(form, "u", "image/png")["mime"] == "image/png"
    assert write_form(MediaForm("url"), "u", "image/png") == "u"
    assert form.write == {"uri": "$value", "mime": "$content_type", "parts": ["$value"]}


def test_an_earlier_job():
    spec = one_way({"video_id": video_url_field_mapper(True, forms=("job_id", "url"))}, mode="extend-video")
    job = VideoJob(provider="acme", model="acme-1", id="job-7")
    assert plan(spec, video=job).payload["video_id"] == "job-7"
    assert plan(spec, video=Media(CLIP, job=job)).payload["video_id"] == "job-7"
    assert plan(spec, video=CLIP).payload["video_id"] == CLIP
    foreign = VideoJob(provider="other", model="m", id="x")
    assert plan(spec, video=Media(CLIP, job=foreign)).payload["video_id"] == CLIP
    with pytest.raises(UnsupportedParameterError, match="allowed is job_id or url"):
        plan(spec, video=foreign)


def test_lists_of_media_and_the_keys_of_their_items():
    images = [ImageInput(FOX, "reference", name="fox"), ImageInput(PNG, "reference")]
    contents = plan(KLING, image_list=images).payload["contents"]
    assert contents[1] == {"type": "refer_image", "url": FOX, "id": "fox"}
    assert contents[2].keys() == {"type", "url"} and isinstance(contents[2]["url"], MediaLeaf)
    for path in ("image_urls", "image_urls[]"):
        spec = one_way({path: image_list_field_mapper("reference")}, mode="reference-to-video")
        assert plan(spec, image_list=[FOX, FOX]).payload["image_urls"] == [FOX, FOX]
    alone = one_way({"images[].url": single_image_field_mapper(True)}, mode="reference-to-video")
    assert plan(alone, image_list=[FOX]).payload["images"] == [{"url": FOX}]


def test_a_weight_that_the_model_does_not_take_is_a_hint():
    spec = one_way({"images": image_list_field_mapper("reference")}, mode="reference-to-video")
    weighted = [ImageInput(FOX, "reference", weight=0.5)]
    assert codes(plan(spec, image_list=weighted)) == [("dropped", "image_list.weight")]
    with pytest.raises(UnsupportedParameterError, match="weight"):
        plan(spec, policy="error", image_list=weighted)


def test_a_converter_may_make_the_wire_value_of_images():
    spec = one_way(
        {"refs": FieldMapper("reference_images", lambda request, images: [i.image.url for i in images])},
        mode="reference-to-video",
    )
    assert plan(spec, image_list=[FOX, FOX]).payload["refs"] == [FOX, FOX]


def test_constants():
    assert plan(RUNWAY, model="gen4.5").payload["model"] == "gen4.5"
    shared = {"nested": ["x"]}
    spec = one_way(
        {
            "options": constant_field_mapper(shared),
            "kind": constant_field_mapper("image", when="first_frame"),
            "image": single_image_field_mapper(image_type="first_frame"),
        },
        mode="image-to-video",
    )
    bare, framed = plan(spec).payload, plan(spec, first_frame=FOX).payload
    assert "kind" not in bare and framed["kind"] == "image"
    bare["options"]["nested"].append("y")
    assert shared == {"nested": ["x"]} and framed["options"] == shared


def test_holes_are_filled_in_a_copy():
    payload = plan(KLING, first_frame=PNG, last_frame=FOX).payload
    before = copy.deepcopy(payload)
    filled = fill_leaves(payload, lambda leaf: f"<{leaf.field}>")
    assert filled["contents"][1]["url"] == "<first_frame>" and not leaves_of(filled)
    assert payload == before and len(leaves_of(payload)) == 1


KNOWN = one_way(
    {
        "settings.duration": passthrough_field_mapper("duration_seconds"),
        "cfg_scale": extra_params_field_mapper("cfg_scale", type="float", minimum=0, maximum=1, default=0.5),
    },
    parameters=["prompt", "settings.duration", "settings.shot", "cfg_scale", "camera_control"],
)


def test_the_models_own_parameters_are_joined_deeply():
    extra = {"settings": {"shot": "wide"}, "cfg_scale": 0.7}
    joined = plan(KNOWN, duration_seconds=5, extra_params=extra)
    assert joined.payload == {"prompt": "a fox", "settings": {"duration": 5, "shot": "wide"}, "cfg_scale": 0.7}
    assert joined.notices == ()
    joined.payload["settings"]["shot"] = "changed"
    assert extra == {"settings": {"shot": "wide"}, "cfg_scale": 0.7}
    assert joined.request.extra_params == extra


@pytest.mark.parametrize("policy", ["error", "warn", "nearest"])
def test_a_key_that_a_mapper_writes_too_is_an_error(policy):
    with pytest.raises(UnsupportedParameterError, match="duration_seconds writes it already") as caught:
        plan(KNOWN, policy=policy, duration_seconds=5, extra_params={"settings": {"duration": 7}})
    assert caught.value.field == "extra_params['settings.duration']"
    with pytest.raises(UnsupportedParameterError, match="prompt writes it already"):
        plan(KNOWN, policy=policy, extra_params={"prompt": "x"})


def test_a_field_that_is_not_given_may_be_written_by_hand():
    assert plan(KNOWN, extra_params={"settings": {"duration": "auto"}}).payload["settings"] == {"duration": "auto"}


def test_an_unknown_key_is_sent_with_a_hint_or_refused():
    sent = plan(KNOWN, extra_params={"camera_controll": 1})
    assert sent.payload["camera_controll"] == 1
    assert codes(sent) == [("unknown_parameter", "extra_params['camera_controll']")]
    assert "did you mean 'camera_control'?" in sent.notices[0].message
    with pytest.raises(UnsupportedParameterError, match="did you mean 'camera_control'") as caught:
        plan(KNOWN, policy="error", extra_params={"camera_controll": 1})
    assert caught.value.allowed == "camera_control"
    assert codes(plan(KNOWN, extra_params={"settings": {"shott": "x"}}))[0][0] == "unknown_parameter"
    assert plan(one_way({}), policy="error", extra_params={"whatever": 1}).payload["whatever"] == 1


@pytest.mark.parametrize("policy", ["error", "warn", "nearest"])
@pytest.mark.parametrize("value", ["0.5", 2, True])
def test_a_wrong_value_of_a_known_parameter_is_refused(policy, value):
    with pytest.raises(UnsupportedParameterError, match="numbers, 0 to 1") as caught:
        plan(KNOWN, policy=policy, extra_params={"cfg_scale": value})
    assert caught.value.field == "extra_params['cfg_scale']" and caught.value.value is value


def test_a_required_parameter_of_the_models_own():
    spec = one_way({"motion.bucket": extra_params_field_mapper("bucket", True, type="int")})
    assert plan(spec, extra_params={"bucket": 7}).payload["motion"] == {"bucket": 7}
    with pytest.raises(UnsupportedParameterError, match=r"extra_params\['bucket'\] is needed"):
        plan(spec)
    kept = one_way({"bucket": extra_params_field_mapper("bucket", True, type="int", default=127)})
    assert plan(kept).payload["bucket"] == 127


@pytest.mark.parametrize("items", [[], [{"id": 1}], [{"id": 1}, {"id": 2}]])
def test_a_list_of_the_models_own_makes_one_item_for_each_value(items):
    spec = one_way(
        {
            "contents[type=text].text": passthrough_field_mapper("negative_prompt"),
            "contents[]": extra_params_field_mapper("elements", type="list"),
        }
    )
    body = plan(spec, negative_prompt="snow", extra_params={"elements": items}).payload
    assert body["contents"] == [{"type": "text", "text": "snow"}, *items]
