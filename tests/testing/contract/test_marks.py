"""What belongs to which version, and what happens to a test that is replaced."""

from pathlib import Path
from typing import Any

import pytest

from tarash_core.testing import ProviderContract, deviates, since
from tarash_core.testing.contract.marks import promised, reason_of, since_of

from . import acme
from .acme import Acme
from .running import contract_for

pytest_plugins = ["pytester"]


def test_a_silent_override_is_refused_when_the_class_is_made() -> None:
    with pytest.raises(TypeError, match=r"TestAcme.test_submit_is_pure replaces .*@deviates"):
        contract_for(Acme(), test_submit_is_pure=lambda self: None)


def test_so_is_one_that_comes_from_a_mixin() -> None:
    mixin = type("Mixin", (), {"test_base_url_takes_every_request": None})
    with pytest.raises(TypeError, match="test_base_url_takes_every_request"):
        type("TestAcme", (mixin, ProviderContract), {"provider": Acme()})


def test_a_reason_is_enough() -> None:
    @deviates("Acme has no status words.")
    def test_unknown_status_survives(self: Any) -> None:
        pass

    contract = contract_for(Acme(), test_unknown_status_survives=test_unknown_status_survives)
    assert reason_of(contract.test_unknown_status_survives) == "Acme has no status words."


@pytest.mark.parametrize("reason", ["", "  ", None])
def test_no_reason_is_none(reason: Any) -> None:
    with pytest.raises(ValueError, match="needs the reason"):
        deviates(reason)


def test_every_test_of_the_kit_says_since_when_it_is_promised() -> None:
    tests = {name for name in dir(ProviderContract) if name.startswith("test_")}
    assert set(promised(ProviderContract)) == tests
    assert {since_of(getattr(ProviderContract, name)) for name in tests} == {1}


def test_the_kit_itself_is_no_test_and_a_subclass_is() -> None:
    assert ProviderContract.__test__ is False
    assert contract_for(Acme()).__test__ is True


FILE = """
from tarash_core.testing import ProviderContract, since
from tarash_core.testing.contract import declared

from {package} import provider

class Future(ProviderContract):
    @since(2)
    def test_of_tomorrow(self):
        raise AssertionError("nobody promised it")

class TestAcme(Future):
    provider = provider
"""


def test_a_provider_is_asked_only_what_its_version_promised(pytester: pytest.Pytester) -> None:
    # A provider of its own: what pytester imports first is forgotten after it, and the loader keeps providers.
    pytester.makepyfile(acme=Path(acme.__file__).read_text(), test_acme=FILE.format(package="acme"))
    result = pytester.runpytest_inprocess("-p", "no:xdist", "-q", "-rs", "-k", "tomorrow or whole")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*acme promises contract version 1 only*"])


def test_since_is_kept_on_the_test() -> None:
    assert since_of(since(3)(lambda self: None)) == 3
