"""The pages of the providers, made of their catalogues and READMEs when the site is built; nothing is committed.

MkDocs calls :func:`on_files`. What has more models than :data:`FOLDED_FROM` gets a table for each family of ids and no
tables of parameters.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markdown.extensions.toc import slugify

from tarash_core.catalog.search import listed_ids
from tarash_core.cli.facts import life_words, price_words
from tarash_core.cli.models import limit
from tarash_core.fields.describe import describe
from tarash_core.plugins.loader import load_provider

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from tarash_core.catalog import ModelSpec, Variant
    from tarash_core.plugins import Provider

ROOT = Path(__file__).parents[1]
NAMES = sorted(path.parent.name.removeprefix("tarash-") for path in ROOT.glob("plugins/*/pyproject.toml"))
FOLDED_FROM = 200
_LIMITS = {"duration_seconds": "seconds", "resolution": "resolution", "aspect_ratio": "ratio", "size": "size"}
_UNFOLD = "A line opens at a click."


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages to the site."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def pages() -> dict[str, str]:
    """Each page as Markdown, by its path in the docs."""
    providers = [load_provider(name) for name in NAMES]
    found = {f"providers/{provider.name}.md": page_of(provider) for provider in providers}
    return {"providers/index.md": overview(providers), **found}


def overview(providers: Sequence[Provider]) -> str:
    """One line for each provider."""
    lines = [" | ".join(_line(provider)) for provider in providers]
    return f"""# Providers

Each is a package of its own; name it before the slash of `provider/model`, or as `provider=`. The pages are made of
the catalogues that the packages carry: what `tarash models --provider NAME` lists.

| provider | name | video models | image models | key | cancel | callbacks |
| --- | --- | --- | --- | --- | --- | --- |
{chr(10).join(f"| {line} |" for line in lines)}

Models are counted that the vendor has not switched off. What cancelling and callbacks mean with each stands on its
page.
"""


def _line(provider: Provider) -> Iterator[str]:
    """The cells of a provider in the overview, as Markdown."""
    yield f"[{provider.title}]({provider.name}.md)"
    yield code(provider.name)
    yield from (count_of(provider, kind) for kind in ("video", "image"))
    yield " or ".join(" and ".join(map(code, names)) for names in provider.credentials.alternatives)
    yield from ("yes" if provider.can(capability) else "no" for capability in ("cancel", "webhook"))


def page_of(provider: Provider) -> str:
    """The page of a provider: its README, what it can do, its models and their parameters."""
    models = {id: provider.catalog[id] for id in listed_ids(provider.catalog)}
    body = _folded(models) if len(models) > FOLDED_FROM else _open(models)
    parts = (f"# {provider.title}", readme_of(provider.name), "## In short", table((), facts_of(provider)), *body)
    return "\n\n".join(parts) + "\n"


def readme_of(name: str) -> str:
    """The README of a plugin without its heading."""
    text = (ROOT / "plugins" / f"tarash-{name}" / "README.md").read_text(encoding="utf-8")
    return text.partition("\n")[2].strip()


def facts_of(provider: Provider) -> list[list[str]]:
    """What a provider is called, needs and can do, as rows of a name and HTML."""
    cadence = provider.cadence
    told = {
        "name": " or ".join(map(code, (provider.name, *provider.aliases))),
        "key": " or ".join(" and ".join(map(code, names)) for names in provider.credentials.alternatives),
        "hosts that get it": _hosts(provider.origins),
        "models": escape(f"{count_of(provider, 'video')} for video, {count_of(provider, 'image')} for images"),
        "other models": _others(provider),
        "asked again": f"after {cadence.first:g} s, and then ever less often, down to every {cadence.most:g} s"
        if cadence.most > cadence.first
        else f"every {cadence.first:g} s",
        "cancel": _said(provider, "cancel") or "The vendor has none: a job whose time ran out goes on.",
        "callbacks": _callbacks(provider),
        "local files": _local(provider),
        "jobs at once": ", ".join(f"{most} of {kind}" for kind, most in provider.running_limits.items()),
        "settings": code(*provider.settings),
    }
    return [[name, words] for name, words in told.items() if words]


def _hosts(origins: Sequence[str]) -> str:
    return fold(f"{len(origins)} hosts", code(*origins)) if len(origins) > 8 else code(*origins)


def _others(provider: Provider) -> str:
    fetched = "<code>discover_model</code> fetches the published inputs of one that is not listed"
    if provider.can("schema"):
        return f"{fetched}; without that, it gets general rules and a warning."
    return "An id that is not listed gets general rules and a warning." if provider.catalog.generic else "none"


def _callbacks(provider: Provider) -> str:
    words = _said(provider, "webhook") or "The vendor makes none."
    if provider.takes_no_webhook:
        words += f" <code>webhook_url</code> is refused: {escape(provider.takes_no_webhook)}."
    secrets = code(*(name for names in provider.webhook_secrets.alternatives for name in names))
    return f"{words} Its secret: {secrets}." if secrets else words


def _local(provider: Provider) -> str:
    inline, uploads = provider.inline_limit_bytes, provider.can("upload")
    if inline and uploads:
        return f"sent inline up to {inline / 1000:,.0f} kB, else uploaded"
    return "uploaded" if uploads else "sent inline, where the model takes that"


def _said(provider: Provider, capability: str) -> str:
    """What the provider itself says of a capability: the first paragraph of the method's docstring, as HTML."""
    if not provider.can(capability):
        return ""
    text = textwrap.dedent(getattr(type(provider), capability).__doc__ or "yes").strip().split("\n\n")[0]
    pieces = escape(" ".join(text.split())).split("``")
    return "".join(f"<code>{piece}</code>" if place % 2 else piece for place, piece in enumerate(pieces))


def count_of(provider: Provider, kind: str) -> str:
    """How many live models make a kind, in words: ``21``, ``18 (and 3 retired)``."""
    specs = [provider.catalog[id] for id in listed_ids(provider.catalog)]
    mine = [[way for way in spec.variants if way.kind == kind] for spec in specs]
    ended = [all(has_ended(spec, way) for way in ways) for spec, ways in zip(specs, mine, strict=True) if ways]
    return f"{ended.count(False)} (and {sum(ended)} retired)" if any(ended) else str(len(ended))


def has_ended(spec: ModelSpec, way: Variant) -> bool:
    """Whether a way to call a model is switched off."""
    return any(life is not None and life.has_ended() for life in (way.lifecycle, spec.lifecycle))


def _open(models: Mapping[str, ModelSpec]) -> Iterator[str]:
    """Tables of all models by what they make, then the parameters of each."""
    anchors = {id: slugify(id, "-") for id in models}
    for kind in ("video", "image"):
        mine = {id: spec for id, spec in models.items() if any(way.kind == kind for way in spec.variants)}
        if mine:
            yield f"## Models for {'video' if kind == 'video' else 'images'}"
            names = {id: f'<a href="#{anchors[id]}">{code(id)}</a>' for id in mine}
            yield model_table(mine, names, kind)
    without = {id: spec.uncallable for id, spec in models.items() if spec.uncallable}
    if without:
        yield "## Models that cannot be called"
        yield table(("model", "why"), [[code(id), escape(why)] for id, why in without.items()])
    yield "## Parameters"
    yield f"By model and way to call it: our fields, and where each goes on the wire. {_UNFOLD}"
    for id, spec in models.items():
        if spec.variants:
            yield f"### `{id}`"
            yield "\n".join(_parameters(spec))


def _folded(models: Mapping[str, ModelSpec]) -> Iterator[str]:
    """A fold for each family of ids, with the table of its models."""
    yield "## Models"
    yield (
        f"By the beginning of their ids. {_UNFOLD} `tarash models --mode image-to-video --resolution 1080p` searches "
        "them, and `tarash explain PROVIDER/MODEL` shows what one takes, each with its limits."
    )
    for family, ids in groupby(sorted(models), key=_family):
        mine = {id: models[id] for id in ids}
        modes = dict.fromkeys(mode for spec in mine.values() for mode in spec.modes)
        summary = f"{code(family)} {len(mine)}: {', '.join(modes)}"
        yield fold(summary, model_table(mine, {id: code(id) for id in mine}, None), searched=True)


def _family(id: str) -> str:
    return "/".join(id.split("/")[:2])


def model_table(models: Mapping[str, ModelSpec], names: Mapping[str, str], kind: str | None) -> str:
    """A row for each model and set of limits, without columns that would be empty."""
    rows = [[names[id], *cells] for id, spec in models.items() for cells in _rows(spec, kind)]
    heads = ("model", "modes", *_LIMITS.values(), "price", "lifecycle")
    filled = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    return table([heads[place] for place in filled], [[row[place] for place in filled] for row in rows])


def _rows(spec: ModelSpec, kind: str | None) -> Iterator[list[str]]:
    """The cells of the ways to call a model; those that are alike but for their modes are one row."""
    found: dict[tuple[str, ...], list[str]] = {}
    for way in spec.variants:
        if kind in (None, way.kind):
            limits = (limit(way, name) for name in _LIMITS)
            price, life = price_words(way.price or spec.price), life_words((way.lifecycle, spec.lifecycle))
            found.setdefault((*limits, price, life), []).extend(way.modes)
    for cells, modes in found.items():
        yield [escape(cell) for cell in (", ".join(dict.fromkeys(modes)), *cells)]


def _parameters(spec: ModelSpec) -> Iterator[str]:
    """A fold for each way to call a model; those that take the same are one."""
    found: dict[tuple[Any, ...], list[str]] = {}
    for way in spec.variants:
        rows = tuple(row for row in describe(way) if row.field)
        name = f"{', '.join(way.modes)}{f' ({way.surface})' if way.surface else ''}"
        found.setdefault(rows, []).append(name)
    heads = ("our field", "wire path", "takes", "default", "needed")
    for rows, names in found.items():
        cells = [
            [escape(row.field), code(row.path), escape(row.allowed), escape(row.default), "yes" * row.required]
            for row in rows
        ]
        yield fold(escape("; ".join(dict.fromkeys(names))), table(heads, cells))


def fold(summary: str, inner: str, searched: bool = False) -> str:
    """A line that opens, of HTML; kept out of the site's search unless ``searched``."""
    return f"<details{'' if searched else ' data-search-exclude'}><summary>{summary}</summary>\n{inner}\n</details>"


def table(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f"<th>{name}</th>" for name in heads)
    body = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>\n{body}\n</tbody></table>"


def code(*words: str) -> str:
    """Words as code, with commas between."""
    return ", ".join(f"<code>{escape(word)}</code>" for word in words)
