"""Read by mypy and basedpyright, never run: a misspelt import."""

from tarash_core import generate_vidoe  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]

print(generate_vidoe)
