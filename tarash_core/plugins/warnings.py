"""How a broken plugin is told of: one line of warning, never a dead command."""

from __future__ import annotations


def warn(sentence: str, error: BaseException | None = None) -> None:
    """One line on the logger ``tarash.plugins``; the traceback of ``error`` only where debugging is on."""
    import logging

    from tarash_core.engine.redaction import redact_text

    logger = logging.getLogger("tarash.plugins")
    logger.warning("%s", redact_text(sentence))
    if error is not None:
        logger.debug("The traceback of it:", exc_info=error)
