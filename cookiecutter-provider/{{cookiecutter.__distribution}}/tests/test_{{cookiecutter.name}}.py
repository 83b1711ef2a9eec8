from tarash_core.testing import ProviderContract

from {{ cookiecutter.__package }} import provider as {{ cookiecutter.name }}


class Test{{ cookiecutter.__class }}(ProviderContract):
    provider = {{ cookiecutter.name }}
