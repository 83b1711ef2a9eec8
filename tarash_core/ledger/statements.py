"""The SQL of the ledger. A state after which nothing more happens is never written over.

What every purchase writes, ``PUT``, ``ACCEPT`` and ``DELIVER``, takes its values by position, which is half the work of
binding them by name.
"""

_ENDED = "('succeeded', 'failed', 'cancelled', 'expired')"

LISTED = """
SELECT * FROM jobs WHERE :states IS NULL OR state IN (SELECT value FROM json_each(:states))
ORDER BY created_at DESC, rowid DESC LIMIT :most
"""

NAMED = "SELECT * FROM jobs WHERE job_id = ?1 OR attempt LIKE ?2 ESCAPE '\\' ORDER BY created_at DESC, rowid DESC"

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
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?14)
ON CONFLICT (attempt) DO UPDATE SET
    state = excluded.state, charged = excluded.charged, process = excluded.process, updated_at = excluded.updated_at
WHERE state IN ('claimed', 'intent')
"""

ACCEPT = """
UPDATE jobs SET
    state = ?2, charged = ?3, job_id = ?4, receipt = ?5, estimate = COALESCE(?6, estimate),
    accepted_at = ?7, updated_at = ?7, ended_at = ?8, handed_over_at = ?8
WHERE attempt = ?1 AND state = 'intent'
"""

DELIVER = """
UPDATE jobs SET
    state = 'succeeded', charged = ?3, cost = COALESCE(?4, cost), cost_usd = COALESCE(?5, cost_usd),
    error_type = NULL, error_message = NULL, process = ?6, updated_at = ?7,
    ended_at = COALESCE(ended_at, ?7), handed_over_at = COALESCE(handed_over_at, ?7)
WHERE attempt = ?1 AND job_id = ?2 AND state NOT IN ('failed', 'cancelled', 'expired')
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
WHERE (state IN {_ENDED} AND ended_at < ?1 AND (state <> 'succeeded' OR handed_over_at IS NOT NULL))
OR (state = 'claimed' AND updated_at < ?1)
"""

FORGET = "DELETE FROM jobs WHERE attempt = ?"

TAKE_BACK = "UPDATE jobs SET handed_over_at = NULL WHERE attempt = ?"
