"""``tarash explain``: what a request would send to a model, and why; no key, no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from tarash_core.cli import completing
from tarash_core.cli.generate import OWN
from tarash_core.cli.image import SHAPE
from tarash_core.cli.options import PROFILE, PROMPT, Prompted, planning_options

if TYPE_CHECKING:
    from rich.table import Table

    from tarash_core.catalog.spec import ModelSpec, Variant
    from tarash_core.engine.fallback import Link, Refusal
    from tarash_core.fields.describe import FieldRow, PlanRow
    from tarash_core.models.job import Kind
    from tarash_core.models.plan import Plan

STAND_IN = "A red fox in fresh snow"
"""The prompt where none is given and the model needs one."""

_OF_VIDEOS = ("duration_seconds", "fps", "generate_audio", "first_frame", "last_frame", "video", "audio")
_OF_IMAGES = ("size", "quality")
_OPTIONS = (
    click.argument("model", required=False, type=PROMPT, shell_complete=completing.models),
    click.argument("prompt", required=False, type=PROMPT),
    click.option(
        "-m", "--model", "others", multiple=True, metavar="PROVIDER/MODEL", shell_complete=completing.models,
        help="Explain this model too, as one that is asked when those before it fail. May be repeated.",
    ),
    PROFILE,
    *OWN,
    *SHAPE,
)  # fmt: skip


_EXAMPLE = "\b\nExample:\n  tarash explain fal/fal-ai/veo3.1 --duration 7 --on-unsupported nearest"


@click.command(cls=Prompted, epilog=_EXAMPLE)
@planning_options(*_OPTIONS)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as JSON, with the exact payload.")
def explain(model: str | None, prompt: str | None, others: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """Show what a request would send to MODEL, and why; nothing is sent and no key is needed.

    The options are those of generate and image, and the prompt may also stand first with --model after it, as there.
    Without a PROMPT a made-up one stands in where the model needs one. With --profile leave out MODEL.
    """
    models, prompt = _asked(model, prompt, others, given["profile"])
    links = _links({**given, "models": models}, prompt)
    if as_json:
        import json

        click.echo(json.dumps(_as_json(links), default=repr, indent=2))
    else:
        _show(links)


def _asked(
    model: str | None, prompt: str | None, others: Sequence[str], profile: str | None
) -> tuple[tuple[str, ...], str | None]:
    """The models and the prompt; the first word is the prompt with a profile, or where --model names the model.

    Raises:
        UsageError: There is neither a model nor a profile, or both.
    """
    if profile is not None:
        if others or prompt is not None:
            raise click.UsageError("--profile names the models; leave out MODEL and --model, or the profile.")
        return (), model
    if others and prompt is None and not _is_target(model):
        return tuple(others), model
    if model is None:
        raise click.UsageError("Name a model, such as: tarash explain fal/fal-ai/veo3.1, or a profile.")
    return (model, *others), prompt


def _is_target(word: str | None) -> bool:
    return word is not None and "/" in word and not any(map(str.isspace, word))


def _links(given: Mapping[str, Any], prompt: str | None) -> Sequence[Link | Refusal]:
    """What each config makes of the request.

    Raises:
        TarashException: The first config refuses it, or all of them do.
    """
    from tarash_core.cli.options import CONFIG_FIELDS, config_of, request_of, targets_of
    from tarash_core.engine.fallback import links_of
    from tarash_core.engine.session import Session
    from tarash_core.errors import UnsupportedParameterError

    kind, session = _kind(targets_of(given), given), Session()
    wanted = dict(given)
    if kind == "image":
        wanted["n"] = wanted.pop("number_of_videos")
    config = config_of(kind, {**dict.fromkeys(CONFIG_FIELDS), "mock": False, "simulate": True, **given})
    try:
        return links_of(session, config, request_of(kind, {**wanted, "prompt": prompt}))
    except UnsupportedParameterError as error:
        if prompt is not None or error.field != "prompt":
            raise
    click.echo(f"Note: no PROMPT was given, so {STAND_IN!r} stands in for it.", err=True)
    return links_of(session, config, request_of(kind, {**wanted, "prompt": STAND_IN}))


def _kind(models: Sequence[str], given: Mapping[str, Any]) -> Kind:
    """The kind that the options are about; where they do not tell, the one that the first usable model makes."""
    from tarash_core.fields.names import VIDEO_MODES

    mode = given["mode"]
    videos = mode in VIDEO_MODES or any(given[name] is not None for name in _OF_VIDEOS)
    images = (mode is not None and mode not in VIDEO_MODES) or any(given[name] is not None for name in _OF_IMAGES)
    if videos != images:
        return "video" if videos else "image"
    kinds = {variant.kind for variant in _first_spec(models).variants}
    return "image" if kinds == {"image"} else "video"


def _first_spec(models: Sequence[str]) -> ModelSpec:
    """The spec of the first model whose provider is installed.

    Raises:
        ProviderNotInstalledError: No provider is.
    """
    from tarash_core.errors import ProviderNotInstalledError
    from tarash_core.models.config import split_target

    *before, last = models
    for model in before:
        try:
            return _spec(*split_target(model))
        except ProviderNotInstalledError:
            continue
    return _spec(*split_target(last))


def _spec(provider_name: str, model: str) -> ModelSpec:
    from tarash_core.catalog.lookup import find_model
    from tarash_core.plugins.loader import load_provider

    provider = load_provider(provider_name)
    return find_model(provider.name, provider.catalog, model).spec


def _show(links: Sequence[Link | Refusal]) -> None:
    from tarash_core.engine.fallback import Link

    for number, link in enumerate(links):
        if number:
            click.echo()
        if isinstance(link, Link):
            _show_plan(link.plan)
        else:
            click.echo(f"{link.config.provider}/{link.config.model}")
            click.echo(f"  skipped: {link.error}")


def _show_plan(plan: Plan) -> None:
    from tarash_core.cli import tables
    from tarash_core.fields.describe import describe, explain, variant_of

    spec = _spec(plan.provider, plan.model)
    variant = variant_of(plan, spec)
    rows = explain(plan, spec)
    click.echo(f"{plan.provider}/{plan.model}")
    for name, words in _facts(plan, spec, variant):
        click.echo(f"  {name:<10} {words}")
    for row in rows:
        if not row.field and not row.path and row.why:
            click.echo(f"  note       {row.why}")
    click.echo()
    sent = _sent(rows)
    if sent.row_count:
        tables.show(sent)
    else:
        click.echo("nothing is sent but the model's own defaults")
    left = [row for row in rows if row.path and not row.value]
    if left and variant is not None:
        click.echo()
        tables.show(_left(left, describe(variant)))


def _facts(plan: Plan, spec: ModelSpec, variant: Variant | None) -> Sequence[tuple[str, str]]:
    from tarash_core.cli.facts import cost_words, history_words

    return (
        ("endpoint", plan.endpoint + (f" on {plan.surface}" if plan.surface else "")),
        ("variant", f"{plan.variant}, {_choice(plan, spec)}"),
        ("cost", cost_words(plan.estimated_cost)),
        ("lifecycle", history_words((variant.lifecycle if variant else None, spec.lifecycle))),
    )


def _choice(plan: Plan, spec: ModelSpec) -> str:
    """Why this way of calling the model was chosen."""
    from tarash_core.fields import names
    from tarash_core.fields.sources import read_request

    here = (None, plan.surface)
    ways = [way for way in spec.variants if way.kind == plan.kind and (way.surface in here or plan.surface is None)]
    if plan.request.mode is not None:
        return "the mode that was asked for"
    if len(ways) == 1:
        return "the only way to call it"
    asked = read_request(plan.request)
    given = dict.fromkeys((*(source or names.ANY_IMAGE for source, _ in asked.images), *asked.media))
    media = "for " + " and ".join(map(names.words_of, given)) if given else "as no media are given"
    others = ", ".join(dict.fromkeys("/".join(way.modes) for way in ways if plan.variant not in way.modes))
    return f"{media}; other ways: {others or 'none'}"


def _sent(rows: Sequence[PlanRow]) -> Table:
    """What is sent, and what was given but is not sent."""
    from tarash_core.cli import tables

    table = tables.plain("our field", "wire path", "value", "why", title="sent")
    for row in rows:
        if row.value or (row.field and not row.path):
            table.add_row(row.field, row.path, row.value or "(not sent)", row.why)
    return table


def _left(rows: Sequence[PlanRow], known: Sequence[FieldRow]) -> Table:
    """What the model would take besides, and what it does without."""
    from tarash_core.cli import tables

    table = tables.plain("our field", "wire path", "takes", "without it", title="not given")
    by_path = {row.path: row for row in known}
    for row in rows:
        limits = by_path[row.path]
        table.add_row(row.field, row.path, limits.allowed, limits.default or row.why)
    return table


def _as_json(links: Sequence[Link | Refusal]) -> dict[str, Any]:
    """The first plan with those of its fallbacks, and the configs that are passed over."""
    from tarash_core.engine.fallback import Link

    plans = [_plan_as_json(link.plan) for link in links if isinstance(link, Link)]
    skipped = [
        {"provider": link.config.provider, "model": link.config.model, "error": str(link.error)}
        for link in links
        if not isinstance(link, Link)
    ]
    return {**plans[0], "fallbacks": plans[1:], "skipped": skipped}


def _plan_as_json(plan: Plan) -> dict[str, Any]:
    from tarash_core.cli.facts import plain_life

    spec = _spec(plan.provider, plan.model)
    names = ("provider", "model", "kind", "variant", "surface", "endpoint", "body", "payload", "effective")
    return {
        **{name: getattr(plan, name) for name in names},
        "notices": [{"code": it.code, "field": it.field, "message": it.message} for it in plan.notices],
        "estimated_cost": plan.estimated_cost.to_dict() if plan.estimated_cost else None,
        "lifecycle": plain_life(spec.lifecycle),
    }
