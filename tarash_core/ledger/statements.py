"""The SQL of the ledger. A state after which nothing more happens is never written over.

What every purchase writes, ``PUT``, ``ACCEPT`` and ``DELIVER``, takes its values by position, which costs less than
binding them by name. The marks have no numbers: Python 3.12.1 warns of numbered ones.
"""

_ENDED = "('succeeded', 'failed', 'cancelled', 'expired')"

LISTED = """
SELECT * FROM jobs WHERE :states IS NULL OR state IN (SELECT value FROM json_each(:states))
ORDER BY created_at DESC, rowid DESC LIMIT :most
"""

NAMED = "SELECT * FROM jobs WHERE job_id = ? OR attempt LIKE ? ESCAPE '\\' ORDER BY created_at DESC, rowid DESC"

ONE = "SELECT * FROM jobs WHERE attempt = ?"

EQUAL = """
SELECT * FROM jobs
WHERE ended_at IS NULL AND fingerprint = ? AND payer = ? AND attempt <> ?
ORDER BY created_at, rowid
"""

SPENT = """
SELECT COALESCE(SUM(COALESCE(cost_usd, estimate, 0)), 0) FROM jobs
WHERE created_at > ? AND attempt <> ? AND charged <> 'no'
"""

PUT = """
INSERT INTO jobs (
    attempt, provider, model, kind, variant, account, payer, fingerprint, idempotency_key, state, estimate, charged,
    process, created_at, updated_at
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (attempt) DO UPDATE SET
    state = excluded.state, charged = excluded.charged, process = excluded.process, updated_at = excluded.updated_at
WHERE state IN ('claimed', 'intent')
"""

ACCEPT = """
UPDATE jobs SET
    state = ?, charged = ?, job_id = ?, receipt = ?, estimate = COALESCE(?, estimate),
    accepted_at = ?, updated_at = ?, ended_at = ?, handed_over_at = ?
WHERE attempt = ? AND state = 'intent'
"""

DELIVER = """
UPDATE jobs SET
    state = 'succeeded', charged = ?, cost = COALESCE(?, cost), cost_usd = COALESCE(?, cost_usd),
    error_type = NULL, error_message = NULL, process = ?, updated_at = ?,
    ended_at = COALESCE(ended_at, ?), handed_over_at = COALESCE(handed_over_at, ?)
WHERE attempt = ? AND job_id = ? AND state NOT IN ('failed', 'cancelled', 'expired')
"""

_NOTED = """
UPDATE jobs SET
    state = :state, charged = :charged, cost = COALESCE(:cost, cost), cost_usd = COALESCE(:cost_usd, cost_usd),
    error_type = :error_type, error_message = :error_message, process = :process, updated_at = :now,
    ended_at = CASE WHEN :ended THEN COALESCE(ended_at, :now) END,
    handed_over_at = CASE WHEN :handed_over THEN COALESCE(handed_over_at, :now) ELSE handed_over_at END
"""
_GOES_ON = f"(state NOT IN {_ENDED} OR (state = 'succeeded' AND state = :state))"

NOTE = f"{_NOTED} WHERE provider = :provider AND job_id = :job_id AND {_GOES_ON}"

NOTE_OWN = f"{_NOTED} WHERE attempt = :attempt AND job_id = :job_id AND {_GOES_ON}"

FAIL = f"""
UPDATE jobs SET
    state = CASE WHEN state IN {_ENDED} THEN state ELSE :state END,
    charged = CASE WHEN state = 'succeeded' THEN charged ELSE :charged END,
    job_id = COALESCE(job_id, :job_id), receipt = COALESCE(receipt, :receipt),
    error_type = :error_type, error_message = :error_message, updated_at = :now,
    ended_at = CASE WHEN ended_at IS NULL AND :ended THEN :now ELSE ended_at END
WHERE attempt = :attempt
"""

PRUNE = f"""
DELETE FROM jobs
WHERE (state IN {_ENDED} AND ended_at < :before AND (state <> 'succeeded' OR handed_over_at IS NOT NULL))
OR (state = 'claimed' AND updated_at < :before)
"""

UNCLAIM = "DELETE FROM jobs WHERE attempt = ? AND state = 'claimed'"

FORGET = "DELETE FROM jobs WHERE attempt = ?"

HAND_OVER = """
UPDATE jobs SET handed_over_at = ?
WHERE provider = ? AND job_id = ? AND state = 'succeeded' AND handed_over_at IS NULL
"""
