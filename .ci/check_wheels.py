"""Checks what the built wheels hold: `python .ci/check_wheels.py FOLDER`."""

import sys
from configparser import ConfigParser
from pathlib import Path
from zipfile import ZipFile

SCAFFOLD = "tarash_core/_scaffold/"
"""Where the core keeps the template of a provider, whose tests come with it."""


def faults(wheel: Path) -> list[str]:
    """Returns what is wrong with one wheel, a sentence each."""
    package = wheel.name.split("-")[0]
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        entry_points = next((archive.read(name).decode() for name in names if name.endswith("/entry_points.txt")), "")
    found = [] if f"{package}/py.typed" in names else ["it has no py.typed"]
    found += [f"it holds {name}" for name in names if not _belongs(name, package)]
    if package == "tarash_core" and f"{SCAFFOLD}cookiecutter.json" not in names:
        found.append("it has no template of a provider")
    return found + _entry_point_faults(package, entry_points)


def _belongs(name: str, package: str) -> bool:
    top, *rest = name.split("/")
    if name.startswith(SCAFFOLD):
        return package == "tarash_core"
    return (top == package or top.endswith(".dist-info")) and "tests" not in rest and "conftest.py" not in rest


def _entry_point_faults(package: str, text: str) -> list[str]:
    parser = ConfigParser(delimiters=("=",))
    parser.optionxform = str
    parser.read_string(text)
    if package == "tarash_core":
        group, wanted = "console_scripts", {"tarash": "tarash_core.cli:main"}
    else:
        group, wanted = "tarash.providers", {package.removeprefix("tarash_"): f"{package}:provider"}
    present = dict(parser[group]) if parser.has_section(group) else {}
    return [] if present == wanted else [f"its entry points {group} are {present}, not {wanted}"]


def main(folder: Path) -> int:
    """Prints every fault and returns the exit code."""
    root = Path(__file__).parents[1]
    wanted = {"tarash_core", *(path.parent.name.replace("-", "_") for path in root.glob("plugins/*/pyproject.toml"))}
    wheels = sorted(folder.glob("*.whl"))
    built = {wheel.name.split("-")[0] for wheel in wheels}
    lines = [f"{wheel.name}: {fault}" for wheel in wheels for fault in faults(wheel)]
    lines += [f"{name}: no wheel was built" for name in sorted(wanted - built)]
    print("\n".join(lines) or f"{len(wheels)} wheels hold what they should: {', '.join(sorted(built))}")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
