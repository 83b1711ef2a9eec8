"""The mock: a provider like any other, but for its answers, which it makes up in this process.

Planning runs as for the real provider, so what that would refuse the mock refuses. Equal requests get equal
answers; nothing is random and nothing leaves the machine.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tarash_core.engine.opening import MOCK_ORIGIN
from tarash_core.errors import GenerationFailedError, TarashException
from tarash_core.models.config import Config
from tarash_core.models.job import Job
from tarash_core.models.media import Media, to_media
from tarash_core.models.mock import MockConfig, MockPollingConfig, MockResponse
from tarash_core.models.plan import Plan
from tarash_core.plugins.credentials import Credentials
from tarash_core.plugins.http import HttpRequest, HttpResponse
from tarash_core.plugins.provider import Attempt, Cadence, Provider, Steps
from tarash_core.plugins.updates import Accepted, Cancelled, Done, Failed, Output, Queued, Running, Update
from tarash_core.testing.reply import Reply

_DEFAULT_SECONDS = 5.0


class MockProvider(Provider):
    """Stands in for a real provider under its name and with its catalogue.

    Args:
        real: The provider whose catalogue and variants count.
        mock: How to answer.
    """

    origins = (MOCK_ORIGIN,)
    credentials = Credentials(optional=True)

    def __init__(self, real: Provider, mock: MockConfig) -> None:
        self._real, self._mock = real, mock
        self.catalog = real.catalog
        self._looks: dict[str, int] = {}

    @property
    def name(self) -> str:  # type: ignore[override]
        """The real provider's name."""
        return self._real.name

    @property
    def cadence(self) -> Cadence:  # type: ignore[override]
        """The scripted delay between two updates; none where nothing is scripted."""
        seconds = self._mock.polling.delay_between_updates if self._mock.polling else 0.0
        return Cadence(first=seconds, most=seconds, growth=1.0)

    def check(self, settings: Mapping[str, Any], webhook_url: str | None) -> None:
        """Refuses what the real provider refuses."""
        self._real.check(settings, webhook_url)

    def surface(self, config: Config) -> str | None:
        """The surface that the real provider would choose."""
        return self._real.surface(config)

    def submit(self, plan: Plan, attempt: Attempt) -> Steps[Accepted | Done]:
        """Accepts the job, or raises what the script says."""
        yield from ()
        answer = chosen(self._mock, attempt.fingerprint)
        if answer.error is not None and answer.at == "submit":
            raise fresh(answer.error)
        told = answer.mock_response
        identity = told.request_id if told is not None else f"mock-{attempt.fingerprint[:24]}"
        script = {"steps": steps(self._mock, answer), "answer": _number_of(answer, self._mock)}
        return Accepted(identity, state={"mock": True, "outputs": outputs(answer, plan), **script})

    def poll(self, job: Job) -> Steps[Update]:
        """The next scripted update."""
        yield from ()
        script: Sequence[Mapping[str, Any]] = job.state.get("steps") or ({"status": "completed"},)
        look = self._looks.get(job.id, 0)
        self._looks[job.id] = look + 1
        return self._update(script[min(look, len(script) - 1)], job)

    def _update(self, step: Mapping[str, Any], job: Job) -> Update:
        raw = {**step.get("custom", {}), "status": step["status"]}
        match step["status"]:
            case "queued":
                return Queued(raw=raw)
            case "processing":
                return Running(percent=step.get("percent"), raw=raw)
            case "failed":
                return Failed(self._scripted_failure(job), raw=raw)
            case _:
                return Done(*(Output(**item) for item in job.state.get("outputs", ())), raw=raw)

    def _scripted_failure(self, job: Job) -> TarashException:
        answers = self._mock.responses or ()
        number = job.state.get("answer")
        scripted = answers[number].error if number is not None and number < len(answers) else None
        return fresh(scripted) if scripted else GenerationFailedError("The mock was told to fail.", charged="no")

    def cancel(self, job: Job) -> Steps[Update]:
        """Confirms at once."""
        yield from ()
        return Cancelled(charged="no")


def fresh(error: TarashException) -> TarashException:
    """A copy to raise; one and the same exception would grow its traceback with every use."""
    return copy.copy(error).with_traceback(None)


def chosen(mock: MockConfig, fingerprint: str) -> MockResponse:
    """The answer for a request: by weight, through a hash, so that it is the same every time."""
    answers = mock.responses or (MockResponse(),)
    digest = hashlib.sha256(f"{mock.seed}:{fingerprint}".encode()).digest()
    point = int.from_bytes(digest[:8], "big") / 2**64 * sum(answer.weight for answer in answers)
    for answer in answers:
        point -= answer.weight
        if point < 0:
            return answer
    return answers[-1]


def _number_of(answer: MockResponse, mock: MockConfig) -> int | None:
    """Where an answer stands in the script, for the looks at its job."""
    return next((number for number, one in enumerate(mock.responses or ()) if one is answer), None)


def steps(mock: MockConfig, answer: MockResponse) -> list[dict[str, Any]]:
    """The scripted looks at a job, as JSON; the last one is the end."""
    polling = mock.polling if mock.polling is not None and mock.polling.enabled else None
    script = [_step(polling, index) for index in range(len(polling.status_sequence))] if polling else []
    if answer.error is not None:
        script = [step for step in script if step["status"] in ("queued", "processing")]
        return [*script, {"status": "failed"}]
    return script if script and script[-1]["status"] in ("completed", "failed") else [*script, {"status": "completed"}]


def _step(polling: MockPollingConfig, index: int) -> dict[str, Any]:
    status, last = polling.status_sequence[index], len(polling.status_sequence) - 1
    percents = polling.progress_percentages
    percent = percents[min(index, len(percents) - 1)] if percents else round(100 * index / last) if last else 100
    custom = polling.custom_updates
    return {"status": status, "percent": percent, "custom": dict(custom[min(index, len(custom) - 1)]) if custom else {}}


def outputs(answer: MockResponse, plan: Plan) -> list[dict[str, Any]]:
    """The outputs of the chosen answer, as the job's state keeps them."""
    if answer.mock_response is not None:
        return [_given(media) for media in answer.mock_response.outputs]
    if answer.output_video is not None:
        return [_given(to_media(answer.output_video))]
    count = plan.effective.get("number_of_videos") or plan.effective.get("n") or 1
    return [_rendered(plan, index) for index in range(int(count))]


def _given(media: Media) -> dict[str, Any]:
    if media.scheme == "http":
        return {
            "url": str(media.source),
            "content_type": media.content_type,
            "duration_seconds": media.duration_seconds,
        }
    return {"data": b"".join(media.chunks()), "content_type": media.content_type}


def _rendered(plan: Plan, index: int) -> dict[str, Any]:
    """A clip or picture of the size and length that the plan asks for; it is rendered when it is fetched."""
    from tarash_core.testing.rendering import size_of

    effective = plan.effective
    shape = effective.get("resolution") or "720p", effective.get("aspect_ratio") or "16:9"
    width, height = _pixels(effective) or size_of(*shape)
    size = {"width": width, "height": height}
    if plan.kind == "image":
        return {"url": f"{MOCK_ORIGIN}/image-{index}.png?{urlencode(size)}", "content_type": "image/png", **size}
    seconds = float(effective.get("duration_seconds") or _DEFAULT_SECONDS)
    query = urlencode({**size, "seconds": seconds, "audio": int(bool(effective.get("generate_audio")))})
    url = f"{MOCK_ORIGIN}/clip-{index}.mp4?{query}"
    return {"url": url, "content_type": "video/mp4", "duration_seconds": seconds, **size}


def _pixels(effective: Mapping[str, Any]) -> tuple[int, int] | None:
    size = effective.get("size")
    if not isinstance(size, str) or "x" not in size:
        return None
    width, height = size.split("x")
    return int(width), int(height)


class MockFiles:
    """Serves the mock's files; what they show is written in their URL."""

    def handle(self, request: HttpRequest) -> Reply:
        """The file that a URL describes."""
        from tarash_core.testing import rendering

        parts = urlsplit(request.url)
        asked = {name: float(value) for name, value in parse_qsl(parts.query)}
        wanted = rendering.Requested(
            duration_seconds=asked.get("seconds", _DEFAULT_SECONDS),
            width=int(asked.get("width", 1280)),
            height=int(asked.get("height", 720)),
            audio=bool(asked.get("audio")),
            format="png" if parts.path.endswith(".png") else "mp4",
        )
        return Reply(_file(rendering.render(wanted), wanted.content_type))


def _file(content: bytes, content_type: str) -> HttpResponse:
    return HttpResponse(200, {"content-type": content_type, "content-length": str(len(content))}, content)
