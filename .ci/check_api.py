"""Compares the public names with those of the last release: `python .ci/check_api.py`.

A name that a program may use keeps its place and its parameters within a minor version. When one has to change, the
version of the core says so first: `python .ci/release.py minor`.
"""

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import griffe

PUBLIC = ("", ".catalog", ".compat", ".errors", ".fields", ".ledger", ".plugins", ".testing")
"""The packages and modules of the core whose names are promised."""


def last_release(root: Path) -> str | None:
    """The tag of the last release before this commit; None when there is none yet."""
    command = ["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]
    told = subprocess.run(command, cwd=root, capture_output=True, text=True)
    return told.stdout.strip() or None


def version_of(text: str) -> str:
    """The version that a pyproject.toml states."""
    return str(tomllib.loads(text)["project"]["version"])


def at(tag: str, file: str, root: Path) -> str:
    """A file as it was at a tag."""
    shown = subprocess.run(["git", "show", f"{tag}:{file}"], cwd=root, capture_output=True, check=True)
    return shown.stdout.decode()


def promised(package: griffe.Object | griffe.Alias) -> Iterator[str]:
    """The paths of all public names: where they are exported, and where they are written."""
    for suffix in PUBLIC:
        module = package
        for part in filter(None, suffix.split(".")):
            module = module.members.get(part)
            if module is None:
                break
        else:
            yield from _names(module)


def _names(module: griffe.Object | griffe.Alias) -> Iterator[str]:
    for name, member in module.members.items():
        if name in module.exports if module.exports else not (name.startswith("_") or member.is_alias):
            yield member.path
            yield member.canonical_path


def breakages(old: griffe.Object | griffe.Alias, new: griffe.Object | griffe.Alias) -> list[str]:
    """What no longer works as it did, a line each."""
    public = set(promised(old))
    found = {
        breakage.explain(griffe.ExplanationStyle.ONE_LINE)
        for breakage in griffe.find_breaking_changes(old, new)
        if any(breakage.obj.path == path or breakage.obj.path.startswith(f"{path}.") for path in public)
    }
    return sorted(found)


def main(root: Path) -> int:
    """Prints what broke and returns the exit code."""
    tag = last_release(root)
    if tag is None:
        print("There is no release yet whose names could be broken.")
        return 0
    before = version_of(at(tag, "pyproject.toml", root)).split(".")
    now = version_of((root / "pyproject.toml").read_text("utf-8")).split(".")
    old = griffe.load_git("tarash_core", ref=tag, repo=root, resolve_aliases=True)
    new = griffe.load("tarash_core", search_paths=[root], resolve_aliases=True, try_relative_path=False)
    lines = breakages(old, new)
    print("\n".join(lines) or f"Every public name of {tag} is as it was.")
    if lines and before[:2] == now[:2]:
        print(f"{len(lines)} public names changed since {tag} within {'.'.join(now[:2])}: raise the minor version.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parents[1]))
