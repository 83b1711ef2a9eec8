import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tarash_core.errors import PluginError, ProviderNotInstalledError, ValidationError
from tarash_core.plugins import (
    Provider,
    installed_providers,
    load_provider,
    loader,
    plugin_manager,
    refresh,
    register_provider,
    unregister_provider,
)

Install = Callable[..., Path]
Source = Callable[..., str]


class Acme(Provider):
    name = "acme"
    aliases = ("acme-video",)


@pytest.fixture
def registered() -> Iterator[Acme]:
    provider = Acme()
    register_provider("acme", provider)
    yield provider
    unregister_provider("acme")


def info(name: str, **how: Any) -> Any:
    return next(found for found in installed_providers(**how) if found.name == name)


def test_loads_once_and_imports_nothing_else(install: Install) -> None:
    install("tarash-one", {"one": "tarash_one:provider"})
    install("tarash-two", {"two": "tarash_two:provider"})
    provider = load_provider("one")
    assert provider.name == "one"
    assert load_provider("one") is provider
    assert "tarash_one" in sys.modules and "tarash_two" not in sys.modules


def test_listing_imports_nothing(install: Install) -> None:
    install("tarash-one", {"one": "tarash_one:provider"}, {"extra": "tarash_one"})
    names = [(found.kind, found.name) for found in installed_providers()]
    assert ("provider", "one") in names and ("extension", "extra") in names
    assert "tarash_one" not in sys.modules


def test_a_class_is_instantiated(install: Install) -> None:
    install("tarash-one", {"one": "tarash_one:Made"})
    assert isinstance(load_provider("one"), Provider)


def test_three_hundred_installed_one_imported(install: Install) -> None:
    for number in range(300):
        install(f"many-{number}", {f"p{number}": f"many_{number}:provider"})
    assert load_provider("p150").name == "p150"
    assert [name for name in sys.modules if name.startswith("many_")] == ["many_150"]


@pytest.mark.parametrize(("name", "canonical"), [("kling", "kling"), ("google", "veo"), ("openai", "sora")])
def test_ours_not_installed_says_the_pip_command(name: str, canonical: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tarash_core.plugins.entry_points.installed", lambda group: {})
    with pytest.raises(ProviderNotInstalledError, match=f"pip install tarash-{canonical}$") as caught:
        load_provider(name)
    assert caught.value.provider == canonical


def test_unknown_name_says_what_is_installed_and_never_pip(install: Install) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"})
    with pytest.raises(ProviderNotInstalledError) as caught:
        load_provider("Acne")
    assert "did you mean 'acme'?" in str(caught.value)
    assert "Installed: " in str(caught.value)
    assert "pip" not in str(caught.value)


def test_name_like_nothing_gets_no_guess() -> None:
    with pytest.raises(ProviderNotInstalledError) as caught:
        load_provider("qqqqqqqq")
    assert "did you mean" not in str(caught.value)


def test_our_alias_needs_no_import(install: Install, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "tarash_veo"]:
        monkeypatch.delitem(sys.modules, name)
    install("tarash-veo", {"veo": "tarash_veo:provider"}, code=source("veo", ("google",)))
    assert info("veo").aliases == ("google",)
    assert "tarash_veo" not in sys.modules
    assert load_provider("google") is load_provider("veo")


def test_alias_registered_as_entry_point_is_the_same_provider(install: Install, source: Source) -> None:
    entries = {"acme-video": "tarash_acme:Made", "acme": "tarash_acme:Made"}
    install("tarash-acme", entries, code=source("acme", ("acme-video",)))
    assert load_provider("acme-video") is load_provider("acme")


def test_alias_without_entry_point_is_known_after_the_import(install: Install, source: Source) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"}, code=source("acme", ("acme-video",)))
    load_provider("acme")
    assert load_provider("acme-video").name == "acme"


def test_no_alias_takes_over_the_name_of_another(install: Install, source: Source) -> None:
    install("tarash-real", {"real": "tarash_real:provider"})
    install("tarash-thief", {"thief": "tarash_thief:provider"}, code=source("thief", ("real", "kling", "google")))
    load_provider("thief")
    assert load_provider("real").name == "real"
    for name in ("kling", "google"):
        try:
            assert load_provider(name).name != "thief"
        except ProviderNotInstalledError as error:
            assert "pip install tarash-" in str(error)


def test_no_alias_entry_stands_for_another_packages_provider(install: Install, source: Source) -> None:
    install("tarash-real", {"real": "tarash_real:provider"})
    install("tarash-thief", {"thief": "tarash_thief:provider"}, code=source("real", ("thief",)))
    with pytest.raises(PluginError, match=r"tarash-thief 1.0 registers the alias 'thief' of 'real'"):
        load_provider("thief")
    assert type(load_provider("real")).__module__ == "tarash_real"


def test_two_packages_under_one_name_are_both_named(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"})
    install("acme-fork", {"acme": "acme_fork:provider"})
    with pytest.raises(PluginError, match=r"acme-fork and tarash-acme.*TARASH_PROVIDER_ACME="):
        load_provider("acme")
    assert not {"tarash_acme", "acme_fork"} & sys.modules.keys()
    assert info("acme").failure is not None
    monkeypatch.setenv("TARASH_PROVIDER_ACME", "Acme_Fork")
    assert type(load_provider("acme")).__module__ == "acme_fork"
    assert "tarash_acme" not in sys.modules


def test_duplicates_do_not_harm_others(install: Install) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"})
    install("acme-fork", {"acme": "acme_fork:provider"})
    install("tarash-one", {"one": "tarash_one:provider"})
    assert load_provider("one").name == "one"


def test_the_choice_of_a_package_that_is_not_there(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("tarash-my-acme", {"my-acme": "tarash_my_acme:provider"})
    monkeypatch.setenv("TARASH_PROVIDER_MY_ACME", "elsewhere")
    with pytest.raises(PluginError, match="asks for 'elsewhere', but 'my-acme' is provided by tarash-my-acme"):
        load_provider("my-acme")


def test_switching_one_of_two_off_settles_the_dispute(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"})
    install("acme-fork", {"acme": "acme_fork:provider"})
    monkeypatch.setenv("TARASH_DISABLE_PLUGINS", "acme-fork")
    assert type(load_provider("acme")).__module__ == "tarash_acme"


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("import no_such_module_here", ModuleNotFoundError),
        ("raise RuntimeError('half installed')", RuntimeError),
        ("raise SystemExit(3)", SystemExit),
        ("nothing = 1", AttributeError),
    ],
)
def test_broken_import_names_package_and_cause(install: Install, code: str, cause: type[BaseException]) -> None:
    install("tarash-broken", {"broken": "tarash_broken:provider"}, code=code, version="2.1")
    with pytest.raises(PluginError, match=r"tarash-broken 2\.1.*'broken'.*" + cause.__name__) as caught:
        load_provider("broken")
    assert isinstance(caught.value.__cause__, cause)
    assert info("broken").failure == caught.value.message


def test_a_class_that_cannot_be_made_is_broken_too(install: Install, source: Source) -> None:
    code = source("broken") + "    \nclass Bad(Made):\n    def __init__(self):\n        raise OSError('no')\n"
    install("tarash-broken", {"broken": "tarash_broken:Bad"}, code=code)
    with pytest.raises(PluginError, match="OSError: no"):
        load_provider("broken")


def test_a_failure_is_forgotten_when_it_is_mended(install: Install, source: Source, tmp_path: Path) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"}, code="import no_such_module_here")
    with pytest.raises(PluginError):
        load_provider("acme")
    (tmp_path / "tarash_acme.py").write_text(source("acme") + "# mended\n")
    refresh()
    assert load_provider("acme").name == "acme"
    assert info("acme").failure is None


def test_check_imports_each_in_its_own_try(install: Install) -> None:
    install("tarash-broken", {"broken": "tarash_broken:provider"}, code="raise ValueError('no')")
    install("tarash-one", {"one": "tarash_one:provider"})
    assert info("broken").failure is None
    assert "ValueError: no" in info("broken", check=True).failure
    assert info("one").failure is None and "tarash_one" in sys.modules


@pytest.mark.parametrize("value", ["object()", "None", "{'name': 'acme'}", "type('Other', (), {})"])
def test_what_is_no_provider_is_refused(install: Install, value: str) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"}, code=f"provider = {value}")
    with pytest.raises(PluginError, match=r"tarash-acme 1\.0.*no Provider; give an instance of a subclass"):
        load_provider("acme")


def test_name_and_entry_point_must_be_equal(install: Install, source: Source) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"}, code=source("other"))
    with pytest.raises(PluginError, match="registered as 'acme', but its provider calls itself 'other'"):
        load_provider("acme")


def test_aliases_must_be_a_tuple(install: Install) -> None:
    code = "from tarash_core.plugins import Provider\nclass Made(Provider):\n    name = 'acme'\n    aliases = 'abc'\n"
    install("tarash-acme", {"acme": "tarash_acme:Made"}, code=code)
    with pytest.raises(PluginError, match="must be a tuple of names"):
        load_provider("acme")


@pytest.mark.parametrize(
    ("core", "written", "way_out"),
    [
        (3, 4, "speaks 2 and 3; run: pip install -U tarash-core"),
        (3, 1, "speaks 2 and 3; run: pip install -U tarash-acme"),
        (1, 2, "speaks 1; run: pip install -U tarash-core"),
        (1, 0, "speaks 1; run: pip install -U tarash-acme"),
        (1, "1", "must be the whole number 1"),
        (1, True, "must be the whole number 1"),
    ],
)
def test_contract_out_of_range_says_what_to_install(
    install: Install, source: Source, monkeypatch: pytest.MonkeyPatch, core: int, written: object, way_out: str
) -> None:
    monkeypatch.setattr(loader, "CONTRACT_VERSION", core)
    install("tarash-acme", {"acme": "tarash_acme:provider"}, code=source("acme", contract_version=written))
    with pytest.raises(PluginError, match=way_out):
        load_provider("acme")


@pytest.mark.parametrize("written", [2, 3])
def test_this_contract_and_the_one_before_are_spoken(
    install: Install, source: Source, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    monkeypatch.setattr(loader, "CONTRACT_VERSION", 3)
    install("tarash-acme", {"acme": "tarash_acme:provider"}, code=source("acme", contract_version=written))
    assert load_provider("acme").contract_version == written


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TARASH_LOAD_PLUGINS", ""),
        ("TARASH_LOAD_PLUGINS", "other, another"),
        ("TARASH_DISABLE_PLUGINS", "acme"),
        ("TARASH_DISABLE_PLUGINS", "other,Tarash_Acme"),
    ],
)
def test_switched_off_is_never_imported(
    install: Install, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"})
    monkeypatch.setenv(variable, value)
    with pytest.raises(ProviderNotInstalledError, match=f"switched off by {variable}"):
        load_provider("acme")
    assert info("acme", check=True).switched_off_by == variable
    assert "tarash_acme" not in sys.modules


@pytest.mark.parametrize("value", ["acme", "tarash-acme", "other  acme"])
def test_only_what_is_listed_is_loaded(install: Install, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"})
    monkeypatch.setenv("TARASH_LOAD_PLUGINS", value)
    assert load_provider("acme").name == "acme"


def test_registered_at_run_time_by_name_and_alias(registered: Acme) -> None:
    assert load_provider("acme") is registered
    assert load_provider("acme-video") is registered
    shown = info("acme")
    assert shown.distribution is None and shown.aliases == ("acme-video",) and shown.location.endswith(":Acme")


def test_unregistering_takes_the_aliases_along() -> None:
    register_provider("acme", Acme)
    unregister_provider("acme")
    for name in ("acme", "acme-video"):
        with pytest.raises(ProviderNotInstalledError):
            load_provider(name)
    with pytest.raises(ValidationError, match="No provider was registered at run time as 'acme'"):
        unregister_provider("acme")


def test_a_taken_name_needs_replace(registered: Acme) -> None:
    with pytest.raises(ValidationError, match="replace=True"):
        register_provider("acme", Acme())
    other = Acme()
    register_provider("acme", other, replace=True)
    assert load_provider("acme") is other
    assert not plugin_manager().is_registered(registered)


def test_an_installed_name_is_taken_and_comes_back(install: Install) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"})
    with pytest.raises(ValidationError, match="replace=True"):
        register_provider("acme", Acme())
    register_provider("acme", Acme(), replace=True)
    assert isinstance(load_provider("acme"), Acme)
    assert "tarash_acme" not in sys.modules
    unregister_provider("acme")
    assert type(load_provider("acme")).__module__ == "tarash_acme"


@pytest.mark.parametrize("provider", [object(), None, object, "acme"])
def test_what_is_no_provider_cannot_be_registered(provider: Any) -> None:
    with pytest.raises(PluginError, match="no Provider"):
        register_provider("acme", provider)


def test_registering_under_another_name_is_refused() -> None:
    with pytest.raises(PluginError, match="calls itself 'acme'"):
        register_provider("mine", Acme())


def test_refresh_keeps_what_was_registered_at_run_time(registered: Acme) -> None:
    refresh()
    assert load_provider("acme") is registered


def test_refresh_sees_what_was_installed_since(install: Install) -> None:
    with pytest.raises(ProviderNotInstalledError):
        load_provider("acme")
    install("tarash-acme", {"acme": "tarash_acme:provider"})
    assert load_provider("acme").name == "acme"


def test_threads_that_race_get_one_provider(install: Install, source: Source) -> None:
    code = "import time\ntime.sleep(0.02)\n" + source("acme")
    install("tarash-acme", {"acme": "tarash_acme:Made"}, code=code)
    gate = threading.Barrier(16)

    def load(_: int) -> Provider:
        gate.wait()
        return load_provider("acme")

    with ThreadPoolExecutor(16) as pool:
        assert len({id(provider) for provider in pool.map(load, range(16))}) == 1
    assert sum(name == "acme" for name, _ in plugin_manager().list_name_plugin()) == 1


def test_info_tells_package_version_and_place(install: Install, tmp_path: Path) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"}, version="3.2")
    shown = info("acme")
    assert (shown.distribution, shown.version, shown.value) == ("tarash-acme", "3.2", "tarash_acme:provider")
    assert shown.location == f"tarash_acme:provider in {shown.path}"
    assert Path(shown.path) == tmp_path


def test_a_package_with_unreadable_entry_points_costs_nobody_else(
    install: Install, caplog: pytest.LogCaptureFixture
) -> None:
    install("tarash-acme", {"acme": "tarash_acme:provider"})
    (install("wrecked", {}) / "entry_points.txt").write_text("[tarash.providers]\nno equals sign\n")
    refresh()
    assert load_provider("acme").name == "acme"


def test_a_package_without_metadata_still_works(install: Install) -> None:
    (install("tarash-acme", {"acme": "tarash_acme:provider"}) / "METADATA").unlink()
    refresh()
    assert load_provider("acme").name == "acme"
    assert info("acme").distribution
