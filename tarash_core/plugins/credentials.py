"""Which variables hold a vendor's key, and the key itself."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen


@frozen(init=False)
class Credentials:
    """The ways in which a provider can be given its key.

    Each alternative is one variable of the environment, or several that are needed together:
    ``Credentials("FAL_KEY", ("FAL_KEY_ID", "FAL_KEY_SECRET"))``.

    Attributes:
        alternatives: The variables, the usual way first.
        optional: True where the provider also works without a key.
    """

    alternatives: tuple[tuple[str, ...], ...]
    optional: bool

    def __init__(self, *alternatives: str | tuple[str, ...], optional: bool = False) -> None:
        groups = tuple((names,) if isinstance(names, str) else tuple(names) for names in alternatives)
        self.__attrs_init__(groups, optional)

    def describe(self) -> str:
        """The variables as a phrase, such as ``FAL_KEY, or FAL_KEY_ID and FAL_KEY_SECRET``; only what suffices."""
        enough = (
            names for names in self.alternatives if not any(set(other) < set(names) for other in self.alternatives)
        )
        return ", or ".join(" and ".join(names) for names in enough)

    def find(self, variables: Mapping[str, str]) -> Credential | None:
        """The first alternative whose variables are all set; a single variable is the key itself."""
        for names in self.alternatives:
            values = {name: variables.get(name, "").strip() for name in names}
            if names and all(values.values()):
                return Credential(api_key=values[names[0]] if len(names) == 1 else None, secrets=values)
        return None


@frozen(kw_only=True)
class Credential:
    """A key in use. Only ``Provider.authorize`` and ``Provider.webhook`` ever see one.

    Attributes:
        api_key: The key, where the vendor has a single one.
        secrets: All secrets by the vendor's variable name.
    """

    api_key: str | None = field(default=None, repr=False)
    secrets: Mapping[str, str] = field(factory=dict, repr=False)

    def values(self) -> tuple[str, ...]:
        """Every secret text, for the redactor."""
        return tuple(text for text in (self.api_key, *self.secrets.values()) if text)
