import { LATENCY_COLUMNS } from './ledger/latency.ts'

/**
 * The tables of a user's object; docs/storage.md describes each column. An object that nobody configured has none:
 * waking it for an unknown key leaves nothing behind.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE user (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    schema_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    cursor TEXT,
    rotations INTEGER NOT NULL DEFAULT 0,
    config_version INTEGER NOT NULL DEFAULT 0,
    snapshot_version INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE credentials (
    credential_id TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    type TEXT NOT NULL,
    upstream TEXT NOT NULL,
    label TEXT,
    project TEXT,
    location TEXT,
    quota_project TEXT,
    sealed_secret TEXT NOT NULL,
    quarantine TEXT,
    last_error TEXT,
    last_error_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE access_tokens (
    credential_id TEXT PRIMARY KEY,
    sealed_token TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE cooldowns (
    credential_id TEXT NOT NULL,
    model TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    cause TEXT NOT NULL,
    dimension TEXT NOT NULL,
    evidence TEXT NOT NULL,
    strikes INTEGER NOT NULL,
    PRIMARY KEY (credential_id, model)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE attempts (
    credential_id TEXT NOT NULL,
    model TEXT NOT NULL,
    ok INTEGER NOT NULL,
    client_fault INTEGER NOT NULL,
    credential_fault INTEGER NOT NULL,
    quota INTEGER NOT NULL,
    upstream_fault INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    tool_use_tokens INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (credential_id, model)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE ledger (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    ok INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    life TEXT NOT NULL,
    granted INTEGER NOT NULL,
    open TEXT NOT NULL,
    lost_leases TEXT NOT NULL
  ) STRICT;
  CREATE TABLE past_lives (
    life TEXT PRIMARY KEY,
    granted INTEGER NOT NULL,
    open TEXT NOT NULL,
    lost_leases TEXT NOT NULL,
    forget_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE open_leases (
    lease_id TEXT PRIMARY KEY,
    credential_id TEXT NOT NULL,
    model TEXT NOT NULL,
    counted_as TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    deadline INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // Quota belongs to Google's project, not to the credential. Cooldowns are forgotten: a 429 will tell them again.
  `
  DROP TABLE cooldowns;
  CREATE TABLE buckets (
    principal TEXT NOT NULL,
    model TEXT NOT NULL,
    dimension TEXT NOT NULL,
    closed_at INTEGER NOT NULL,
    until INTEGER NOT NULL,
    retest_at INTEGER,
    evidence TEXT NOT NULL,
    strikes INTEGER NOT NULL,
    PRIMARY KEY (principal, model, dimension)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE model_faults (
    credential_id TEXT NOT NULL,
    model TEXT NOT NULL,
    cause TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (credential_id, model)
  ) STRICT, WITHOUT ROWID;
  `,
  // How a user may use the ring, and how each credential takes part in it.
  `
  ALTER TABLE user ADD COLUMN settings TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE user ADD COLUMN deleted_at INTEGER;
  ALTER TABLE credentials ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE credentials ADD COLUMN models TEXT;
  ALTER TABLE credentials ADD COLUMN paused_until INTEGER;
  `,
  // What limits count, in the row that every flush writes anyway.
  `
  ALTER TABLE ledger ADD COLUMN meter TEXT NOT NULL DEFAULT '{}';
  `,
  // Use by minute, hour and day. Earlier counts cannot be split by time, so they stay only in `attempts`.
  `
  ALTER TABLE attempts ADD COLUMN running_minute TEXT;
  CREATE TABLE rollups (
    span_ms INTEGER NOT NULL,
    start INTEGER NOT NULL,
    credential_id TEXT NOT NULL,
    model TEXT NOT NULL,
    ok INTEGER NOT NULL,
    client_fault INTEGER NOT NULL,
    credential_fault INTEGER NOT NULL,
    quota INTEGER NOT NULL,
    upstream_fault INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL,
    tool_use_tokens INTEGER NOT NULL,
    PRIMARY KEY (span_ms, start, credential_id, model)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE rollups_folded (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    until INTEGER NOT NULL
  ) STRICT;
  `,
  // The page where the owner of an account verifies it, as Google named it in the refusal.
  `
  ALTER TABLE credentials ADD COLUMN quarantine_link TEXT;
  `,
  // A long request keeps its place among the limits, even if the object's memory is lost.
  `
  ALTER TABLE open_leases ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
  ALTER TABLE open_leases ADD COLUMN reserved_tokens INTEGER NOT NULL DEFAULT 0;
  `,
  // Which keys are valid for the user. For users of earlier versions the digest of the key is the user's id.
  `
  ALTER TABLE user ADD COLUMN keys TEXT;
  `,
  // Signatures of function calls that a later turn must bring back, for clients that drop them.
  `
  CREATE TABLE call_signatures (
    call_id TEXT PRIMARY KEY,
    model TEXT NOT NULL,
    upstream TEXT NOT NULL,
    signature TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // Who did what. `operation`, `act` and `subject` serve to find a repetition, and are not part of the chain.
  `
  CREATE TABLE audit (
    seq INTEGER PRIMARY KEY,
    line TEXT NOT NULL,
    hash TEXT NOT NULL,
    operation TEXT,
    act TEXT NOT NULL,
    subject TEXT
  ) STRICT;
  CREATE TABLE audit_ends (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    anchor_seq INTEGER NOT NULL,
    anchor_hash TEXT,
    head_seq INTEGER NOT NULL,
    head_hash TEXT NOT NULL
  ) STRICT;
  `,
  // Whose row it is, since an object is not always woken by its name. The snapshot is written anew with it.
  `
  ALTER TABLE user ADD COLUMN user_id TEXT;
  UPDATE user SET config_version = config_version + 1;
  `,
  // Which credential knows a thing at Google: files, cached contents, batches, interactions, tokens of long answers.
  `
  CREATE TABLE pins (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  `,
  // What attempts cost and took, requests over time, and what the totals object knows. For earlier attempts: tokens.
  `
  ALTER TABLE attempts ADD COLUMN cost_nano INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE attempts ADD COLUMN unpriced INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE attempts ADD COLUMN searches INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE attempts ADD COLUMN latency TEXT;
  ALTER TABLE attempts ADD COLUMN upstream TEXT NOT NULL DEFAULT '';
  UPDATE attempts SET upstream = COALESCE(
    (SELECT upstream FROM credentials WHERE credentials.credential_id = attempts.credential_id), '');
  ${['cost_nano', 'unpriced', 'searches', ...LATENCY_COLUMNS]
    .map((column) => `ALTER TABLE rollups ADD COLUMN ${column} INTEGER NOT NULL DEFAULT 0;`)
    .join('\n  ')}
  CREATE TABLE request_rollups (
    span_ms INTEGER NOT NULL,
    start INTEGER NOT NULL,
    ok INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    PRIMARY KEY (span_ms, start)
  ) STRICT, WITHOUT ROWID;
  ALTER TABLE ledger ADD COLUMN running_requests TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE ledger ADD COLUMN tallies TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE ledger ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE user ADD COLUMN life TEXT NOT NULL DEFAULT '';
  ALTER TABLE user ADD COLUMN pushed_version INTEGER NOT NULL DEFAULT -1;
  ALTER TABLE user ADD COLUMN recent TEXT;
  ALTER TABLE user ADD COLUMN shared TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE open_leases ADD COLUMN reserved_cost_nano INTEGER NOT NULL DEFAULT 0;
  UPDATE user SET life = lower(hex(randomblob(8)));
  `,
  // The newest requests: the latest in the ledger's row, the others in rows of several.
  `
  ALTER TABLE ledger ADD COLUMN recent TEXT;
  ALTER TABLE user DROP COLUMN recent;
  CREATE TABLE recent_requests (
    slot INTEGER PRIMARY KEY,
    entries TEXT NOT NULL
  ) STRICT;
  `,
  // The type of a file, for clients that name it by its id alone.
  `
  ALTER TABLE pins ADD COLUMN mime_type TEXT;
  ALTER TABLE pins ADD COLUMN purpose TEXT;
  `,
  // What a batch used is known only when its answers are there. The use of earlier batches stays uncounted.
  `
  ALTER TABLE pins ADD COLUMN uncounted_model TEXT;
  `,
  // What is done from time to time, also by an object that sleeps between its requests.
  `
  ALTER TABLE user ADD COLUMN pushed_at INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE user ADD COLUMN pruned_at INTEGER NOT NULL DEFAULT 0;
  `,
  // Which leases of an earlier life are in the limits' counts.
  `
  ALTER TABLE past_lives ADD COLUMN metered INTEGER NOT NULL DEFAULT 0;
  UPDATE past_lives SET metered = granted;
  `,
]
