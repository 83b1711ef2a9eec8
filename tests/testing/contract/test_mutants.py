"""For each rule of the contract a provider that breaks exactly this one: its test fails, and says what to change."""

from __future__ import annotations

import functools
import itertools
import json
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from attrs import evolve

from tarash_core.catalog import ModelSpec
from tarash_core.catalog.building import Endpoint, write_schemas
from tarash_core.catalog.lifecycle import Lifecycle
from tarash_core.errors import HTTPConnectionError, HTTPError, RateLimitError, TarashException
from tarash_core.fields import at_least_one_of
from tarash_core.plugins import Accepted, Callback, Cancelled, Done, Headers, HttpRequest, Provider, Running
from tarash_core.plugins.provider import Phase
from tarash_core.testing import Documented, ProviderContract, Sample, route
from tarash_core.testing.contract.base import installed
from tarash_core.testing.contract.marks import promised

from .acme import FILES, LIFE, ORIGIN, VIDEO, Acme, AcmeSimulator, catalog_of
from .running import contract_for, lessons

Make = Callable[[], type[ProviderContract]]
MUTANTS: list[Any] = []


def mutant(test: str, *says: str) -> Callable[[Any], Any]:
    """Registers a provider, or a function that makes a test class, that breaks the rule of one contract test."""

    def register(made: Any) -> Any:
        make = (lambda: contract_for(made())) if isinstance(made, type) and issubclass(made, Provider) else made
        MUTANTS.append(pytest.param(test, make, says, id=f"{test}-{made.__name__}"))
        return made

    return register


def test_what_keeps_the_contract_breaks_no_rule() -> None:
    contract = contract_for(Acme())
    assert [name for name in promised(ProviderContract) if lessons(contract, name)] == []


def test_every_rule_has_a_mutant() -> None:
    assert {param.values[0] for param in MUTANTS} == set(promised(ProviderContract))


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the makers of mutants write."""
    monkeypatch.chdir(tmp_path)


def recorded(source: str, request: dict[str, Any], response: dict[str, Any]) -> Path:
    """A folder with one recording."""
    folder = Path.cwd() / "recorded"
    folder.mkdir()
    exchanges = [{"request": request, "response": response}]
    (folder / "one.json").write_text(json.dumps({"source": source, "exchanges": exchanges}))
    return folder


# what a provider says of itself


@mutant("test_provider_is_whole", "'http://api.acme.example' must be https")
class PlainHttp(Acme):
    origins = ("http://api.acme.example",)


@mutant("test_provider_is_whole", "title is empty", "nowhere:Simulator")
class Unfinished(Acme):
    title = ""
    simulator = "nowhere:Simulator"


@mutant("test_nothing_is_left_out_in_silence", "'gone', which the catalogue does not list", "'acme-1'] has no reason")
def skips_without_reason() -> type[ProviderContract]:
    return contract_for(Acme(), skip_models={"gone": "it is gone", "acme-1": ""})


@mutant("test_nothing_is_left_out_in_silence", "test_submit_is_pure is replaced")
def replaced_later() -> type[ProviderContract]:
    contract: Any = contract_for(Acme())
    contract.test_submit_is_pure = lambda self: None
    return contract


# submitting


@mutant("test_submit_is_pure", "the headers of POST", "attempt.idempotency_key")
class NewIdEachTime(Acme):
    def submit(self, plan: Any, attempt: Any) -> Any:
        return (yield from super().submit(plan, evolve(attempt, idempotency_key=str(uuid.uuid4()))))


@mutant("test_submit_is_pure", "changes plan.payload", "build the body anew")
class WritesIntoThePlan(Acme):
    def submit(self, plan: Any, attempt: Any) -> Any:
        plan.payload["style"] = "plain"
        return (yield from super().submit(plan, attempt))


@mutant("test_submit_is_pure", "I/O of its own, or sleeps")
class Sleeps(Acme):
    def submit(self, plan: Any, attempt: Any) -> Any:
        time.sleep(0)
        return (yield from super().submit(plan, attempt))


@mutant("test_submit_buys_once", "buys with 0 requests", 'effect="buy"')
class BuysWithoutSayingSo(Acme):
    def submit(self, plan: Any, attempt: Any) -> Any:
        steps, answer = super().submit(plan, attempt), None
        while True:
            try:
                answer = yield evolve(steps.send(answer), effect="write")
            except StopIteration as end:
                return end.value


@mutant("test_submit_buys_once", "buys with 2 requests")
class BuysTwice(Acme):
    def submit(self, plan: Any, attempt: Any) -> Any:
        yield from super().submit(plan, attempt)
        return (yield from super().submit(plan, attempt))


@mutant("test_job_survives_json", "JSON: dicts with text keys")
class KeepsTuples(Acme):
    def submit(self, plan: Any, attempt: Any) -> Any:
        said = yield from super().submit(plan, attempt)
        return Accepted(said.id, state={"sizes": (1, 2)}) if isinstance(said, Accepted) else said


class Remembers(Acme):
    """Sees its key again outside of authorize()."""

    def authorize(self, request: Any, credential: Any, now: Any) -> Any:
        self.key = credential.api_key
        return super().authorize(request, credential, now)


@mutant("test_job_survives_json", "writes its key into the job's state")
class KeepsTheKey(Remembers):
    def submit(self, plan: Any, attempt: Any) -> Any:
        said = yield from super().submit(plan, attempt)
        return Accepted(said.id, state={"token": self.key}) if isinstance(said, Accepted) else said


@mutant("test_job_survives_json", "in another process", "Accepted(state={…})")
class KeepsTheUrlToItself(Acme):
    def __init__(self) -> None:
        super().__init__()
        self.urls: dict[str, str] = {}

    def submit(self, plan: Any, attempt: Any) -> Any:
        said = yield from super().submit(plan, attempt)
        if isinstance(said, Accepted):
            self.urls[said.id] = f"{ORIGIN}/v1/videos/{said.id}"
        return said

    def url_of(self, job: Any) -> str:
        return self.urls.get(job.id, f"{ORIGIN}/v1/videos/lost")


class KeepsTheUrlOnItsClass(KeepsTheUrlToItself):
    """Its memory is shared by all instances."""

    shared: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.urls = self.shared


mutant("test_job_survives_json", "in another process")(KeepsTheUrlOnItsClass)
URLS: dict[str, str] = {}


@mutant("test_job_survives_json", "in another process")
class KeepsTheUrlInItsModule(KeepsTheUrlToItself):
    def __init__(self) -> None:
        super().__init__()
        self.urls = URLS


@pytest.mark.parametrize("made", [KeepsTheUrlToItself, KeepsTheUrlOnItsClass, KeepsTheUrlInItsModule])
def test_a_memory_that_other_tests_have_filled_is_found(made: Callable[[], Acme]) -> None:
    contract = contract_for(made())
    assert lessons(contract, "test_submit_buys_once") == lessons(contract, "test_polls_answer_a_known_update") == []
    for _ in range(2):
        assert "in another process" in "".join(lessons(contract, "test_job_survives_json"))


@mutant("test_provider_keeps_nothing", "keeps something between requests: last", "Accepted(state={…})")
class KeepsTheLastOne(Acme):
    def submit(self, plan: Any, attempt: Any) -> Any:
        self.last = plan.model
        return (yield from super().submit(plan, attempt))


@mutant("test_provider_keeps_nothing", "keeps something between requests: seen.")
class CountsOnItsClass(Acme):
    seen: ClassVar[list[str]] = []

    def poll(self, job: Any) -> Any:
        self.seen.append(job.id)
        return (yield from super().poll(job))


@mutant("test_provider_keeps_nothing", "keeps something between requests: book")
class KeepsABook(Acme):
    def __init__(self) -> None:
        super().__init__()
        self.book = SimpleNamespace(pages={"seen": set()})

    def poll(self, job: Any) -> Any:
        self.book.pages["seen"].add(job.id)
        return (yield from super().poll(job))


def test_what_follows_from_a_provider_itself_may_be_kept() -> None:
    class Derives(Acme):
        @functools.cached_property
        def hosts(self) -> list[str]:
            return list(self.origins)

        def poll(self, job: Any) -> Any:
            assert self.hosts
            return (yield from super().poll(job))

    assert lessons(contract_for(Derives()), "test_provider_keeps_nothing") == []


# keys


@mutant("test_key_goes_only_to_its_origins", "in the body", "return the key from authorize()")
class KeyInTheBody(Remembers):
    def poll(self, job: Any) -> Any:
        yield HttpRequest("GET", self.url_of(job))
        yield HttpRequest("POST", f"{ORIGIN}/v1/log", json={"key": self.key}, expect=(404,))
        return (yield from super().poll(job))


@mutant("test_key_goes_only_to_its_origins", "in the URL")
class KeyInTheUrl(Remembers):
    def poll(self, job: Any) -> Any:
        yield HttpRequest("GET", self.url_of(job))
        yield HttpRequest("GET", f"{self.url_of(job)}?key={self.key}")
        return (yield from super().poll(job))


@mutant("test_key_goes_only_to_its_origins", "signed=False")
class KeyToAnybody(Remembers):
    def poll(self, job: Any) -> Any:
        yield HttpRequest("GET", self.url_of(job))
        headers = Headers({"authorization": f"Bearer {self.key}"})
        yield HttpRequest("GET", f"https://cdn.example/v1/videos/{job.id}", headers=headers, signed=False)
        return (yield from super().poll(job))


@mutant("test_key_goes_only_to_its_origins", "none of its origins", "add the vendor's host to `origins`")
class ForgottenOrigin(Acme):
    def url_of(self, job: Any) -> str:
        return f"https://status.acme.example/v1/videos/{job.id}"


@mutant("test_base_url_takes_every_request", "still asks https://status.acme.example")
class HostBesides(Acme):
    def poll(self, job: Any) -> Any:
        yield HttpRequest("GET", "https://status.acme.example/health", signed=False, expect=(404, 401))
        return (yield from super().poll(job))


@mutant("test_tampered_receipt_leads_nowhere", "/../", "quote(job.id")
class IdAsItIs(Acme):
    def url_of(self, job: Any) -> str:
        return f"{ORIGIN}/v1/videos/{job.id}"


@mutant("test_tampered_receipt_leads_nowhere", "GET https://evil.example")
class FollowsItsState(Acme):
    def submit(self, plan: Any, attempt: Any) -> Any:
        said = yield from super().submit(plan, attempt)
        return Accepted(said.id, state={"url": super().url_of(said)}) if isinstance(said, Accepted) else said

    def poll(self, job: Any) -> Any:
        response = yield HttpRequest("GET", job.state["url"], signed="evil" not in job.state["url"], expect=(401, 404))
        return self.update(response.json())


# polling


@mutant("test_polls_answer_a_known_update", "answered None")
class SaysNothingWhileQueued(Acme):
    def update(self, body: Mapping[str, Any]) -> Any:
        return None if body["status"] == "queued" else super().update(body)


@mutant("test_polls_answer_a_known_update", "never ended a job")
class WaitsForAnotherWord(Acme):
    def update(self, body: Mapping[str, Any]) -> Any:
        return Running() if body["status"] == "succeeded" else super().update(body)


@mutant("test_polls_answer_a_known_update", "Done(Output(url)")
class LosesTheFile(Acme):
    def update(self, body: Mapping[str, Any]) -> Any:
        return Done(raw=body) if body["status"] == "succeeded" else super().update(body)


@mutant("test_polls_answer_a_known_update", "KeyError: 'state'", "test_mutants.py", ".get()")
class ReadsTheWrongKey(Acme):
    def update(self, body: Mapping[str, Any]) -> Any:
        return Running(unknown_status=body["state"])


@mutant("test_every_end_is_told", "'moderated' became GenerationFailedError")
class ModerationIsAFailure(Acme):
    def ended(self, word: str, body: Mapping[str, Any]) -> TarashException:
        return super().ended("failed", body)


@mutant("test_every_end_is_told", "'failed' became TimeoutError")
class WaitsForTheDead(Acme):
    def update(self, body: Mapping[str, Any]) -> Any:
        return Running() if body["status"] == "failed" else super().update(body)


@mutant("test_forgotten_job_has_expired", "has forgotten became HTTPError", "yield from look(request, read)")
class WaitsForTheForgotten(Acme):
    def poll(self, job: Any) -> Any:
        return self.update((yield HttpRequest("GET", self.url_of(job))).json())


@pytest.mark.parametrize("phase", ["poll", "cancel"])
def test_an_error_that_the_vendor_documents_for_it_is_as_good(phase: Phase) -> None:
    row = Documented("gone", 404, {"error": "gone"}, HTTPError, charged=None, phase=phase)
    found = lessons(contract_for(WaitsForTheForgotten(), documented_errors=[row]), "test_forgotten_job_has_expired")
    assert bool(found) is (phase == "cancel")


@mutant("test_unknown_status_survives", "unheard_of", "Running(unknown_status=str(status)")
class CrashesAtNews(Acme):
    def update(self, body: Mapping[str, Any]) -> Any:
        word = {"queued": "queued", "running": "running", "succeeded": "succeeded"}.get(body["status"], "failed")
        return super().update({**body, "status": word})


# errors


@mutant("test_every_declared_error_maps", "class is HTTPError, the table says ContentModerationError")
def table_says_otherwise() -> type[ProviderContract]:
    from tarash_core.errors import ContentModerationError

    rows = [Documented("flag", 400, {"code": "flagged"}, ContentModerationError)]
    rows.append(Documented("unknown flag", 400, {"code": "bad"}, ContentModerationError))
    return contract_for(Acme(), documented_errors=rows)


@mutant("test_every_declared_error_maps", "retryable is True, the table says False", "lacks 'try later'")
def table_of_another_time() -> type[ProviderContract]:
    row = Documented("busy", 503, {"error": "busy"}, HTTPError, charged=None, says="try later")
    return contract_for(Acme(), documented_errors=[row])


@mutant("test_every_declared_error_maps", "status_code is 200, the vendor said 503")
def table_of_another_status() -> type[ProviderContract]:
    row = Documented("busy", 200, {"error": "busy"}, HTTPError, charged=None, status_code=503)
    return contract_for(Acme(), documented_errors=[row])


@mutant("test_every_declared_error_maps", "retry_after_seconds is 7.0, the table says 9")
def table_of_another_wait() -> type[ProviderContract]:
    known: dict[str, Any] = {"retryable": True, "headers": {"retry-after": "7"}}
    row = Documented("busy", 429, {"error": "busy"}, RateLimitError, retry_after_seconds=9, **known)
    return contract_for(Acme(), documented_errors=[row, evolve(row, retry_after_seconds=7)])


@mutant("test_no_error_body_is_a_crash", "isinstance() before you index", "AttributeError")
class TrustsErrorBodies(Acme):
    def error(self, response: Any, phase: Any) -> Any:
        return HTTPError(str(response.json().get("error")), status_code=response.status)


@mutant("test_no_error_body_is_a_crash", "signature of a URL")
class ShowsEverything(Acme):
    def error(self, response: Any, phase: Any) -> Any:
        return HTTPError(response.text, status_code=response.status)


@mutant("test_later_errors_leave_the_bill_alone", 'set charged only where phase == "submit"')
class NeverCharged(Acme):
    def error(self, response: Any, phase: Any) -> Any:
        return HTTPError("No.", status_code=response.status, charged="no")


@mutant("test_usual_refusals_have_their_class", "of a 429 at submit", "AuthenticationError, retryable=False")
class AllTheSame(Acme):
    def error(self, response: Any, phase: Any) -> Any:
        return HTTPError("No.", status_code=response.status)


# troubles


@mutant("test_passing_trouble_is_survived", "after 'garbage' 1 jobs were bought", "be raised as it is")
class GivesUpOnGarbage(Acme):
    def poll(self, job: Any) -> Any:
        try:
            return (yield from super().poll(job))
        except ValueError as error:
            raise HTTPError("Acme is broken.", retryable=False) from error


@mutant("test_passing_trouble_is_survived", "after '500 three times'", "retryable=True")
class GivesUpAtOnce(Acme):
    def error(self, response: Any, phase: Any) -> Any:
        return HTTPError("No.", status_code=response.status, retryable=False)


@mutant("test_lost_purchase_is_not_repeated", "was 'garbage', 1 jobs were bought, charged='no'")
class HopesForNothing(Acme):
    def submit(self, plan: Any, attempt: Any) -> Any:
        try:
            return (yield from super().submit(plan, attempt))
        except ValueError as error:
            raise HTTPError("Acme is broken.", charged="no") from error


# connections


@mutant("test_transport_error_is_not_swallowed", "of a lost connection (request 1)")
class SwallowsLostPolls(Acme):
    def poll(self, job: Any) -> Any:
        try:
            return (yield from super().poll(job))
        except HTTPConnectionError:
            return Running()


@mutant("test_every_driver_gives_the_same_answer", "the trail of requests")
class CountsItsCalls(Acme):
    counter = itertools.count()

    def url_of(self, job: Any) -> str:
        return f"{super().url_of(job)}?call={next(self.counter)}"


# capabilities


@mutant("test_cancel_tells_the_truth", "says Cancelled of a job that runs on")
class HopesForTheBest(Acme):
    def cancel(self, job: Any) -> Any:
        yield HttpRequest("GET", self.url_of(job))
        return Cancelled()


@mutant("test_cancel_tells_the_truth", "answered None")
class CancelsInSilence(Acme):
    def cancel(self, job: Any) -> Any:
        yield from super().cancel(job)


class Deleting(AcmeSimulator):
    """Deletes what it is told to, finished or not."""

    @route("DELETE", "/v1/videos/{id}", phase="cancel")
    def stop(self, request: HttpRequest, id: str) -> Any:
        """Deletes a job."""
        job = self.job(id)
        job.cancelled = True
        return self.told(job)


@mutant("test_cancel_tells_the_truth", "what has been paid for is never lost")
class DeletesResults(Acme):
    simulator = f"{__name__}:Deleting"


@mutant("test_upload_gives_an_address", "are not stored")
class UploadsSomethingElse(Acme):
    def upload(self, media: Any) -> Any:
        response = yield HttpRequest("PUT", f"{ORIGIN}/v1/files", content=b"file", effect="write")
        return str(response.json()["url"])


@mutant("test_upload_gives_an_address", "sends a request with effect")
class BuysUploads(Acme):
    def upload(self, media: Any) -> Any:
        content = b"".join(media.chunks())
        return str((yield HttpRequest("PUT", f"{ORIGIN}/v1/files", content=content, effect="buy")).json()["url"])


@mutant("test_callbacks_are_read", "outbox is empty", "attempt.webhook_url")
class ForgetsTheCallback(Acme):
    def submit(self, plan: Any, attempt: Any) -> Any:
        return (yield from super().submit(plan, evolve(attempt, webhook_url=None)))


@mutant("test_callbacks_are_read", "the job is")
class ReadsAnotherId(Acme):
    def webhook(self, headers: Any, body: bytes, secret: str | None, now: Any) -> Any:
        told = yield from super().webhook(headers, body, secret, now)
        return Callback(job_id=told.event_id, update=told.update, event_id=told.event_id)


@mutant("test_forged_callbacks_are_refused", "believes a callback that is changed")
class BelievesEverybody(Acme):
    def authentic(self, headers: Any, body: bytes, secret: str, now: Any) -> None:
        pass


@mutant("test_forged_callbacks_are_refused", "believes a callback that is a day old")
class HasTime(Acme):
    def authentic(self, headers: Any, body: bytes, secret: str, now: Any) -> None:
        from datetime import UTC, datetime

        super().authentic(headers, body, secret, datetime.fromtimestamp(float(headers["acme-time"]), UTC))


class Listing(AcmeSimulator):
    """Publishes its models."""

    @route("GET", "/v1/models", phase="schema")
    def models(self, request: HttpRequest) -> Any:
        """What it sells."""
        return {"models": ["acme-1", "acme-image", "acme-sound"]}


class Publishing(Acme):
    """Reads what Acme publishes."""

    simulator = f"{__name__}:Listing"

    def schema(self, model: str) -> Any:
        listed = (yield HttpRequest("GET", f"{ORIGIN}/v1/models")).json()["models"]
        return ModelSpec(variants=VIDEO) if model in listed else None

    def live_models(self, known: Any) -> Any:
        return (yield HttpRequest("GET", f"{ORIGIN}/v1/models")).json()["models"]


@mutant("test_schema_is_read", "schema('acme-1') returned None", "ModelSpec")
class ReadsNoSchema(Publishing):
    def schema(self, model: str) -> Any:
        yield from super().schema(model)


@mutant("test_schema_is_read", "returned 'HTTPError: ", "let the simulator serve")
class AsksAnotherPath(Publishing):
    def schema(self, model: str) -> Any:
        return (yield HttpRequest("GET", f"{ORIGIN}/v2/models")).json()


@mutant("test_live_models_are_listed", "live_models() returned ['models/acme-1'", "as the catalogue writes them")
class WritesIdsOtherwise(Publishing):
    def live_models(self, known: Any) -> Any:
        return [f"models/{id}" for id in (yield from super().live_models(known))]


@mutant("test_live_models_are_listed", "live_models() sends a request with effect")
class BuysTheList(Publishing):
    def live_models(self, known: Any) -> Any:
        yield HttpRequest("GET", f"{ORIGIN}/v1/models", effect="buy")
        return ["acme-1"]


@mutant("test_every_capability_is_exercised", "cancel(): video-acme-1: cancel() only looks at this model")
class OnlyLooks(Acme):
    def cancel(self, job: Any) -> Any:
        return (yield from self.poll(job))


def test_what_was_not_exercised_is_listed_with_its_reason() -> None:
    contract = contract_for(Publishing())
    with installed(contract.provider), pytest.raises(pytest.skip.Exception) as skipped:
        contract().test_every_capability_is_exercised()
    assert "image-acme-image: it answers the purchase with the result" in str(skipped.value)
    assert "not overridden" not in str(skipped.value)
    with installed(Acme()), pytest.raises(pytest.skip.Exception, match="not overridden: schema, live_models; "):
        contract_for(Acme())().test_every_capability_is_exercised()


# catalogue


@mutant("test_every_date_has_its_source", "acme-2: its lifecycle has no source", "checked=")
def undated() -> type[ProviderContract]:
    return contract_for(Acme(catalog_of(**{"acme-2": ModelSpec(variants=VIDEO, lifecycle=Lifecycle())})))


@mutant("test_replacements_are_alive", "acme-0")
def dead_end() -> type[ProviderContract]:
    life = Lifecycle(retired="2026-06-01", replacement="acme-0", source="x", checked="2026-11-20")
    return contract_for(Acme(catalog_of(**{"acme-00": ModelSpec(variants=VIDEO, lifecycle=life)})))


@mutant("test_every_way_can_be_asked_for", "acme-2 (text-to-video)", "seed or style")
def impossible() -> type[ProviderContract]:
    way = evolve(VIDEO, rules=(at_least_one_of("seed", "style"),))
    return contract_for(Acme(catalog_of(**{"acme-2": ModelSpec(variants=way, lifecycle=LIFE)})))


@mutant("test_every_way_can_be_asked_for", "goes to /v1/videos, not to /v1/never")
def unreachable() -> type[ProviderContract]:
    ways = (VIDEO, evolve(VIDEO, endpoint="/v1/never"))
    return contract_for(Acme(catalog_of(**{"acme-2": ModelSpec(variants=ways, lifecycle=LIFE)})))


@mutant("test_published_schemas_are_kept", "the schema has no 'seconds'", "catalog_source")
def unpublished() -> type[ProviderContract]:
    schema = {"type": "object", "properties": {"prompt": {"type": "string"}}, "required": ["prompt"]}
    path = Path.cwd() / "acme.json"
    facts = {"endpoint": "/v1/videos", "source": "acme.example/models", "checked": "2026-11-20"}
    write_schemas(path, {"whose": "Acme's"}, [Endpoint(id="acme-1/video", kind="video", schema=schema, facts=facts)])
    return contract_for(Acme(), schemas=path)


# recordings


@mutant("test_recording_has_a_source_and_no_key", "it names no source", "it holds a key: Bearer")
def leaked() -> type[ProviderContract]:
    asked = {"method": "GET", "url": f"{ORIGIN}/v1/videos/7", "headers": {"authorization": "Bearer abcdefghijkl"}}
    return contract_for(Acme(), recorded=recorded("", asked, {"status": 200, "json": {"id": "7", "status": "queued"}}))


@mutant("test_simulator_agrees_with_recording", "no route answers it", "correct the route in simulator.py")
def unanswered() -> type[ProviderContract]:
    asked = {"method": "GET", "url": f"{ORIGIN}/v2/videos/7"}
    return contract_for(Acme(), recorded=recorded("acme.md section 1", asked, {"status": 200, "json": {"id": "7"}}))


@mutant("test_simulator_agrees_with_recording", "recorded is {id: number, status: str}", "simulated {id: str")
def of_another_type() -> type[ProviderContract]:
    asked, told = {"method": "GET", "url": f"{ORIGIN}/v1/videos/7"}, {"id": 7, "status": "queued"}
    return contract_for(Acme(), recorded=recorded("acme.md section 1", asked, {"status": 200, "json": told}))


# money


@mutant("test_every_job_bought_is_answered_for", "sold 2 jobs", "check_script(script_of(")
class TriesAgain(Acme):
    def submit(self, plan: Any, attempt: Any) -> Any:
        try:
            return (yield from super().submit(plan, attempt))
        except HTTPConnectionError:
            return (yield from super().submit(plan, attempt))


@mutant("test_uploads_in_trouble_are_answered_for", "sold a job whose picture it has never stored")
class GuessesTheAddress(Acme):
    def upload(self, media: Any) -> Any:
        try:
            return (yield from super().upload(media))
        except (TarashException, ValueError):
            return f"{FILES}/files/unknown"


@mutant("test_every_job_bought_is_answered_for", "sold 2 jobs", "config={'base_url': 'https://proxy.example'}")
def tries_again_elsewhere() -> type[ProviderContract]:
    place = {"base_url": "https://proxy.example"}
    sample = Sample("acme-1", config=place, simulator={"polls_to_finish": 2})
    return contract_for(TriesAgain(), samples=[sample])


@pytest.mark.parametrize(("test", "make", "says"), MUTANTS)
def test_a_mutant_is_found_and_taught(test: str, make: Make, says: tuple[str, ...]) -> None:
    found = "\n".join(lessons(make(), test))
    assert found, f"{test} lets it pass"
    assert all(part in found for part in says), found
    assert "The contract: " in found and "Change: " in found and "docs/authors.md#" in found
