"""Removes what this kind of provider does not need."""

import shutil
from pathlib import Path

PACKAGE = Path("src", "{{ cookiecutter.__package }}")

if "{{ cookiecutter.api }}" == "synchronous":
    (PACKAGE / "jobs.py").unlink()

# Installing the template may compile it, and cookiecutter copies what is compiled.
for folder in list(Path().rglob("__pycache__")):
    shutil.rmtree(folder)
