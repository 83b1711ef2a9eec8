from typing import Annotated, Any

import httpx
import jsonschema
import pydantic
import pytest
from fastapi import Body, FastAPI

from tarash_core.errors import HTTPError
from tarash_core.models.base import Value
from tarash_core.models.config import VideoGenerationConfig
from tarash_core.models.cost import Cost
from tarash_core.models.job import Job, VideoJob
from tarash_core.models.media import Media
from tarash_core.models.plan import Plan
from tarash_core.models.request import VideoGenerationRequest
from tarash_core.models.response import VideoGenerationResponse
from tarash_core.models.update import VideoGenerationUpdate

URL = "https://a.example/fox.png"


class Order(pydantic.BaseModel):
    request: VideoGenerationRequest
    job: VideoJob | None = None
    inputs: list[Media] = []


def test_a_field_takes_an_instance_or_plain_data() -> None:
    request = VideoGenerationRequest(prompt="a fox", first_frame=URL)
    made = Order(request=request)
    assert made.request is request
    read = Order.model_validate({"request": {"prompt": "a fox", "first_frame": URL}, "inputs": [{"url": URL}]})
    assert read.request == request and read.inputs == [Media(URL)]


def test_a_model_comes_back_from_its_json() -> None:
    made = Order(
        request=VideoGenerationRequest(prompt="a fox", image_list=[URL]),
        job=VideoJob(provider="fal", model="m", id="1"),
    )
    assert Order.model_validate_json(made.model_dump_json()) == made
    assert Order.model_validate(made.model_dump()) == made


@pytest.mark.parametrize("given", [{"prompt": ""}, {"prompt": "a", "promt": 1}, {}, 5, {"prompt": "a", "seed": "4"}])
def test_what_is_wrong_is_a_validation_error_of_pydantic(given: Any) -> None:
    with pytest.raises(pydantic.ValidationError):
        Order.model_validate({"request": given})


def test_no_key_is_written() -> None:
    class Setup(pydantic.BaseModel):
        config: VideoGenerationConfig

    made = Setup(config=VideoGenerationConfig(provider="fal", model="m", api_key="canary"))
    assert "canary" not in f"{made.model_dump_json()} {made.model_dump()} {made!r}"


def test_the_schema_describes_the_public_fields() -> None:
    schema = Order.model_json_schema()
    text = str(schema)
    assert "duration_seconds" in text and "access" not in text
    shown = pydantic.TypeAdapter(VideoGenerationRequest).json_schema()
    assert shown["properties"]["duration_seconds"] == {"anyOf": [{"type": "number"}, {"type": "null"}]}
    assert shown["required"] == ["prompt"] and shown["additionalProperties"] is False
    config = pydantic.TypeAdapter(VideoGenerationConfig).json_schema()
    assert not {"api_key", "given"} & config["properties"].keys()


def app() -> FastAPI:
    made = FastAPI()

    @made.post("/videos")
    async def make(request: Annotated[VideoGenerationRequest, Body()]) -> VideoGenerationResponse:
        return VideoGenerationResponse(request_id=str(request.prompt), video=URL)

    @made.post("/jobs")
    async def take(job: Annotated[VideoJob, Body()]) -> dict[str, Any]:
        return job.to_dict()

    return made


@pytest.mark.anyio
async def test_fastapi_reads_and_writes_them() -> None:
    transport = httpx.ASGITransport(app())
    async with httpx.AsyncClient(transport=transport, base_url="http://test.example") as client:
        answer = await client.post("/videos", json={"prompt": "a fox", "duration_seconds": 8})
        assert answer.status_code == 200
        assert VideoGenerationResponse.from_dict(answer.json()).video.url == URL
        for wrong in ({"prompt": ""}, {"prompt": "a", "first_frame": "/etc/passwd"}, {"prompt": "a", "promt": "b"}):
            assert (await client.post("/videos", json=wrong)).status_code == 422
        job = VideoJob(provider="fal", model="m", id="1")
        assert Job.from_dict((await client.post("/jobs", json=job.to_dict())).json()) == job


def test_fastapi_documents_them() -> None:
    paths = app().openapi()["paths"]
    body = paths["/videos"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["duration_seconds"] == {"anyOf": [{"type": "number"}, {"type": "null"}]}
    answer = paths["/videos"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert "video" in answer["properties"]


WRITTEN: list[Value] = [
    VideoGenerationRequest(prompt="a fox", image_list=[URL], first_frame=b"fox", extra_params={"a": 1}),
    VideoGenerationConfig(provider="fal", model="m", mock=True, fallback_configs=["kling/k"], timeout=5),
    VideoJob(provider="fal", model="m", id="1", state={"a": [1]}),
    VideoGenerationResponse(request_id="1", video=URL, cost=Cost("0.4"), raw_response={"a": 1}),  # type: ignore[arg-type]
    VideoGenerationUpdate(status="failed", error=HTTPError("no"), logs=["a"]),
    Plan(kind="video", provider="a", model="m", variant="v", endpoint="/", request=VideoGenerationRequest(prompt="a")),
]


@pytest.mark.parametrize("value", WRITTEN, ids=lambda value: type(value).__name__)
def test_what_is_written_fits_the_schema_that_documents_it(value: Value) -> None:
    schema = pydantic.TypeAdapter(type(value)).json_schema(mode="serialization")
    jsonschema.validate(value.to_dict(), schema)
