"""The versions of the packages: all share the minor version, the patch version is each one's own.

python .ci/release.py check                  what does not agree
python .ci/release.py minor                  0.1.3 -> 0.2.0, for all packages, with the ranges between them
python .ci/release.py patch tarash-fal ...   0.1.3 -> 0.1.4, for the packages named
python .ci/release.py notes                  the changes of the core's version, for the release page
"""

import argparse
import re
import sys
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

CORE = "tarash-core"
_VERSION = re.compile(r'^version = "(?P<version>\d+\.\d+\.\d+)"$', re.MULTILINE)
_RANGE = re.compile(r'"(?P<name>tarash-[a-z]+)(?P<extras>\[[^]]*\])?>=\d+\.\d+,<\d+\.\d+"')
_UNRELEASED = " (not released yet)"


@dataclass
class Package:
    """One distribution of this repository."""

    file: Path
    text: str

    @property
    def name(self) -> str:
        """Its name, such as ``tarash-fal``."""
        return str(tomllib.loads(self.text)["project"]["name"])

    @property
    def version(self) -> tuple[int, ...]:
        """Its version as numbers."""
        found = _VERSION.search(self.text)
        if found is None:
            raise SystemExit(f"{self.file} states no version like 0.1.0; write one.")
        return tuple(map(int, found["version"].split(".")))

    @property
    def ranges(self) -> list[str]:
        """What it asks of other packages of this repository."""
        return [found[0].strip('"') for found in _RANGE.finditer(self.text)]

    def set_version(self, version: tuple[int, ...]) -> None:
        """Writes another version."""
        self.text = _VERSION.sub(f'version = "{_dotted(version)}"', self.text, count=1)

    def set_ranges(self, minor: tuple[int, ...]) -> None:
        """Asks for a minor version of every other package of this repository."""
        wanted = _range(minor)
        self.text = _RANGE.sub(lambda found: f'"{found["name"]}{found["extras"] or ""}{wanted}"', self.text)


def _dotted(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))


def _range(minor: tuple[int, ...]) -> str:
    return f">={_dotted(minor)},<{_dotted((minor[0], minor[1] + 1))}"


def read(root: Path) -> dict[str, Package]:
    """Every package by its name, the core first."""
    files = [root / "pyproject.toml", *sorted(root.glob("plugins/*/pyproject.toml"))]
    packages = [Package(file, file.read_text("utf-8")) for file in files]
    return {package.name: package for package in packages}


def faults(packages: dict[str, Package], changelog: str) -> list[str]:
    """What does not agree, a sentence each."""
    core = packages[CORE].version
    found = []
    for name, package in packages.items():
        if package.version[:2] != core[:2]:
            found.append(f"{name} is {_dotted(package.version)}, which is not of the core's minor version.")
        found += [f"{name} asks for {r}." for r in package.ranges if not r.endswith(_range(core[:2]))]
    if section(changelog, core) is None:
        found.append(f"CHANGELOG.md has no section {_dotted(core)}.")
    return found


def section(changelog: str, version: tuple[int, ...]) -> str | None:
    """What changed in a version; None when the changelog does not know it."""
    start = rf"^## {re.escape(_dotted(version))}(?: [^\n]*)?$\n"
    found = re.search(start + r"(?P<body>.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    return found["body"].strip() if found else None


def raise_minor(packages: dict[str, Package]) -> None:
    """Gives every package the next minor version."""
    major, minor, *_ = packages[CORE].version
    for package in packages.values():
        package.set_version((major, minor + 1, 0))
        package.set_ranges((major, minor + 1))


def raise_patch(packages: dict[str, Package], names: list[str]) -> None:
    """Gives the packages named their next patch version.

    Raises:
        SystemExit: There is no such package.
    """
    for name in names:
        if name not in packages:
            raise SystemExit(f"There is no package {name}; there are {', '.join(packages)}.")
        *minor, patch = packages[name].version
        packages[name].set_version((*minor, patch + 1))


def dated(changelog: str, version: tuple[int, ...], today: date) -> str:
    """The changelog with the day of the release, and room for a version that it does not know yet."""
    title = f"## {_dotted(version)}"
    if section(changelog, version) is None:
        return changelog.replace("\n## ", f"\n{title}{_UNRELEASED}\n\n## ", 1)
    return changelog.replace(f"{title}{_UNRELEASED}", f"{title} ({today.isoformat()})", 1)


def tag_fault(tag: str, packages: dict[str, Package], changelog: str) -> str | None:
    """What is wrong with a tag, ``v0.1.0`` for all packages or ``tarash-fal-v0.1.1`` for one; None for nothing."""
    name, _, version = tag.rpartition("v")
    name = name.rstrip("-") or CORE
    if name not in packages:
        return f"The tag {tag} names no package; there are {', '.join(packages)}."
    stated = _dotted(packages[name].version)
    if version != stated:
        return f"The tag {tag} is not that of {name}, which is {stated}."
    if name == CORE and f"## {stated}{_UNRELEASED}" in changelog:
        return f"CHANGELOG.md calls {stated} not released yet; run: python .ci/release.py date"
    return None


def main(root: Path, arguments: list[str] | None = None) -> int:
    """Does what the command line says and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["check", "minor", "patch", "date", "tag", "notes"])
    parser.add_argument("names", nargs="*", metavar="NAME", help="the packages for a patch version, or the tag")
    asked = parser.parse_args(arguments)
    packages, log = read(root), root / "CHANGELOG.md"
    before = log.read_text("utf-8")
    if asked.action in ("check", "tag", "notes"):
        return _tell(asked.action, asked.names, packages, before)
    if asked.action == "minor":
        raise_minor(packages)
    elif asked.action == "patch":
        raise_patch(packages, asked.names)
    log.write_text(dated(before, packages[CORE].version, date.today()), "utf-8", newline="\n")
    for package in packages.values():
        package.file.write_text(package.text, "utf-8", newline="\n")
    print("\n".join(f"{name} {_dotted(package.version)}" for name, package in packages.items()))
    return 0


def _tell(action: str, names: list[str], packages: dict[str, Package], changelog: str) -> int:
    if action == "notes":
        print(section(changelog, packages[CORE].version) or "")
        return 0
    if action == "tag":
        lines = [fault for tag in names if (fault := tag_fault(tag, packages, changelog))]
    else:
        lines = faults(packages, changelog)
    print("\n".join(lines) or f"{len(packages)} packages agree on {_dotted(packages[CORE].version[:2])}.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).parents[1]))
