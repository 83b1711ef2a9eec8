import pytest

from tarash_core.catalog import Catalog, Lifecycle, ModelSpec, Variant
from tarash_core.errors import UnsupportedParameterError, ValidationError
from tarash_core.fields import (
    FieldMapper,
    image_input_field_mapper,
    image_list_field_mapper,
    mask_image_field_mapper,
    passthrough_field_mapper,
    single_image_field_mapper,
    video_url_field_mapper,
)
from tarash_core.fields.planning import make_plan
from tarash_core.models.job import VideoJob
from tarash_core.models.media import ImageInput
from tarash_core.models.request import ImageGenerationRequest, VideoGenerationRequest

from .models import CLIP, EDIT, FOX, KLING, VEO, one_way, plan, plan_image

PROMPT = passthrough_field_mapper("prompt", required=True)


@pytest.mark.parametrize(
    ("asked", "mode", "endpoint"),
    [
        ({}, "text-to-video", "/text-to-video/kling-3.0"),
        ({"first_frame": FOX}, "image-to-video", "/image-to-video/kling-3.0"),
        ({"first_frame": FOX, "last_frame": FOX}, "first-last-frame", "/image-to-video/kling-3.0"),
        ({"image_list": [{"image": FOX, "type": "first_frame"}]}, "image-to-video", "/image-to-video/kling-3.0"),
        ({"image_list": [{"image": FOX, "type": "reference"}]}, "reference-to-video", "/omni-video/kling-3.0"),
        ({"first_frame": FOX, "mode": "first-last-frame"}, "first-last-frame", "/image-to-video/kling-3.0"),
    ],
)
def test_the_variant_whose_inputs_match(asked, mode, endpoint):
    chosen = plan(KLING, **asked)
    assert (chosen.variant, chosen.endpoint) == (mode, endpoint)


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({"last_frame": FOX}, "first_frame", "first_frame is missing for acme/acme-1"),
        ({"video": CLIP}, "video", "video cannot be given to"),
        ({"image_list": [{"image": FOX, "type": "style"}]}, "image_list", "style images cannot be given to"),
        ({"image_list": [{"image": FOX, "type": "reference"}] * 8}, "image_list", "are 8 where 1 to 7 are allowed"),
        ({"first_frame": FOX, "image_list": [{"image": FOX, "type": "reference"}]}, None, "cannot be given"),
        (
            {"mode": "lip-sync"},
            "mode",
            "allowed is text-to-video, image-to-video, first-last-frame or reference-to-video",
        ),
        (
            {"mode": "image-to-video"},
            "first_frame",
            "image-to-video/first-last-frame needs first_frame, takes last_frame",
        ),
    ],
)
def test_none_fits_and_the_error_lists_what_each_needs(asked, field, words):
    with pytest.raises(UnsupportedParameterError) as caught:
        plan(KLING, **asked)
    assert words in str(caught.value)
    assert field is None or caught.value.field == field
    if "mode" not in asked:
        for need in ("text-to-video takes no media", "needs first_frame", "reference-to-video needs reference images"):
            assert need in str(caught.value) and need in caught.value.allowed


def test_the_mode_is_needed_where_inputs_cannot_tell():
    with pytest.raises(UnsupportedParameterError, match="allowed is edit-video or extend-video") as caught:
        plan(EDIT, video=CLIP)
    assert caught.value.field == "mode"
    assert plan(EDIT, video=CLIP, mode="extend-video").variant == "extend-video"
    assert plan(EDIT, video=CLIP, prompt=None).variant == "upscale-video"


def test_a_bare_image_takes_the_only_role():
    spec = one_way({"image": single_image_field_mapper(True, "first_frame")}, mode="image-to-video")
    assert plan(spec, image_list=[FOX]).payload["image"] == FOX
    with pytest.raises(UnsupportedParameterError, match="'first_frame', 'last_frame' or 'reference'") as caught:
        plan(KLING, image_list=[FOX])
    assert caught.value.field == "image_list"


def test_a_mode_narrows_the_roles_of_a_bare_image():
    assert plan(KLING, image_list=[FOX], mode="reference-to-video").variant == "reference-to-video"


def test_images_of_any_type():
    spec = one_way({"images": image_list_field_mapper(max_items=3)}, mode="image-to-image")
    given = plan_image(spec, image_list=[FOX, ImageInput(FOX + "2", "style"), ImageInput(FOX + "3", "reference")])
    assert given.payload["images"] == [FOX, FOX + "2", FOX + "3"]
    with pytest.raises(UnsupportedParameterError, match="images are 4 where 1 to 3"):
        plan_image(spec, image_list=[FOX] * 4)


def test_the_image_and_the_mask_of_an_edit():
    spec = ModelSpec(
        variants=(
            Variant(modes={"text-to-image"}, fields={"prompt": PROMPT}),
            Variant(modes={"image-to-image"}, fields={"prompt": PROMPT, "image": image_input_field_mapper(True)}),
            Variant(
                modes={"inpaint"},
                fields={
                    "prompt": PROMPT,
                    "image": image_input_field_mapper(True),
                    "mask": mask_image_field_mapper(True),
                },
            ),
        )
    )
    assert plan_image(spec).variant == "text-to-image"
    assert plan_image(spec, image_list=[FOX]).variant == "image-to-image"
    assert plan_image(spec, image_list=[FOX], mask_image=FOX).variant == "inpaint"
    with pytest.raises(UnsupportedParameterError, match="images is missing"):
        plan_image(spec, mask_image=FOX)


def test_the_tightest_comes_first():
    loose = Variant(
        modes={"image-to-video"},
        endpoint="loose",
        fields={
            "prompt": PROMPT,
            "a": single_image_field_mapper(image_type="first_frame"),
            "b": video_url_field_mapper(),
        },
    )
    tight = Variant(
        modes={"image-to-video"},
        endpoint="tight",
        fields={"prompt": PROMPT, "a": single_image_field_mapper(True, "first_frame")},
    )
    spec = ModelSpec(variants=(loose, tight))
    assert plan(spec, first_frame=FOX).endpoint == "tight"
    assert plan(spec, first_frame=FOX, video=CLIP).endpoint == "loose"


def test_images_of_one_type_in_fields_of_their_own():
    spec = one_way(
        {
            "element.front": single_image_field_mapper(True, index=0),
            "element.more": image_list_field_mapper("reference", index=1, max_items=2),
        },
        mode="reference-to-video",
    )
    given = plan(spec, image_list=[{"image": f"{FOX}{n}", "type": "reference"} for n in range(3)])
    assert given.payload["element"] == {"front": f"{FOX}0", "more": [f"{FOX}1", f"{FOX}2"]}
    with pytest.raises(UnsupportedParameterError, match="are 4 where 1 to 3"):
        plan(spec, image_list=[{"image": FOX, "type": "reference"}] * 4)


def test_a_list_needs_its_fewest_images():
    spec = one_way({"images": image_list_field_mapper("reference", min_items=2)}, mode="reference-to-video")
    assert plan(spec).payload == {"prompt": "a fox"}
    with pytest.raises(UnsupportedParameterError, match="are 1 where at least 2"):
        plan(spec, image_list=[FOX])


def test_the_surface_that_the_provider_names():
    def on(surface: str) -> Variant:
        return Variant(modes={"text-to-video"}, endpoint=surface, surface=surface, fields={"prompt": PROMPT})

    spec = ModelSpec(variants=(on("vertex"), on("gemini")))
    request = VideoGenerationRequest(prompt="a fox")

    def planned(surface):
        return make_plan(provider="veo", model="m", spec=spec, request=request, policy="warn", surface=surface)

    assert planned("gemini").endpoint == planned("gemini").surface == "gemini"
    assert planned(None).endpoint == "vertex"
    with pytest.raises(ValidationError, match="'azure'; use gemini or vertex"):
        planned("azure")


def test_the_other_kind_is_told():
    with pytest.raises(ValidationError, match=r"acme/acme-1 makes videos, not images; use generate_video\."):
        plan_image(VEO)


def edit_catalog() -> Catalog:
    def way(mode: str, **fields: FieldMapper) -> ModelSpec:
        return ModelSpec(variants=Variant(modes={mode}, fields={"prompt": PROMPT, **fields}))

    frame = single_image_field_mapper(True, "first_frame")
    return Catalog(
        {
            "fal-ai/veo3.1": way("text-to-video"),
            "fal-ai/veo3.1/old": ModelSpec(
                variants=way("image-to-video", image=frame).variants, lifecycle=Lifecycle(retired="2020-01-01")
            ),
            "fal-ai/veo3.1/image-to-video": way("image-to-video", image=frame),
            "fal-ai/other/image-to-video": way("image-to-video", image=frame),
        }
    )


@pytest.mark.parametrize("media", [{"first_frame": FOX}, {"image_list": [FOX]}])
def test_the_error_names_the_living_sibling_that_fits(media):
    catalog = edit_catalog()
    with pytest.raises(
        UnsupportedParameterError, match=r"text-to-video takes no media; use fal-ai/veo3\.1/image-to-video"
    ):
        make_plan(
            provider="fal",
            model="fal-ai/veo3.1",
            spec=catalog["fal-ai/veo3.1"],
            request=VideoGenerationRequest(prompt="a fox", **media),
            policy="nearest",
            siblings=catalog.siblings,
        )


def test_no_sibling_is_named_where_none_fits():
    catalog = edit_catalog()
    with pytest.raises(UnsupportedParameterError) as caught:
        make_plan(
            provider="fal",
            model="fal-ai/veo3.1",
            spec=catalog["fal-ai/veo3.1"],
            request=VideoGenerationRequest(prompt="a fox", video=CLIP),
            policy="warn",
            siblings=catalog.siblings,
        )
    assert "use fal" not in str(caught.value)


def test_an_earlier_result_goes_where_its_id_is_taken():
    def way(mode: str, *forms: str) -> Variant:
        return Variant(modes={mode}, fields={"prompt": PROMPT, "video": video_url_field_mapper(True, forms=forms)})

    spec = ModelSpec(variants=(way("edit-video", "url"), way("remix-video", "job_id")))
    job = VideoJob(provider="acme", model="acme-1", id="job-7")
    remix = plan(spec, video=job)
    assert remix.variant == "remix-video" and remix.payload["video"] == "job-7"
    assert plan(spec, video=CLIP).variant == "edit-video"


def test_the_models_own_parameter_may_fill_a_required_medium():
    spec = one_way({"image_url": single_image_field_mapper(True, "first_frame")}, mode="image-to-video")
    assert plan(spec, extra_params={"image_url": FOX}).payload["image_url"] == FOX


def test_a_model_without_any_input_takes_a_request_without_any():
    assert plan_image(one_way({}, mode="text-to-image"), prompt=None).payload == {}
    assert ImageGenerationRequest(prompt=None).prompt is None
