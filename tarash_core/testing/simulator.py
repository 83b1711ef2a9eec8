"""The base class of a provider's simulator: its wire protocol as an object without any I/O.

A whole simulator of a small vendor, with the clip rendered only when somebody downloads it:

>>> class AcmeSimulator(Simulator):
...     name = "acme"
...
...     @route("POST", "/v1/videos", phase="submit")
...     def create(self, request):
...         job = self.buy(read_json(request))
...         return {"id": job.id, "status": "queued"}
...
...     @route("GET", "/v1/videos/{id}", phase="poll")
...     def status(self, request, id):
...         job = self.job(id)
...         stage = self.polled(job)
...         url = self.output_url(job) if stage == "succeeded" else None
...         return {"id": id, "status": stage, "error": job.reason, "url": url}
...
...     def requested(self, job):
...         return Requested(duration_seconds=job.body["seconds"], width=1280, height=720)

>>> acme = AcmeSimulator(polls_to_finish=2)
>>> def ask(method, path, **body):
...     return acme.handle(HttpRequest(method, f"https://acme.example{path}", **body)).response.json()
>>> id = ask("POST", "/v1/videos", json={"prompt": "A fox", "seconds": 4})["id"]
>>> ask("GET", f"/v1/videos/{id}")["status"]
'queued'
>>> ask("GET", f"/v1/videos/{id}")["url"]
'https://acme.example/files/output-1-0.mp4'
>>> len(acme.bought)
1
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from attrs import evolve

from tarash_core.plugins.http import Headers, HttpRequest, HttpResponse
from tarash_core.testing import rendering
from tarash_core.testing.bodies import read_json
from tarash_core.testing.faults import Fault, Script
from tarash_core.testing.jobs import Outcome, SimFile, SimJob, Stage
from tarash_core.testing.rendering import Requested
from tarash_core.testing.reply import Reply
from tarash_core.testing.routing import Match, Phase, RouteTable, origin_of, route

__all__ = ["Abort", "Answer", "Requested", "Simulator", "read_json", "route"]

Answer = HttpResponse | Reply | Mapping[str, Any] | list[Any]
"""What a route may return; a mapping or a list becomes JSON with status 200."""

_START = datetime(2026, 1, 1, tzinfo=UTC).timestamp()


class Abort(Exception):
    """Raised in a route to answer at once.

    Args:
        response: The answer.
    """

    def __init__(self, response: HttpResponse) -> None:
        super().__init__(f"answered with status {response.status}")
        self.response = response


class Simulator:
    """A vendor's server as an object: ask it with `handle`, script faults with `script`, count with `bought`.

    A subclass declares routes with `route` and says in `requested` what a job's output looks like. It may override
    `guard` (keys), `problem` (the shape of errors), `not_found`, `callbacks` (webhooks), `new_id` and `file_url`.

    Attributes:
        name: The provider's canonical name.
        base_url: The origin by which it was last asked; URLs in its answers start with it.
        log: Every request in order.
        outbox: Callbacks to be delivered to webhook URLs, oldest first. The loopback host delivers and removes them.
        bought: The ids of the jobs that were bought, in order.
        jobs: All jobs by id.
        files: What ``GET /files/{id}`` serves.
        speed: Seconds of the vendor's time per second of real time; None while time moves by status calls.

    Args:
        polls_to_finish: The status call that finds a job finished; those before find it queued, then running. With 0
            a job is finished when it is bought.
        speed: Lets jobs run against real time instead, so many times faster than the vendor would.
        render: Makes outputs of the requested length and size; False serves the small bundled samples.
        start: Unix time at which the simulator's clock stands at zero. By default a fixed day, with ``speed`` now.
    """

    name: str = "simulator"
    _table: ClassVar[RouteTable]

    def __init__(
        self,
        *,
        polls_to_finish: int = 3,
        speed: float | None = None,
        render: bool = True,
        start: float | None = None,
    ) -> None:
        self.polls_to_finish = polls_to_finish
        self.speed = speed
        self.render = render
        self.base_url = "http://simulator.invalid"
        self.log: list[HttpRequest] = []
        self.outbox: list[HttpRequest] = []
        self.bought: list[str] = []
        self.jobs: dict[str, SimJob] = {}
        self.files: dict[str, SimFile] = {}
        self._script = Script()
        self._numbers = 0
        self._advanced = 0.0
        self._born = time.monotonic()
        self._start = start if start is not None else _START if speed is None else time.time()
        self._lock = threading.RLock()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._table = RouteTable.of(cls)

    def handle(self, request: HttpRequest) -> Reply:
        """Answers a request; safe to call from several threads.

        Args:
            request: As it arrives on the wire, or with ``json``, ``form`` and ``files`` not yet encoded.

        Raises:
            ConnectionRefusedError: The script says so; nothing was handled.
        """
        with self._lock:
            self.log.append(request)
            self.base_url = origin_of(request.url)
            match = self._table.find(request)
            act = self._script.for_request(_phase(match), request)
            return (
                self._answer(request, match)
                if act is None
                else act(self, request, lambda: self._answer(request, match))
            )

    def script(self, *faults: Fault) -> None:
        """Adds faults to come, in this order."""
        with self._lock:
            self._script.add(faults)

    @property
    def unused_faults(self) -> list[Fault]:
        """Scripted faults that no request or job has met yet."""
        return self._script.unused

    def forget_script(self) -> None:
        """Drops the faults that are still to come."""
        with self._lock:
            self._script = Script()

    def asked(self, phase: Phase) -> list[HttpRequest]:
        """The requests in the log that were for a phase."""
        return [request for request in self.log if self.phase_of(request) == phase]

    def phase_of(self, request: HttpRequest) -> Phase:
        """What a request is for."""
        return _phase(self._table.find(request))

    def handler_of(self, request: HttpRequest) -> str | None:
        """The name of the method whose route answers a request; None where no route does."""
        match = self._table.find(request)
        return None if match is None else match.route.handler

    @property
    def clock(self) -> float:
        """Seconds of the vendor's time since the simulator was made."""
        real = (time.monotonic() - self._born) * self.speed if self.speed else 0.0
        return self._advanced + real

    def advance(self, seconds: float) -> None:
        """Moves the clock; jobs age with it, files expire, callbacks become due."""
        with self._lock:
            self._advanced += seconds
            self._notice_all()

    def timestamp(self, clock: float | None = None) -> float:
        """Unix time of a moment of the clock, by default of now."""
        return self._start + (self.clock if clock is None else clock)

    def iso(self, clock: float | None = None) -> str:
        """A moment of the clock, by default now, as vendors write it: ``2026-01-01T00:00:00.000000Z``."""
        moment = datetime.fromtimestamp(self.timestamp(clock), UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def next_number(self) -> int:
        """Counts up from 1; the only source of ids, so that every run makes the same ones."""
        self._numbers += 1
        return self._numbers

    def number_from(self, number: int) -> None:
        """Counts on from a number, so that its ids are none of another simulator's."""
        self._numbers = number

    def new_id(self) -> str:
        """A fresh id, shaped like a UUID; override it where the vendor's ids look different."""
        return f"00000000-0000-4000-8000-{self.next_number():012d}"

    def buy(
        self, body: Any = None, *, endpoint: str = "", callback_url: str | None = None, id: str | None = None
    ) -> SimJob:
        """Sells a job: it is counted in `bought` and takes the next scripted outcome.

        Args:
            body: The request as the simulator read it.
            endpoint: The model or endpoint.
            callback_url: Where the buyer wants to be told.
            id: The job's id, by default a `new_id`.
        """
        job = SimJob(
            id or self.new_id(), len(self.bought) + 1, body, endpoint, self._script.for_job() or Outcome(), callback_url
        )
        job.submitted_at = self.clock
        self.jobs[job.id] = job
        self.bought.append(job.id)
        return job

    def job(self, id: str) -> SimJob:
        """The job with an id.

        Raises:
            Abort: There is none; answers with the vendor's 404.
        """
        if id not in self.jobs:
            raise Abort(self.problem(404, f"No job has the id {id!r}."))
        return self.jobs[id]

    def forget_jobs(self) -> None:
        """Forgets every job that was bought, as vendors do with old ones; override it where jobs are kept elsewhere."""
        with self._lock:
            self.jobs.clear()

    def stage(self, job: SimJob) -> Stage:
        """Where a job stands now."""
        if job.cancelled:
            return "cancelled"
        return job.outcome.stage(self._share(job), job.queued_share)

    def polled(self, job: SimJob) -> Stage:
        """Counts a status call, which moves the job on while time moves by calls, and returns its stage."""
        job.polls += 1
        self._notice(job)
        return self.stage(job)

    def finish_at_once(self, job: SimJob) -> Stage:
        """Brings a job to its end within its purchase, as APIs do that answer with the result; returns its stage.

        A job that is stuck stays so: its caller is kept waiting for the answer.
        """
        job.queue_seconds = job.run_seconds = 0.0
        job.polls = self.polls_to_finish
        self._notice(job)
        return self.stage(job)

    def percent(self, job: SimJob) -> int:
        """How much of a job's running time has passed, from 0 to 100."""
        running = (self._share(job) - job.queued_share) / ((1.0 - job.queued_share) or 1.0)
        return round(100 * min(max(running, 0.0), 1.0))

    def cancel(self, job: SimJob) -> bool:
        """Cancels a job that has not ended; returns whether it could be."""
        if self.stage(job) not in ("queued", "running"):
            return False
        job.cancelled = True
        self._notice(job)
        return True

    def requested(self, job: SimJob) -> Requested:
        """What the output of a job looks like; a subclass reads it from ``job.body``."""
        return Requested()

    def output(self, job: SimJob, index: int = 0) -> SimFile:
        """An output of a job as a file that is made when it is read.

        Args:
            job: The job.
            index: Which of its outputs, from 0.
        """
        wanted = self.requested(job)
        make = rendering.render if self.render else rendering.sample
        return SimFile(lambda: make(wanted), wanted.content_type)

    def output_url(self, job: SimJob, index: int = 0, *, expires_in: float | None = None) -> str:
        """The URL of an output of a job.

        Args:
            job: The job.
            index: Which of its outputs, from 0.
            expires_in: Seconds of the simulator's clock, from the first call on, for which the URL works.
        """
        name = f"output-{job.number}-{index}.{self.requested(job).format}"
        if name not in self.files:
            self.files[name] = evolve(self.output(job, index), expires_at=self._expiry(expires_in))
        return self.file_url(name)

    def store(
        self,
        content: bytes,
        content_type: str = "application/octet-stream",
        *,
        id: str | None = None,
        expires_in: float | None = None,
    ) -> str:
        """Keeps an upload and returns its id, under which `file_url` and ``GET /files/{id}`` know it."""
        id = id or self.new_id()
        self.files[id] = SimFile(content, content_type, self._expiry(expires_in))
        return id

    def file_url(self, id: str) -> str:
        """The URL under which a stored file is served."""
        return f"{self.base_url}/files/{id}"

    @route("GET", "/files/{id}", phase="download")
    def serve_file(self, request: HttpRequest, id: str) -> HttpResponse:
        """Serves a stored file, a 404 for one that is unknown and a 403 for one that has expired."""
        file = self.files.get(id)
        if file is None:
            return self.not_found(request)
        if file.expires_at is not None and self.clock >= file.expires_at:
            return HttpResponse(
                403, Headers({"content-type": "application/xml"}), b"<Error><Code>Expired</Code></Error>"
            )
        return HttpResponse(200, Headers({"content-type": file.content_type}), file.read())

    def guard(self, request: HttpRequest, phase: Phase) -> HttpResponse | None:
        """Refuses a request before its route sees it, for instance for want of a key; None lets it through."""
        return None

    def problem(self, status: int, message: str) -> HttpResponse:
        """An error in the vendor's shape; faults use it too."""
        return HttpResponse.of_json({"error": {"message": message, "status": status}}, status)

    def json_object(
        self, request: HttpRequest, refusal: Callable[[], HttpResponse], *, lenient: bool = False
    ) -> dict[str, Any]:
        """The JSON object that a request holds; it is answered at once where it holds none.

        Args:
            request: The request.
            refusal: Makes that answer.
            lenient: Takes no body, or JSON that is no object, for an empty object.
        """
        try:
            body = read_json(request)
        except ValueError:
            raise Abort(refusal()) from None
        if not lenient and not isinstance(body, dict):
            raise Abort(refusal())
        return body if isinstance(body, dict) else {}

    def not_found(self, request: HttpRequest) -> HttpResponse:
        """The answer to a path that no route has."""
        return self.problem(404, f"{request.method} is not answered on this path.")

    def callbacks(self, job: SimJob, stage: Stage) -> Iterable[HttpRequest]:
        """The callbacks that a vendor sends when a job with a ``callback_url`` reaches a stage."""
        return ()

    def due(self) -> list[HttpRequest]:
        """Removes and returns the callbacks that are to be delivered now."""
        with self._lock:
            self._notice_all()
            found, self.outbox[:] = list(self.outbox), []
            return found

    def _answer(self, request: HttpRequest, match: Match | None) -> Reply:
        try:
            refusal = self.guard(request, _phase(match))
            answer = refusal or self._dispatch(request, match)
        except Abort as abort:
            answer = abort.response
        reply = answer if isinstance(answer, Reply) else Reply(_response(answer))
        return evolve(reply, response=_without_body(reply.response)) if request.method == "HEAD" else reply

    def _dispatch(self, request: HttpRequest, match: Match | None) -> Answer:
        if match is None:
            return self.not_found(request)
        answer: Answer = getattr(self, match.route.handler)(request, **match.parameters)
        return answer

    def _share(self, job: SimJob) -> float:
        aged = (self.clock - job.submitted_at) / (job.total_seconds or 1.0)
        if self.speed is not None:
            return min(aged, 1.0) if job.total_seconds else 1.0
        if job.polls >= self.polls_to_finish:
            return 1.0
        return min(aged + max(job.polls - 1, 0) / max(self.polls_to_finish - 1, 1), 1.0)

    def _expiry(self, expires_in: float | None) -> float | None:
        return None if expires_in is None else self.clock + expires_in

    def _notice_all(self) -> None:
        for job in self.jobs.values():
            if job.finished_at is None:
                self._notice(job)

    def _notice(self, job: SimJob) -> None:
        stage = self.stage(job)
        if stage == job.told:
            return
        job.told = stage
        if stage not in ("queued", "running"):
            job.finished_at = self.clock
        if job.callback_url is not None:
            self.outbox.extend(self.callbacks(job, stage))


Simulator._table = RouteTable.of(Simulator)


def _phase(match: Match | None) -> Phase:
    return "other" if match is None else match.route.phase


def _response(answer: HttpResponse | Mapping[str, Any] | list[Any]) -> HttpResponse:
    return answer if isinstance(answer, HttpResponse) else HttpResponse.of_json(answer)


def _without_body(response: HttpResponse | None) -> HttpResponse | None:
    if response is None:
        return None
    headers = Headers({"content-length": str(len(response.content)), **response.headers})
    return evolve(response, headers=headers, content=b"")
