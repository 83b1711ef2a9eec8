"""The contract kit: what every provider promises, as tests that a provider's test file inherits.

The whole test file of a provider::

    from tarash_acme import provider

    from tarash_core.testing import ProviderContract


    class TestAcme(ProviderContract):
        provider = provider

This package imports pytest, as nothing else of :mod:`tarash_core.testing` does but the plugin for it.
"""

from __future__ import annotations

from typing import Any

from tarash_core.testing.contract import marks
from tarash_core.testing.contract.capabilities import Capabilities
from tarash_core.testing.contract.catalogue import Catalogue
from tarash_core.testing.contract.connecting import Connecting
from tarash_core.testing.contract.declared import Declared
from tarash_core.testing.contract.failing import Failing
from tarash_core.testing.contract.keys import Keys
from tarash_core.testing.contract.marks import deviates, since
from tarash_core.testing.contract.memory import memory_of
from tarash_core.testing.contract.money import Money
from tarash_core.testing.contract.offered import Offered
from tarash_core.testing.contract.polling import Polling
from tarash_core.testing.contract.recordings import Recordings
from tarash_core.testing.contract.samples import Documented, Sample
from tarash_core.testing.contract.submitting import Submitting
from tarash_core.testing.contract.troubles import Troubles

__all__ = ["Documented", "ProviderContract", "Sample", "deviates", "since"]


class ProviderContract(
    Declared,
    Submitting,
    Keys,
    Polling,
    Failing,
    Troubles,
    Connecting,
    Capabilities,
    Offered,
    Catalogue,
    Recordings,
    Money,
):
    """Tests of what every provider promises; a provider's test file subclasses it.

    Everything is driven by what the provider overrides and by its catalogue, against its own simulator: no network,
    no key, no waiting. What cannot be derived may be said by attributes of the subclass.

    Attributes:
        provider: The provider: the instance.
        samples: Models, or :class:`Sample` requests, on which whole generations are run. By default the first living
            model of each kind and body, one that needs nothing but a prompt where there is any. Name one for each
            codec of the provider.
        requests: Requests by model, for ways that no generated one fits: what lies within an object cannot be guessed.
        skip_models: Models that no generated request fits, each with the reason.
        documented_errors: What the vendor's error answers mean, as :class:`Documented`.
        recorded: The folder of recorded exchanges; by default ``recorded`` beside the test file.
        schemas: The file of published schemas; by default what the plugin's ``catalog_source`` names.
        webhook_secret: What callbacks are signed with; by default the simulator's own ``webhook_secret``.
        fault_scripts: Which of the fault scripts are played.
        today: The day by which lifecycles are judged, as ISO text; by default the newest ``Lifecycle.checked``.
        simulator_settings: What the simulator is made with; a sample may say more by ``simulator=``.
        at_import: What the provider remembered when the class was made; filled in by itself.
    """

    __test__ = False

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        marks.check_overrides(cls, ProviderContract)
        cls.__test__ = hasattr(cls, "provider")
        if cls.__test__:
            cls.at_import = memory_of(cls.provider)
