"""The plan: what would be sent, and why."""

from __future__ import annotations

from typing import Any

from tarash_core.catalog.lifecycle import check_lifecycle
from tarash_core.catalog.spec import ModelSpec
from tarash_core.errors import TarashException, ValidationError, complete
from tarash_core.fields.choosing import Chosen, Siblings, choose
from tarash_core.fields.desk import Context, Desk
from tarash_core.fields.payload import join_extra, unknown_extras, write_body
from tarash_core.fields.settling import settle
from tarash_core.fields.sources import read_request
from tarash_core.models.config import Policy
from tarash_core.models.notice import Notice
from tarash_core.models.plan import Plan
from tarash_core.models.request import Request


def make_plan(
    *,
    provider: str,
    model: str,
    spec: ModelSpec,
    request: Request,
    policy: Policy,
    surface: str | None = None,
    own_host: bool = True,
    allow_retired: bool = False,
    notices: tuple[Notice, ...] = (),
    siblings: Siblings | None = None,
) -> Plan:
    """The plan of one request to one model. It touches no network and no file, and changes none of its arguments.

    Args:
        provider: Canonical name of the provider.
        model: The model id as the caller wrote it.
        spec: What is known about the model.
        request: What the caller wants.
        policy: What happens to a value that the model cannot take.
        surface: The surface of the provider, where it has several.
        own_host: Whether the request goes to the vendor's own hosts, which alone the lifecycle binds.
        allow_retired: Send to a retired model all the same.
        notices: What is known beforehand; stands first in the plan.
        siblings: Gives models of the same line, for an error that names the one that fits.

    Raises:
        UnsupportedParameterError: The model cannot take a value; it names field, value and what is allowed.
        RetiredModelError: The model, or this way of calling it, is switched off.
        ValidationError: The model makes the other kind, or the request does not tell what to do.
    """
    where = f"{provider}/{model}"
    hosts = {"own_host": own_host, "allow_retired": allow_retired}
    try:
        notes = [*notices, *check_lifecycle(spec.lifecycle, where, **hosts)]
        if spec.uncallable:
            raise ValidationError(f"{where} cannot be called: {spec.uncallable}.")
        asked = read_request(request)
        chosen = choose(spec, asked, where=where, model=model, provider=provider, surface=surface, siblings=siblings)
        where = f"{where} ({chosen.mode})"
        notes += check_lifecycle(chosen.variant.lifecycle, where, **hosts)
        settled = settle(Context(chosen, asked, policy, provider, model, where))
        body = write_body(settled.writes)
        join_extra(body, chosen.variant, asked.extra, where)
        notes += settled.notices
        notes += unknown_extras(chosen.variant, asked.extra, where, policy)
    except TarashException as error:
        complete(error, provider=provider, model=model)
        raise
    return _plan(provider, model, spec, request, chosen, settled, body, tuple(notes), surface)


def _plan(
    provider: str,
    model: str,
    spec: ModelSpec,
    request: Request,
    chosen: Chosen,
    settled: Desk,
    body: dict[str, Any],
    notices: tuple[Notice, ...],
    surface: str | None,
) -> Plan:
    variant = chosen.variant
    price = variant.price or spec.price
    return Plan(
        kind=variant.kind,
        provider=provider,
        model=model,
        variant=chosen.mode,
        endpoint=variant.endpoint_for(model),
        payload=body,
        body=variant.body,
        notices=notices,
        estimated_cost=price.estimate(settled.effective) if price else None,
        request=request,
        effective=settled.effective,
        surface=variant.surface or surface,
        settings={**spec.settings, **variant.settings},
    )
