"""{{ cookiecutter.title }} for Tarash; the entry point ``tarash.providers`` names `provider`."""

from {{ cookiecutter.__package }}.provider import {{ cookiecutter.__class }}

provider = {{ cookiecutter.__class }}()

__all__ = ["{{ cookiecutter.__class }}", "provider"]
