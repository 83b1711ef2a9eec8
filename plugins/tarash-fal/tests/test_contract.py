"""The contract, with every refusal of a purchase that the dossier (fal.md, section 6) documents."""

from tarash_fal import provider

from tarash_core.errors import (
    AuthenticationError,
    ContentModerationError,
    HTTPError,
    InsufficientCreditsError,
    RateLimitError,
)
from tarash_core.testing import Documented, ProviderContract

EXHAUSTED = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing."
INVALID = {"detail": [{"loc": ["body", "duration"], "msg": "Input should be '5'", "type": "literal_error"}]}
HTML = {"content-type": "text/html"}
NGINX = "<html><center>nginx</center></html>"
BUSY = {"detail": "None free", "error_type": "runner_scheduling_failure"}
LATE = {"detail": "Timed out", "error_type": "startup_timeout"}
SLOW, SOON = {"detail": "slow down"}, {"retry-after": "7"}
TWIN = {
    "prompt": None,
    "extra_params": {"character": {"avatar": "Abigail Office Front"}, "voice": {"type": "text"}},
}


class TestFal(ProviderContract):
    provider = provider
    samples = ("fal-ai/veo3.1", "fal-ai/flux/dev")
    requests = {f"fal-ai/heygen/avatar{number}/digital-twin": [TWIN] for number in (3, 4)}
    skip_models = {
        "cassetteai/video-sound-effects-generator": "it takes fal's own description of a file, an object of 14 facts."
    }
    documented_errors = (
        Documented("bad key", 401, {"detail": "Invalid key"}, AuthenticationError, says="Invalid key"),
        Documented("exhausted", 403, {"detail": EXHAUSTED}, InsufficientCreditsError, says="Exhausted balance"),
        Documented("top up", 403, {"detail": "User is locked. Reason: TOP_UP."}, InsufficientCreditsError),
        Documented("admin lock", 403, {"detail": "User is locked. Reason: Admin lock."}, AuthenticationError),
        Documented("402", 402, {"detail": "Payment required"}, InsufficientCreditsError),
        Documented("unknown app", 404, {"detail": 'Application "x" not found'}, HTTPError),
        Documented("unknown path", 404, {"error": "Error", "message": "Path /quality not found"}, HTTPError),
        Documented("validation", 422, INVALID, HTTPError, says="duration"),
        Documented("rate", 429, {"detail": "Too many", "error_type": "x"}, RateLimitError, retryable=True),
        Documented("slow down", 429, SLOW, RateLimitError, retryable=True, headers=SOON, retry_after_seconds=7),
        Documented("flagged", 422, {"detail": "The prompt was flagged."}, ContentModerationError),
        Documented("internal", 500, {"detail": "Internal", "error_type": "internal_error"}, HTTPError),
        Documented("no runner", 503, BUSY, HTTPError, retryable=True),
        Documented("no start", 504, LATE, HTTPError),
        Documented("fal's gateway", 502, NGINX, HTTPError, retryable=True, headers=HTML),
        Documented("some proxy", 502, "<html>Bad gateway</html>", HTTPError, charged="unknown", headers=HTML),
        Documented("flag yes", 500, {"detail": "x"}, HTTPError, retryable=True, headers={"x-fal-needs-retry": "1"}),
        Documented("flag no", 503, {"detail": "x"}, HTTPError, headers={"x-fal-retryable": "false"}),
    )
