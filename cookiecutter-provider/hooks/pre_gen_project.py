"""Refuses answers that no package can be made of; ``tarash new-provider`` asks the same function."""

import keyword
import re
import sys

PUBLISHED = {
    "fal": "fal",
    "fal_ai": "fal",
    "google": "veo",
    "kling": "kling",
    "klingai": "kling",
    "luma": "luma",
    "luma_agents": "luma",
    "lumaai": "luma",
    "openai": "sora",
    "replicate": "replicate",
    "runway": "runway",
    "runwayml": "runway",
    "sora": "sora",
    "stability": "stability",
    "veo": "veo",
}
"""The names and aliases of the providers that Tarash publishes, with the provider that has each."""

RESERVED = {"all_providers", "cli", "core", "media", "mock", "new_provider", "provider", "simulate", "tarash", "webhooks"}
"""Names that mean something else in Tarash."""

LONGEST = {"name": 24, "title": 40, "author": 60}


def fault(question: str, answer: str) -> "str | None":
    """What is wrong with an answer, as one sentence with the way out; None where nothing is.

    Args:
        question: ``name``, ``title`` or ``author``.
        answer: The answer.
    """
    if question in LONGEST and len(answer) > LONGEST[question]:
        return f"The {question} may have at most {LONGEST[question]} characters, not {len(answer)}; choose a shorter one."
    if question == "name":
        return _fault_of_name(answer)
    return _fault_of_text(question, answer) if question in LONGEST else None


def _fault_of_name(name: str) -> "str | None":
    known = name.lower().replace("-", "_").replace(".", "_")
    if known in PUBLISHED:
        return f"{name!r} is a name of Tarash's own provider {PUBLISHED[known]}; choose another."
    if known in RESERVED:
        return f"{name!r} has a meaning of its own in Tarash; choose another name."
    if keyword.iskeyword(known):
        return f"{name!r} is a word of Python; choose another name."
    if known.startswith("tarash_"):
        return f"The package is called tarash-<name>; leave 'tarash' out and answer {known[len('tarash_'):]!r}."
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        return f"A name is made of a-z, 0-9 and single _ within it, and begins with a letter, such as acme, not {name!r}."
    return None


def _fault_of_text(question: str, text: str) -> "str | None":
    if not text.strip() or text != text.strip():
        return f"The {question} must not be empty, nor begin or end with a space."
    if found := re.search(r"""["\\{}<>|$`\x00-\x1f\x7f]""", text):
        return f"The {question} is written into code, where {found[0]!r} would break it; leave it out."
    return None


if __name__ == "__main__":
    answers = {
        "name": {{ cookiecutter.name | jsonify }},
        "title": {{ cookiecutter.title | jsonify }},
        "author": {{ cookiecutter.author | jsonify }},
    }
    faults = [fault(question, answer) for question, answer in answers.items()]
    sys.exit(next(filter(None, faults), None))
