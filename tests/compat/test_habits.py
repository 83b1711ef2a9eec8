"""Each lenient habit works, and warns once with the way that Tarash has for it."""

import importlib
import subprocess
import sys
import warnings
from typing import Any

import pytest

import tarash_core
from tarash_core import GenerationFailedError, HTTPError, ValidationError
from tarash_core.plugins.provider import Provider

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from tarash_core import compat
    from tarash_core.compat import exceptions, image_format, mock, models, providers, registry
    from tarash_core.compat.providers import field_mappers

AUDIO = ["AudioGenerationConfig", "AudioOutputFormat", "TTSRequest", "TTSResponse", "STSRequest", "STSResponse"]
AUDIO += ["generate_tts", "generate_tts_async", "generate_sts", "generate_sts_async", "format_to_content_type"]


def request(**fields: Any) -> Any:
    return compat.VideoGenerationRequest(**{"prompt": "A fox", **fields})


def config(**fields: Any) -> Any:
    return compat.VideoGenerationConfig(**{"provider": "fal", "model": "fal-ai/veo3.1", **fields})


@pytest.mark.parametrize(
    ("use", "way"),
    [
        (lambda: request(cfg_scale=0.5), "extra_params"),
        (lambda: models.VideoGenerationUpdate(request_id="1", status="queued", odd=1), "leave them out"),
        (lambda: request().model_dump(), "to_dict"),
        (lambda: request().model_dump_json(), "to_json"),
        (lambda: request().model_copy(update={"seed": 1}), "replace"),
        (lambda: models.VideoGenerationRequest.model_validate({"prompt": "A fox"}), "from_dict"),
        (lambda: models.VideoGenerationRequest.model_fields, "attrs.fields"),
        (lambda: exceptions.is_retryable_error(HTTPError("", status_code=503)), "error.retryable"),
        (lambda: exceptions.handle_video_generation_errors(print), "error()"),
        (lambda: image_format.ensure_image_format("https://x.test/a.png", ["url"]), "field mapper"),
        (lambda: providers.FAL_MODEL_REGISTRY, "get_provider_field_mapping"),
        (lambda: importlib.reload(field_mappers), "tarash_core.fields"),
        (lambda: importlib.reload(exceptions), "import errors from tarash_core"),
        (lambda: importlib.reload(compat), "from tarash_core"),
    ],
)
def test_a_habit_warns_once_and_names_the_way(use: Any, way: str) -> None:
    with pytest.warns(DeprecationWarning) as warned:
        use()
    assert len(warned) == 1
    assert way in str(warned[0].message)


def test_validating_text_is_one_habit_and_what_it_does_inside_another() -> None:
    with pytest.warns(DeprecationWarning, match="from_json"):
        assert models.VideoGenerationRequest.model_validate_json('{"prompt": "A fox"}').prompt == "A fox"


def test_plain_use_of_the_values_warns_of_nothing() -> None:
    request(extra_params={"cfg_scale": 0.5})
    config(mock=mock.MockConfig(enabled=True), fallback_configs=[config(timeout=5)])


@pytest.mark.parametrize("name", AUDIO)
def test_sound_is_refused_in_one_sentence_when_it_is_tried(name: str) -> None:
    with pytest.raises(ValidationError, match=r"out of its scope") as caught:
        getattr(compat, name)("anything", model="x")
    assert str(caught.value).count(".") == 1


def test_every_public_name_is_there() -> None:
    assert [name for name in compat.__all__ if not hasattr(compat, name)] == []
    assert compat.__version__ == tarash_core.__version__
    assert registry.register_provider is compat.register_provider


def test_importing_tarash_core_does_not_import_it() -> None:
    code = "import sys, tarash_core; tarash_core.generate_video; print('tarash_core.compat' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: request(duration_seconds=-1), "duration_seconds"),
        (lambda: compat.VideoGenerationRequest(), "needs prompt"),
        (lambda: config(modle="x"), "did you mean 'model'"),
        (lambda: compat.MockConfig(), "needs enabled"),
        (lambda: models.VideoGenerationRequest.model_validate(3), "made from a dict"),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_cannot_work_is_refused_when_it_is_made(make: Any, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        make()


def test_a_config_has_the_originals_defaults_but_leaves_the_pace_to_the_vendor() -> None:
    made = config()
    assert [made.timeout, made.max_poll_attempts, made.poll_interval] == [600, 120, 5]
    assert [made.core.max_poll_attempts, made.core.poll_interval] == [None, None]
    assert config(poll_interval=7).core.poll_interval == 7


def test_a_config_takes_what_tarash_has_beyond_the_original() -> None:
    assert config(on_unsettled="continue").core.on_unsettled == "continue"


def test_the_callers_own_dicts_are_not_changed() -> None:
    fields = {"prompt": "A fox", "shift": 3, "extra_params": {"a": {"b": 1}}}
    with pytest.warns(DeprecationWarning):
        compat.VideoGenerationRequest(**fields)
    assert fields == {"prompt": "A fox", "shift": 3, "extra_params": {"a": {"b": 1}}}


def test_errors_are_those_of_tarash() -> None:
    assert exceptions.TarashException is tarash_core.TarashException
    assert compat.HTTPError("No", "fal", "m", "r1", {"a": 1}, 503).status_code == 503
    with pytest.warns(DeprecationWarning):
        assert not exceptions.is_retryable_error(ValueError())


def test_the_decorator_wraps_what_is_not_ours_and_keeps_what_is() -> None:
    def raising(error: Exception) -> None:
        raise error

    with pytest.warns(DeprecationWarning):
        decorated = exceptions.handle_video_generation_errors(raising)
    with pytest.raises(tarash_core.TarashException, match="KeyError") as caught:
        decorated(KeyError("x"))
    assert [type(caught.value.__cause__), caught.value.charged] == [KeyError, "unknown"]
    with pytest.raises(GenerationFailedError):
        decorated(GenerationFailedError("No"))


class Handler:
    """Half a handler: it makes videos, and no images."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.seen = list(answers), []

    def generate_video(self, config: Any, request: Any, on_progress: Any = None) -> Any:
        self.seen.append((config, request))
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def generate_video_async(self, config: Any, request: Any, on_progress: Any = None) -> Any:
        return self.generate_video(config, request, on_progress)

    def generate_image(self, config: Any, request: Any, on_progress: Any = None) -> Any:
        raise NotImplementedError


def clip(video: Any = "https://acme.example/fox.mp4") -> Any:
    return compat.VideoGenerationResponse(request_id="own-1", video=video, status="completed", raw_response={"a": 1})


@pytest.fixture
def registered(world: None) -> Any:
    def register(*answers: Any) -> Handler:
        handler = Handler(*answers)
        with pytest.warns(DeprecationWarning, match="subclass tarash_core.plugins.Provider"):
            compat.register_provider("acme", handler)
        return handler

    return register


ACME: dict[str, Any] = {"provider": "acme", "model": "acme-1", "api_key": "acme-secret"}


@pytest.mark.anyio
async def test_a_handlers_coroutine_runs_on_the_callers_loop(registered: Any) -> None:
    registered(clip())
    response = await compat.generate_video_async(compat.VideoGenerationConfig(**ACME), request())
    assert [response.request_id, response.execution_metadata.successful_attempt] == ["own-1", 1]


def test_a_handler_is_asked_through_tarash_core_too(registered: Any) -> None:
    handler = registered(clip({"content": b"clip", "content_type": "video/mp4"}))
    image = tarash_core.ImageInput("https://x.test/a.png", "first_frame")
    response = tarash_core.generate_video("acme/acme-1", prompt="A fox", image_list=[image])
    assert response.video.read() == b"clip"
    assert handler.seen[0][1].image_list == [{"image": "https://x.test/a.png", "type": "first_frame"}]
    assert handler.seen[0][0].model == "acme-1"


def test_a_handler_sees_the_request_as_the_program_wrote_it(registered: Any) -> None:
    handler = registered(clip())
    asked = request(image_list=[{"image": {"content": b"x", "content_type": "image/png"}, "type": "reference"}])
    compat.generate_video(compat.VideoGenerationConfig(**ACME), asked)
    assert handler.seen[0][1] is asked
    assert handler.seen[0][0].api_key == "acme-secret"


def test_what_a_handler_cannot_do_is_said(registered: Any) -> None:
    registered()
    with pytest.raises(ValidationError, match="'acme' has no generate_image"):
        compat.generate_image(compat.ImageGenerationConfig(**ACME), compat.ImageGenerationRequest(prompt="A fox"))


@pytest.mark.parametrize("answer", [KeyError("odd"), None, 7])
def test_a_handlers_own_failure_is_an_error_of_unknown_cost(answer: Any, registered: Any) -> None:
    registered(answer)
    with pytest.raises(tarash_core.TarashException, match="The handler") as caught:
        compat.generate_video(compat.VideoGenerationConfig(**ACME), request())
    assert caught.value.charged == "unknown"
    assert "acme-secret" not in str(caught.value)


def test_a_handler_that_is_interrupted_may_have_bought(registered: Any) -> None:
    registered(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt) as caught:
        compat.generate_video(compat.VideoGenerationConfig(**ACME), request())
    [attempt] = caught.value.execution_metadata.attempts
    assert (attempt.unsettled, attempt.charged) == (True, "unknown")


def test_a_provider_of_tarash_is_registered_as_it_is(world: None) -> None:
    class Acme(Provider):
        name = "acme"
        origins = ()

    compat.register_provider("acme", Acme)
    with pytest.raises(ValidationError, match="has none"):
        compat.register_provider("acme", object())


@pytest.mark.parametrize(
    ("mapper", "fields", "wire"),
    [
        (lambda: field_mappers.duration_field_mapper("str", ["6s", "10s"]), {"duration_seconds": 6}, "6s"),
        (lambda: field_mappers.duration_field_mapper("str", ["6"], add_suffix=False), {"duration_seconds": 6}, "6"),
        (lambda: field_mappers.duration_field_mapper("int"), {"duration_seconds": 7}, 7),
        (lambda: field_mappers.passthrough_field_mapper("keep_audio"), {}, None),
        (lambda: field_mappers.video_url_field_mapper(), {"video": "https://x.test/a.mp4"}, "https://x.test/a.mp4"),
        (lambda: field_mappers.extra_params_field_mapper("look"), {"extra_params": {"look": "ink"}}, "ink"),
        (lambda: field_mappers.image_list_field_mapper(), {}, None),
    ],
)
def test_the_builders_write_what_the_original_wrote(mapper: Any, fields: Any, wire: Any) -> None:
    found = field_mappers.apply_field_mappers({"x": mapper()}, request(**fields))
    assert found.get("x") == wire


@pytest.mark.parametrize(
    ("mapper", "fields"),
    [
        (lambda: field_mappers.duration_field_mapper("int", [4, 8]), {"duration_seconds": 5}),
        (lambda: field_mappers.single_image_field_mapper(), {"image_list": [{"image": b"x", "type": "reference"}] * 2}),
        (lambda: field_mappers.video_url_field_mapper(required=True), {}),
    ],
)
def test_the_builders_refuse_what_the_model_has_not(mapper: Any, fields: Any) -> None:
    with pytest.raises(ValidationError):
        field_mappers.apply_field_mappers({"x": mapper()}, request(**fields))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_mapper_over_all_extra_params_cannot_be_registered(world: None) -> None:
    mapper = field_mappers.FieldMapper("extra_params", lambda request, extra: extra)
    with pytest.raises(ValidationError, match="extra_params_field_mapper"):
        compat.register_provider_field_mapping("fal", {"fox/1": {"x": mapper}})


@pytest.mark.parametrize("name", ["FalProviderHandler", "Veo3ProviderHandler", "FAL_FIELD_MAPPERS"])
def test_handlers_of_the_original_say_where_providers_are_now(name: str) -> None:
    with pytest.raises(AttributeError, match="get_provider_field_mapping"):
        getattr(providers, name)
