import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tarash_core.plugins import refresh

PROVIDER = """
from tarash_core.plugins import Provider

class Made(Provider):
    name = {name!r}
    aliases = {aliases!r}
    contract_version = {contract_version!r}

provider = Made()
"""

Install = Callable[..., Path]


def provider_source(name: str, aliases: tuple[str, ...] = (), contract_version: object = 1) -> str:
    return PROVIDER.format(name=name, aliases=aliases, contract_version=contract_version)


@pytest.fixture
def source() -> Callable[..., str]:
    """The text of a module with a provider of that name."""
    return provider_source


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Makes a real installed distribution: a dist-info folder and a module on the path."""
    modules: list[str] = []
    monkeypatch.syspath_prepend(tmp_path)

    def make(
        distribution: str,
        providers: Mapping[str, str] | None = None,
        extensions: Mapping[str, str] | None = None,
        code: str | None = None,
        version: str = "1.0",
    ) -> Path:
        module = distribution.replace("-", "_")
        modules.append(module)
        (tmp_path / f"{module}.py").write_text(
            provider_source(next(iter(providers or {}), "")) if code is None else code
        )
        info = tmp_path / f"{module}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        groups = {"tarash.providers": providers or {}, "tarash.plugins": extensions or {}}
        lines = [f"[{group}]\n" + "".join(f"{n} = {v}\n" for n, v in named.items()) for group, named in groups.items()]
        (info / "entry_points.txt").write_text("\n".join(lines))
        refresh()
        return info

    yield make
    for module in modules:
        sys.modules.pop(module, None)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test reads anew what is installed, and leaves nothing loaded behind."""
    monkeypatch.delenv("TARASH_LOAD_PLUGINS", raising=False)
    monkeypatch.delenv("TARASH_DISABLE_PLUGINS", raising=False)
    refresh()
    yield
    refresh()
