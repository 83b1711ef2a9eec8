"""The original's names for speech: they can be imported, and say on use that sound is out of scope."""

from __future__ import annotations

from typing import Any, NoReturn

from tarash_core.errors import ValidationError

OUT_OF_SCOPE = (
    "Tarash makes videos and images; making speech and other sound is out of its scope, "
    "so call the vendor's own client."
)


def _refuse(*given: Any, **fields: Any) -> NoReturn:
    raise ValidationError(OUT_OF_SCOPE)


class _Audio:
    """A value of the original that has no counterpart."""

    def __new__(cls, *given: Any, **fields: Any) -> Any:
        """Refuses with the sentence.

        Raises:
            ValidationError: Always.
        """
        _refuse()


class AudioGenerationConfig(_Audio):
    """Out of scope."""


class AudioOutputFormat(_Audio):
    """Out of scope."""


class TTSRequest(_Audio):
    """Out of scope."""


class TTSResponse(_Audio):
    """Out of scope."""


class TTSUpdate(_Audio):
    """Out of scope."""


class STSRequest(_Audio):
    """Out of scope."""


class STSResponse(_Audio):
    """Out of scope."""


class STSUpdate(_Audio):
    """Out of scope."""


generate_tts = generate_tts_async = generate_sts = generate_sts_async = format_to_content_type = _refuse
