"""What a catalogue knows of a model, in words: its price, its life, the models of every provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tarash_core.catalog.lifecycle import Lifecycle
    from tarash_core.catalog.price import Price
    from tarash_core.models.cost import Cost

_UNITS = {"usd_per_second": "s", "usd_per_output": "output", "usd_per_megapixel": "MP", "usd_per_job": "job"}


def counted(number: int, noun: str) -> str:
    """A number of things: ``1 model``, ``2 models``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def dollars(amount: Any) -> str:
    """An amount as people write it: ``$3.20``, ``$0.0125``."""
    from decimal import Decimal

    exact = Decimal(str(amount))
    cents = exact.quantize(Decimal("0.01"))
    return f"${cents if cents == exact else exact.normalize():f}"


def cost_words(cost: Cost | None) -> str:
    """What a job should cost, and by which day's prices; ``not known`` where nobody tells."""
    if cost is None or cost.usd is None:
        return "not known" if cost is None else f"{cost.amount} {cost.unit}"
    return dollars(cost.usd) + (f" by the prices of {cost.as_of}" if cost.as_of else "")


def price_words(price: Price | None) -> str:
    """A price list in short: ``$0.40/s``, or ``from $0.20/s`` where it hangs on values."""
    if price is None:
        return ""
    amounts = ((getattr(price, name), unit) for name, unit in _UNITS.items())
    return " + ".join(_rate(amount, unit) for amount, unit in amounts if amount is not None)


def _rate(amount: Any, unit: str) -> str:
    if isinstance(amount, Mapping):
        return f"from {dollars(min(amount.values()))}/{unit}"
    return f"{dollars(amount)}/{unit}"


def life_words(lives: Sequence[Lifecycle | None]) -> str:
    """What matters of a model's life and that of one way to call it: its end, its leaving, or nothing."""
    known = [life for life in lives if life is not None]
    ended = next((life for life in known if life.ends is not None), None)
    if ended is not None:
        word = "retired" if ended.has_ended() else "retires"
        return f"{word} {ended.ends}" + (f", use {ended.replacement}" if ended.replacement else "")
    left = next((life.delisted for life in known if life.delisted is not None), None)
    return f"delisted {left}" if left else ""


def history_words(lives: Sequence[Lifecycle | None]) -> str:
    """All that is known of it: when it was listed, its end, and who says so."""
    known = [life for life in lives if life is not None]
    listed = next((f"listed {life.listed}" for life in known if life.listed), "")
    said = next((f"checked {life.checked}" for life in known if life.checked), "")
    source = next((f"source: {life.source}" for life in known if life.source), "")
    return "; ".join(filter(None, (listed, life_words(known), said, source))) or "not known"


def plain_life(life: Lifecycle | None) -> dict[str, Any] | None:
    """The dates as JSON; None where none is known."""
    if life is None:
        return None
    names = ("listed", "delisted", "retires", "retired", "replacement", "source", "checked")
    values = ((name, getattr(life, name)) for name in names)
    return {name: value if isinstance(value, str) else value.isoformat() for name, value in values if value is not None}


def provider_names(asked: Sequence[str]) -> Iterator[str]:
    """The canonical names of the providers asked for, or of all that are installed; a broken one is told of.

    Raises:
        ProviderNotInstalledError: One that is asked for is not installed.
    """
    from tarash_core.plugins.loader import installed_providers, load_provider

    if asked:
        yield from dict.fromkeys(load_provider(name).name for name in asked)
        return
    import click

    for info in installed_providers(check=True):
        if info.kind == "provider" and info.failure:
            click.echo(f"Note: {info.name} cannot be used: {' '.join(info.failure.split())}", err=True)
        elif info.kind == "provider" and not info.switched_off_by:
            yield info.name
