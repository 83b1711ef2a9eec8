"""A model as data: the ways to call it, each with its fields, and what is known about its life and price."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from tarash_core.catalog.lifecycle import Lifecycle
from tarash_core.catalog.price import Price
from tarash_core.errors import ValidationError
from tarash_core.fields import names
from tarash_core.fields.layout import Layout, layout_of
from tarash_core.fields.mapper import FieldMapper
from tarash_core.fields.rules import Rule
from tarash_core.models.job import Kind
from tarash_core.models.request import MODES


def _modes(given: Iterable[str]) -> tuple[str, ...]:
    """The modes in the one order in which they are always told."""
    asked = (given,) if isinstance(given, str) else tuple(given)
    unknown = [mode for mode in asked if mode not in MODES]
    if unknown or not asked:
        raise ValidationError(f"modes must be some of {', '.join(MODES)}, not {', '.join(unknown) or 'none'}.")
    return tuple(mode for mode in MODES if mode in asked)


def _own_copy(fields: Mapping[str, FieldMapper]) -> Mapping[str, FieldMapper]:
    return dict(fields)


def _known(given: Iterable[str] | None) -> frozenset[str] | None:
    return None if given is None else frozenset(given)


def _as_rules(given: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(given)


@frozen(kw_only=True)
class Variant:
    """One way to call a model.

    Attributes:
        modes: What it does, in the closed list of modes; all of one kind.
        endpoint: Path or id that the request goes to; ``{model}`` is the model's id, which stands alone when empty.
        fields: A mapper for each wire path.
        body: ``json`` or ``multipart``.
        rules: Rules between the fields.
        surface: Which surface of the vendor's API has it, where there are several; None for all.
        fixed: Values by our names that this way always has and that cannot be chosen.
        parameters: Every wire name (dotted where nested) of the published schema; None where no schema is known.
            Other keys in ``extra_params`` get a did-you-mean.
        settings: Anything for the provider's own use.
        lifecycle: Dates of this way alone.
        price: Price of this way; that of the model when None.
    """

    modes: tuple[str, ...] = field(converter=_modes)
    endpoint: str = ""
    fields: Mapping[str, FieldMapper] = field(converter=_own_copy, hash=False)
    body: str = "json"
    rules: tuple[Rule, ...] = field(default=(), converter=_as_rules)
    surface: str | None = None
    fixed: Mapping[str, Any] = field(factory=dict, hash=False)
    parameters: frozenset[str] | None = field(default=None, converter=_known)
    settings: Mapping[str, Any] = field(factory=dict, hash=False)
    lifecycle: Lifecycle | None = None
    price: Price | None = None
    _layout: Layout | None = field(default=None, init=False, eq=False, hash=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if len({mode in names.VIDEO_MODES for mode in self.modes}) > 1:
            raise ValidationError(f"A variant makes videos or images, not both: {', '.join(self.modes)}.")
        if self.body not in ("json", "multipart"):
            raise ValidationError(f"body must be 'json' or 'multipart', not {self.body!r}.")

    @property
    def kind(self) -> Kind:
        """``video`` or ``image``."""
        return "video" if self.modes[0] in names.VIDEO_MODES else "image"

    @property
    def layout(self) -> Layout:
        """The fields, read once: paths parsed, sources known."""
        if self._layout is None:
            object.__setattr__(self, "_layout", layout_of(self.fields, self.kind))
        assert self._layout is not None
        return self._layout

    def endpoint_for(self, model: str) -> str:
        """The endpoint with the model's id in it."""
        return self.endpoint.replace("{model}", model) if self.endpoint else model


def _variants(given: Any) -> tuple[Variant, ...]:
    return (given,) if isinstance(given, Variant) else tuple(given)


@frozen(kw_only=True)
class ModelSpec:
    """A model.

    Attributes:
        variants: The ways to call it.
        lifecycle: Dates of the model.
        price: Its price, where a variant has none of its own.
        family: Whether the id also stands for longer ids on a boundary: ``minimax/`` for any MiniMax model,
            ``owner/name`` for any ``owner/name:<hash>``.
        title: Its name for people.
        settings: Anything for the provider's own use; a variant's settings go over it.
        uncallable: Why a model that the vendor has cannot be called, and what to use instead; it needs no variant then.
    """

    variants: tuple[Variant, ...] = field(converter=_variants)
    lifecycle: Lifecycle | None = None
    price: Price | None = None
    family: bool = False
    title: str = ""
    settings: Mapping[str, Any] = field(factory=dict, hash=False)
    uncallable: str = ""

    def __attrs_post_init__(self) -> None:
        if not self.variants and not self.uncallable:
            raise ValidationError("A ModelSpec needs at least one Variant, or uncallable= with the reason.")

    @property
    def modes(self) -> tuple[str, ...]:
        """Everything it does, in the order of the list of modes."""
        found = {mode for variant in self.variants for mode in variant.modes}
        return tuple(mode for mode in MODES if mode in found)
