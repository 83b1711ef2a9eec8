import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tarash_core.catalog.spec import ModelSpec, Variant
from tarash_core.errors import BudgetExceededError, PluginError
from tarash_core.models.job import VideoJob
from tarash_core.plugins import (
    HttpRequest,
    HttpResponse,
    hookimpl,
    hooks,
    installed_providers,
    load_provider,
    make_plugin_manager,
    plugin_manager,
    register_extension,
    specs,
    unregister_extension,
)

Install = Callable[..., Path]
Register = Callable[..., Any]

ATTEMPT: Any = object()
JOB = VideoJob(provider="acme", model="m", id="1")


@pytest.fixture
def register() -> Iterator[Register]:
    """Registers an extension made of functions by hook name, for the length of the test."""
    made: list[object] = []

    def add(name: str = "test", /, mark: Any = hookimpl, **functions: Callable[..., Any]) -> object:
        plugin = type(name, (), {hook: staticmethod(mark(function)) for hook, function in functions.items()})()
        register_extension(plugin, name)
        made.append(plugin)
        return plugin

    yield add
    for plugin in made:
        unregister_extension(plugin)


def names() -> list[str]:
    return [name for name, _ in plugin_manager().list_name_plugin()]


def test_every_hook_has_its_typed_function_and_says_since_when() -> None:
    found = [name for name in vars(specs) if name.startswith("tarash_")]
    assert len(found) == 8
    for name in found:
        assert callable(getattr(hooks, name.removeprefix("tarash_")))
        assert "versionadded" in getattr(specs, name).__doc__


def test_without_implementations_nothing_happens() -> None:
    assert hooks.before_submit(ATTEMPT) is None
    hooks.submitting(ATTEMPT)
    hooks.job_accepted(ATTEMPT, JOB)
    hooks.job_updated(None, JOB, ATTEMPT)
    hooks.attempt_finished(ATTEMPT)
    hooks.register_commands(ATTEMPT)
    assert hooks.register_models("acme") == {}


def test_an_implementation_takes_what_it_wants(register: Register) -> None:
    seen: list[Any] = []
    register("job", tarash_job_accepted=lambda job: seen.append(job))
    register("none", tarash_job_accepted=lambda: seen.append("none"))
    register("both", tarash_job_accepted=lambda job, attempt: seen.append((attempt, job)))
    register("default", tarash_job_accepted=lambda job, attempt="?", unknown="new": seen.append((attempt, unknown)))
    hooks.job_accepted(ATTEMPT, JOB)
    assert seen == [(ATTEMPT, "new"), (ATTEMPT, JOB), "none", JOB]


def test_the_order_is_that_of_pluggy(register: Register) -> None:
    seen: list[str] = []
    register("first", mark=hookimpl(trylast=True), tarash_submitting=lambda: seen.append("trylast"))
    register("second", tarash_submitting=lambda: seen.append("older"))
    register("third", mark=hookimpl(tryfirst=True), tarash_submitting=lambda: seen.append("tryfirst"))
    register("fourth", tarash_submitting=lambda: seen.append("newer"))
    hooks.submitting(ATTEMPT)
    assert seen == ["tryfirst", "newer", "older", "trylast"]


def test_a_plugin_is_seen_and_forgotten_at_once(register: Register) -> None:
    seen: list[int] = []
    hooks.submitting(ATTEMPT)
    plugin = register("late", tarash_submitting=lambda: seen.append(1))
    hooks.submitting(ATTEMPT)
    unregister_extension(plugin)
    hooks.submitting(ATTEMPT)
    assert seen == [1]


@pytest.mark.parametrize("function", [hooks.before_submit, hooks.submitting])
def test_a_veto_goes_through_as_it_is(register: Register, function: Callable[[Any], Any]) -> None:
    def refuse() -> None:
        raise BudgetExceededError("Enough for today.")

    register("guard", **{f"tarash_{function.__name__}": refuse})
    with pytest.raises(BudgetExceededError, match="Enough for today") as caught:
        function(ATTEMPT)
    assert caught.value.__notes__ == [f"Raised by tarash_{function.__name__} of the plugin 'guard'."]


def test_the_first_job_wins_and_nobody_else_is_asked(register: Register) -> None:
    asked: list[str] = []
    register("last", tarash_before_submit=lambda: asked.append("last"))
    register("joins", tarash_before_submit=lambda: JOB)
    register("passes", tarash_before_submit=lambda: asked.append("passes"))
    assert hooks.before_submit(ATTEMPT) is JOB
    assert asked == ["passes"]


def test_an_answer_that_is_no_job_is_refused(register: Register) -> None:
    register("odd", tarash_before_submit=lambda: "job-1")
    with pytest.raises(PluginError, match="tarash_before_submit of 'odd' must return a job or None, not str"):
        hooks.before_submit(ATTEMPT)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("job_accepted", (ATTEMPT, JOB)),
        ("job_updated", (ATTEMPT, JOB, None)),
        ("attempt_finished", (None,)),
        ("register_commands", (None,)),
        ("exchange", ("acme", HttpRequest("GET", "https://a.example"), HttpResponse(200), 0.1)),
        ("register_models", ("acme",)),
    ],
)
def test_a_failing_observer_is_a_warning_and_the_rest_run(
    register: Register, caplog: pytest.LogCaptureFixture, name: str, arguments: tuple[Any, ...]
) -> None:
    seen: list[int] = []

    def fail() -> None:
        raise ZeroDivisionError("oh")

    register("fine", **{f"tarash_{name}": lambda: seen.append(1)})
    register("failing", **{f"tarash_{name}": fail})
    getattr(hooks, name)(*arguments)
    assert seen == [1]
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == f"tarash_{name} of the plugin 'failing' failed: ZeroDivisionError: oh"


def test_a_cancellation_is_not_swallowed(register: Register) -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    register("stops", tarash_job_accepted=stop)
    with pytest.raises(KeyboardInterrupt):
        hooks.job_accepted(ATTEMPT, JOB)


def test_models_of_several_plugins_the_newest_wins(register: Register, caplog: pytest.LogCaptureFixture) -> None:
    old, new = (ModelSpec(variants=(Variant(modes={"text-to-video"}, endpoint=name, fields={}),)) for name in "ab")
    register("old", tarash_register_models=lambda provider: {"a": old, f"{provider}-b": old})
    register("new", tarash_register_models=lambda: {"a": new})
    register("wrong", tarash_register_models=lambda: {"c": "no spec"})
    found = hooks.register_models("acme")
    assert found.keys() == {"a", "acme-b"}
    assert found["a"] is new and found["acme-b"] is old
    assert "'wrong' must return a dict of ModelSpec" in caplog.text


def test_an_exchange_is_redacted(register: Register) -> None:
    seen: list[tuple[HttpRequest, HttpResponse]] = []
    register("watcher", tarash_exchange=lambda request, response: seen.append((request, response)))
    request = HttpRequest(
        "POST",
        "https://a.example/x?sig=canary-1",
        json={"token": "canary-2", "prompt": "a fox canary-3"},
        headers={"authorization": "Key canary-4"},
    )
    response = HttpResponse.of_json({"url": "https://b.example/y?X-Amz-Signature=canary-5", "echo": "canary-3"})
    hooks.exchange("acme", request, response, 0.5, ("canary-3",))
    [(shown, answer)] = seen
    assert "canary" not in f"{shown} {dict(shown.headers)} {answer} {answer.text}"
    assert shown.json["prompt"] == "a fox ***"
    assert answer.json()["url"] == "https://b.example/y?***"
    assert request.json["prompt"] == "a fox canary-3"


def unfit(hook: str, function: Callable[..., Any], **how: Any) -> object:
    return type("Unfit", (), {hook: staticmethod(hookimpl(**how)(function))})()


async def _async(attempt: Any) -> None: ...


def _generator(attempt: Any) -> Iterator[None]:
    yield


def _wrapper(attempt: Any) -> Iterator[None]:
    yield


@pytest.mark.parametrize(
    ("plugin", "said"),
    [
        (unfit("tarash_job_acepted", lambda: None), "did you mean 'tarash_job_accepted'?"),
        (unfit("tarash_job_accepted", lambda vob: None), "vob"),
        (unfit("tarash_submitting", _async), "tarash_submitting is async"),
        (unfit("tarash_submitting", _generator), "is async or a generator"),
        (unfit("tarash_submitting", _wrapper, wrapper=True), "is a wrapper"),
        (type("Unmarked", (), {"tarash_submitting": lambda self: None})(), "lacks the mark @hookimpl"),
    ],
)
def test_an_unfit_plugin_is_left_out_with_a_warning(
    caplog: pytest.LogCaptureFixture, plugin: object, said: str
) -> None:
    register_extension(plugin, "unfit")
    assert "unfit" not in names()
    [record] = caplog.records
    assert "'unfit' is left out" in record.getMessage() and said in record.getMessage()
    hooks.submitting(ATTEMPT)


def test_a_hook_of_a_later_tarash_may_be_optional(register: Register) -> None:
    register("newer", mark=hookimpl(optionalhook=True), tarash_from_the_future=lambda thing: None)
    assert "newer" in names()


def test_a_class_is_instantiated_and_taken_out_by_its_class() -> None:
    class Counter:
        count = 0

        @hookimpl
        def tarash_submitting(self) -> None:
            type(self).count += 1

    register_extension(Counter)
    hooks.submitting(ATTEMPT)
    unregister_extension(Counter)
    hooks.submitting(ATTEMPT)
    assert Counter.count == 1


def test_registering_twice_counts_once(register: Register) -> None:
    seen: list[int] = []
    plugin = register("once", tarash_submitting=lambda: seen.append(1))
    register_extension(plugin, "again")
    hooks.submitting(ATTEMPT)
    assert seen == [1]


def test_equal_names_do_not_shut_out_the_second(register: Register) -> None:
    seen: list[int] = []
    register("same", tarash_submitting=lambda: seen.append(1))
    register("same", tarash_submitting=lambda: seen.append(2))
    hooks.submitting(ATTEMPT)
    assert seen == [2, 1]


def test_a_fresh_manager_is_empty_and_its_own() -> None:
    manager = make_plugin_manager()
    assert manager.list_name_plugin() == []
    assert manager is not plugin_manager()


EXTENSION = """
from tarash_core.plugins import hookimpl
seen = []

@hookimpl
def tarash_submitting(attempt):
    seen.append(attempt)
"""


def test_an_installed_extension_is_loaded_on_the_first_call(install: Install) -> None:
    install("tarash-ext", extensions={"ext": "tarash_ext"}, code=EXTENSION)
    assert "tarash_ext" not in sys.modules
    hooks.submitting(ATTEMPT)
    hooks.submitting(ATTEMPT)
    assert sys.modules["tarash_ext"].seen == [ATTEMPT, ATTEMPT]


def test_broken_extensions_are_told_of_and_the_rest_run(install: Install, caplog: pytest.LogCaptureFixture) -> None:
    install("bad-import", extensions={"bad": "bad_import"}, code="import no_such_module_here")
    install("bad-hook", extensions={"typo": "bad_hook"}, code=EXTENSION.replace("submitting", "sumbitting"))
    install("tarash-ext", extensions={"ext": "tarash_ext"}, code=EXTENSION)
    hooks.submitting(ATTEMPT)
    assert sys.modules["tarash_ext"].seen == [ATTEMPT]
    assert "'bad' of bad-import cannot be loaded: ModuleNotFoundError" in caplog.text
    assert "did you mean 'tarash_submitting'?" in caplog.text
    failures = {found.name: found.failure for found in installed_providers() if found.kind == "extension"}
    assert failures["ext"] is None
    assert "ModuleNotFoundError" in failures["bad"] and "tarash_sumbitting" in failures["typo"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [("TARASH_LOAD_PLUGINS", ""), ("TARASH_LOAD_PLUGINS", "other"), ("TARASH_DISABLE_PLUGINS", "ext")],
)
def test_an_extension_that_is_switched_off_is_not_imported(
    install: Install, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    install("tarash-ext", extensions={"ext": "tarash_ext"}, code=EXTENSION)
    monkeypatch.setenv(variable, value)
    hooks.submitting(ATTEMPT)
    assert "tarash_ext" not in sys.modules


def test_an_extension_may_use_the_manager_while_it_is_imported(install: Install) -> None:
    code = EXTENSION + "from tarash_core.plugins import plugin_manager\nplugin_manager()\n"
    install("tarash-ext", extensions={"ext": "tarash_ext"}, code=code)
    hooks.submitting(ATTEMPT)
    assert sys.modules["tarash_ext"].seen == [ATTEMPT]


PROVIDER_WITH_HOOK = """
from tarash_core.plugins import Provider, hookimpl

class Acme(Provider):
    name = "acme"
    seen = []

    @property
    def catalog(self):
        raise RuntimeError("a lazy catalogue is not evaluated by the hooks")

    @hookimpl
    def tarash_job_accepted(self, job):
        self.seen.append(job)

provider = Acme()
"""


def test_a_loaded_provider_may_implement_hooks(install: Install) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"}, code=PROVIDER_WITH_HOOK)
    hooks.job_accepted(ATTEMPT, JOB)
    provider: Any = load_provider("acme")
    load_provider("acme")
    hooks.job_accepted(ATTEMPT, JOB)
    assert provider.seen == [JOB]
    assert names().count("acme") == 1


def test_a_provider_with_a_wrong_hook_still_generates(install: Install, caplog: pytest.LogCaptureFixture) -> None:
    code = PROVIDER_WITH_HOOK.replace("tarash_job_accepted", "tarash_job_acepted")
    install("tarash-acme", {"acme": "tarash_acme:provider"}, code=code)
    assert load_provider("acme").name == "acme"
    assert "'acme' is left out" in caplog.text


def test_an_extension_with_the_name_of_a_provider(install: Install) -> None:
    code = PROVIDER_WITH_HOOK + "\nclass Extension:\n    @hookimpl\n    def tarash_submitting(self): pass\n"
    install("tarash-acme", {"acme": "tarash_acme:provider"}, {"acme": "tarash_acme:Extension"}, code=code)
    hooks.submitting(ATTEMPT)
    provider: Any = load_provider("acme")
    hooks.job_accepted(ATTEMPT, JOB)
    assert provider.seen == [JOB]
    assert len([name for name in names() if name.startswith("acme")]) == 2


def test_models_of_an_extension_are_found_and_a_programs_own_go_over_them() -> None:
    from tarash_core.catalog import Catalog, ModelSpec, Variant
    from tarash_core.catalog.lookup import find_model
    from tarash_core.catalog.registry import add_models, registry
    from tarash_core.fields import passthrough_field_mapper
    from tarash_core.plugins import hookimpl, register_extension, unregister_extension

    def spec(title: str) -> ModelSpec:
        fields = {"prompt": passthrough_field_mapper("prompt")}
        return ModelSpec(title=title, variants=Variant(modes={"text-to-video"}, fields=fields))

    class Extension:
        @hookimpl
        def tarash_register_models(self, provider: str) -> dict[str, ModelSpec]:
            return {"acme-2": spec("theirs"), "acme-3": spec("theirs")} if provider == "acme" else {}

    extension = Extension()
    register_extension(extension)
    try:
        add_models("acme", {"acme-3": spec("ours")})
        assert find_model("acme", Catalog({}), "acme-2").spec.title == "theirs"
        assert find_model("acme", Catalog({}), "acme-3").spec.title == "ours"
    finally:
        unregister_extension(extension)
        registry.clear()
