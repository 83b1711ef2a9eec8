import copy
import pickle
from pathlib import Path
from typing import Any

import pytest

from tarash_core import errors
from tarash_core.models.base import Value
from tarash_core.models.config import Account, ImageGenerationConfig, VideoGenerationConfig
from tarash_core.models.cost import Cost
from tarash_core.models.execution import AttemptMetadata, ExecutionMetadata
from tarash_core.models.job import ImageJob, VideoJob, now
from tarash_core.models.media import ImageInput, Media
from tarash_core.models.mock import MockConfig, MockPollingConfig, MockResponse
from tarash_core.models.notice import Notice
from tarash_core.models.plan import MediaForm, MediaLeaf, Plan
from tarash_core.models.request import ImageGenerationRequest, VideoGenerationRequest
from tarash_core.models.response import ImageGenerationResponse, VideoGenerationResponse
from tarash_core.models.update import VideoGenerationUpdate
from tarash_core.models.webhook import WebhookEvent

URL = "https://a.example/fox.mp4?sig=1"
JOB = VideoJob(provider="fal", model="m", id="1", state={"urls": [URL]})
REQUEST = VideoGenerationRequest(prompt="a fox", first_frame=b"fox", extra_params={"a": [1]})
COST = Cost("0.4", as_of="2026-11-22")  # type: ignore[arg-type]
ATTEMPT = AttemptMetadata(provider="fal", model="m", attempt_number=1, started_at=now(), job=JOB, cost=COST)
METADATA = ExecutionMetadata(attempts=(ATTEMPT,))
RESPONSE = VideoGenerationResponse(request_id="1", video=URL, execution_metadata=METADATA, cost=COST, job=JOB)

VALUES: list[Value] = [
    REQUEST,
    ImageGenerationRequest(prompt=None, image_list=[ImageInput(URL, "style")], mask_image=URL),
    VideoGenerationConfig(provider="fal", model="m", mock=True, fallback_configs=["kling/k"]),
    ImageGenerationConfig(provider="sora", model="m", fallback_on=[errors.HTTPError]),
    Account(base_url="https://a.example", settings={"project": "p"}),
    JOB,
    ImageJob(provider="stability", model="m", id="1", result={"outputs": [{"url": URL}], "raw": None}),
    COST,
    METADATA,
    Notice("moved", "duration_seconds", "7 seconds became 8."),
    Media(b"fox", content_type="video/mp4", job=JOB, authenticated=True),
    RESPONSE,
    ImageGenerationResponse(request_id="1", images=[URL, b"fox"], notices=[Notice("dropped", "seed", "Dropped.")]),
    VideoGenerationUpdate(status="completed", job=JOB, result=RESPONSE, logs=["a"]),
    WebhookEvent(job_id="1", update=VideoGenerationUpdate(status="queued")),
    MockConfig(
        responses=[MockResponse(mock_response=RESPONSE)], polling=MockPollingConfig(progress_percentages=[0, 9, 100])
    ),
    Plan(
        kind="video",
        provider="fal",
        model="m",
        variant="image-to-video",
        endpoint="/m",
        payload={"image": "https://a.example"},
        request=REQUEST,
        estimated_cost=COST,
    ),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_pickle_deepcopy_and_json_bring_it_back(value: Value) -> None:
    assert pickle.loads(pickle.dumps(value)) == value
    assert copy.deepcopy(value) == value
    assert type(value).from_json(value.to_json()) == value
    assert type(value).from_dict(value.to_dict()) == value
    assert value.replace() == value


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_are_slotted_and_frozen(value: Value) -> None:
    assert not hasattr(value, "__dict__")
    with pytest.raises(AttributeError):
        value.anything = 1  # type: ignore[attr-defined]


def test_a_pickle_keeps_what_the_maker_wrote_and_leaves_what_is_of_this_process() -> None:
    config = VideoGenerationConfig(provider="fal", model="m", timeout=600)
    assert pickle.loads(pickle.dumps(config)).given == config.given
    live = JOB.replace(access=lambda: "a key in use")
    assert pickle.loads(pickle.dumps(live)).access is None
    assert copy.deepcopy(live).access is live.access
    assert "access" not in live.to_dict()


def test_a_pickle_does_not_look_for_the_file_again(tmp_path: Path) -> None:
    path = tmp_path / "fox.png"
    path.write_bytes(b"fox")
    text = pickle.dumps(Media(path))
    path.unlink()
    assert pickle.loads(text).source == path


def test_a_deepcopy_shares_nothing_that_changes() -> None:
    made: Any = copy.deepcopy(REQUEST)
    made.extra_params["a"].append(2)
    assert REQUEST.extra_params == {"a": [1]}


def test_media_leaves_are_elided_in_json() -> None:
    leaf = MediaLeaf(Media(b"canary"), (MediaForm("url"),), "first_frame")
    plan = Plan(
        kind="video", provider="fal", model="m", variant="v", endpoint="/", payload={"i": leaf}, request=REQUEST
    )
    assert plan.to_dict()["payload"] == {"i": "<first_frame: Media(6 bytes)>"}
    assert "canary" not in repr(plan)


def test_metadata_sums_up_its_attempts() -> None:
    started = now()
    skipped = AttemptMetadata(
        provider="a", model="m", attempt_number=1, started_at=started, ended_at=started, status="skipped"
    )
    lost = ATTEMPT.replace(attempt_number=2, started_at=started, ended_at=started, unsettled=True)
    won = ATTEMPT.replace(attempt_number=3, started_at=started, ended_at=started, status="success")
    metadata = ExecutionMetadata(attempts=[skipped, lost, won], configs_in_chain=3)
    assert (metadata.total_attempts, metadata.successful_attempt, metadata.fallback_triggered) == (2, 3, True)
    assert metadata.abandoned_jobs == (JOB,)
    assert metadata.total_elapsed_seconds == 0.0
    assert ExecutionMetadata(attempts=[ATTEMPT]).total_elapsed_seconds is None
    assert ExecutionMetadata().successful_attempt is None


def test_money_is_exact_and_dollars_are_known_where_the_unit_is_one() -> None:
    assert str(Cost(0.1).amount) == "0.1" and Cost(0.1).usd == Cost("0.1").amount  # type: ignore[arg-type]
    assert Cost(5, "credits").usd is None  # type: ignore[arg-type]
    for wrong in ("much", None):
        with pytest.raises(errors.ValidationError, match="must be a number"):
            Cost(wrong)  # type: ignore[arg-type]


def test_responses_can_be_built_by_users() -> None:
    response = VideoGenerationResponse(request_id="1", video=URL, status="completed", raw_response={})
    assert response.videos == (response.video,) == response.outputs
    pictures = ImageGenerationResponse(request_id="1", images=[URL, b"fox"])
    assert pictures.image == pictures.images[0] and len(pictures.outputs) == 2
    assert ImageGenerationResponse(request_id="1", images=[]).image is None
