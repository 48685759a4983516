/**
 * The shapes of answers. The compiler compares them with the types that the code answers with, and
 * test/routes/openapi.test.ts compares them with real answers.
 */
import * as v from 'valibot'
import { REASONING_FORMATS } from '../src/gemini/reasoning.ts'
import { UPSTREAMS } from '../src/gemini/upstreams.ts'
import type { OpenAIError } from '../src/dialects/openai/family.ts'
import type { HeldToken } from '../src/wire/tokens.ts'
import type { AuditPage } from '../src/wire/audit.ts'
import type { CredentialDescription, KeyDescription, UserDescription } from '../src/wire/user.ts'
import type { UserLine } from '../src/wire/users.ts'
import type { ForkAnswer } from '../src/wire/fork-import.ts'
import type { Session } from '../src/wire/session.ts'
import type { Explanation } from '../src/wire/explanation.ts'
import type { KeyInfo } from '../src/wire/key-info.ts'
import { MODES } from '../src/objects/config/user-settings.ts'
import { additionBody, credentialFile } from '../src/routes/admin/credential-schema.ts'
import { stats } from './stats.ts'
import type { Verification } from '../src/upstreams/verify.ts'

/** The schema must describe at least what the type has. */
function describing<T>() {
  return <const Schema extends v.GenericSchema<unknown, T>>(schema: Schema): Schema => schema
}

const text = v.string()
const orNull = v.nullable(text)
const count = v.nullable(v.pipe(v.number(), v.integer()))
const whole = v.pipe(v.number(), v.integer())
const time = v.pipe(text, v.isoTimestamp())
const status = v.literal('ok')
const next = v.nullable(text)
const types = ['authorized_user', 'service_account', 'api_key'] as const

const error = describing<OpenAIError>()(
  v.object({
    error: v.object({ message: text, type: text, param: orNull, code: orNull }),
  }),
)

const limits = v.object({
  max_concurrency: count,
  requests_per_minute: count,
  tokens_per_minute: count,
  requests_per_day: count,
  tokens_per_day: count,
  total_tokens: count,
  usd_per_day: v.nullable(v.number()),
  usd_per_month: v.nullable(v.number()),
  usd_total: v.nullable(v.number()),
})

const credential = describing<CredentialDescription>()(
  v.object({
    id: v.pipe(text, v.description('A fingerprint of user and secret; never the secret')),
    position: whole,
    type: v.picklist(types),
    upstream: v.picklist(UPSTREAMS),
    label: orNull,
    project: orNull,
    location: orNull,
    priority: whole,
    models: v.nullable(v.array(text)),
    paused_until: v.nullable(time),
    quarantine_reason: orNull,
    quarantine_link: orNull,
    created_at: time,
    updated_at: time,
  }),
)

const key = describing<KeyDescription>()(
  v.object({ hint: orNull, created_at: time, ends_at: v.nullable(time) }),
)

const user = describing<UserDescription>()(
  v.object({
    id: text,
    created_at: time,
    config_version: whole,
    keys: v.array(key),
    label: orNull,
    mode: v.picklist(MODES),
    affinity: v.boolean(),
    disabled: v.boolean(),
    expires_at: v.nullable(time),
    plan: orNull,
    models: v.nullable(v.array(text)),
    aliases: v.record(text, text),
    fallbacks: v.record(text, v.array(text)),
    limits,
    reasoning_format: v.nullable(v.picklist(REASONING_FORMATS)),
    safety_settings: v.array(v.object({ category: text, threshold: text })),
    store_responses: v.boolean(),
    media_uris: v.array(text),
    cursor: orNull,
    pin: v.nullable(v.object({ credential: text, until: time })),
    credentials: v.array(credential),
  }),
)

const verification = describing<Verification>()(
  v.object({
    verdict: v.picklist(['works', 'refused', 'unknown']),
    checked: v.picklist(['token', 'project', 'upstream']),
    reason: orNull,
    advice: v.pipe(orNull, v.description('What to do about it')),
    project: orNull,
  }),
)

const added = v.object({
  created: v.boolean(),
  credential: v.pick(credential, [
    'id',
    'type',
    'upstream',
    'label',
    'project',
    'location',
    'position',
  ]),
  credentials: whole,
  shares_quota_with: v.array(text),
})

const auditLine = v.object({
  seq: whole,
  at: time,
  actor: v.picklist(['admin', 'ring']),
  request_id: orNull,
  act: text,
  subject: orNull,
  detail: v.record(text, v.union([text, v.number(), v.boolean(), v.null(), v.array(text)])),
  prev: orNull,
  hash: text,
})

const mintedKey = v.optional(
  v.pipe(text, v.description('Shown this once; absent where it was chosen')),
)

const plan = v.object({
  name: text,
  settings: v.record(text, v.unknown()),
  updated_at: time,
  users: v.pipe(whole, v.description('How many have it')),
})

const users = v.object({
  status,
  now: time,
  version: text,
  users: v.array(
    describing<UserLine>()(
      v.object({
        user: text,
        created_at: time,
        label: orNull,
        state: v.picklist(['active', 'disabled', 'expired']),
        expires_at: v.nullable(time),
        key_hint: orNull,
        plan: orNull,
        as_of: v.pipe(
          v.nullable(time),
          v.description(
            'When the user’s object told what follows; it does so within a minute of a change',
          ),
        ),
        credentials: v.nullable(
          v.object({
            total: whole,
            serving: whole,
            cooling: whole,
            paused: whole,
            quarantined: whole,
          }),
        ),
        out: v.pipe(
          v.boolean(),
          v.description('There is a model that no credential of the ring serves'),
        ),
        next_recovery: v.nullable(time),
        last_used_at: v.nullable(time),
        today: v.object({
          requests: whole,
          tokens: whole,
          cost_usd: v.number(),
          unpriced: whole,
        }),
      }),
    ),
  ),
  total: whole,
  next: v.pipe(next, v.description('The query string of the next page')),
})

/** Schemas that get a name in the document, so that others can refer to them. */
export const COMPONENTS = {
  Error: error,
  User: user,
  Key: key,
  Credential: credential,
  Limits: limits,
  Verification: verification,
  AddedCredential: added,
  AuditLine: auditLine,
  CredentialFile: credentialFile(),
  NewCredential: additionBody(),
}

export const answers = {
  root: v.object({ name: text, description: text }),
  health: v.object({ status }),
  notReady: v.object({ status: v.literal('not_ready'), problems: v.array(v.string()) }),
  user: v.object({ status, user }),
  userCreated: v.object({ status, user, apiKey: mintedKey }),
  keyReplaced: v.object({
    status,
    user,
    apiKey: text,
    previous_key_ends_at: time,
  }),
  userDeleted: v.object({ status, deleted: v.literal(true), user: text }),
  users,
  plans: v.object({ status, plans: v.array(plan) }),
  plan: v.object({ status, plan }),
  planDeleted: v.object({ status, deleted: v.literal(true), plan: text }),
  credentials: v.object({ status, cursor: orNull, credentials: v.array(credential) }),
  credential: v.object({ status, credential }),
  credentialDeleted: v.object({ status, deleted: v.literal(true), credential: text }),
  added: v.union([
    v.object({ status, user: text, ...added.entries, max_credentials: whole }),
    v.object({ status, dry_run: v.literal(true), ...verification.entries }),
  ]),
  bulk: v.object({
    status,
    user: text,
    dry_run: v.boolean(),
    succeeded: whole,
    failed: whole,
    results: v.array(
      v.intersect([
        v.object({ line: whole, ok: v.boolean() }),
        v.union([added, verification, error]),
      ]),
    ),
    max_credentials: whole,
  }),
  verified: v.object({ status, credential: text, ...verification.entries }),
  rotated: v.object({ status, user: text, rotated: v.boolean(), from: text, to: text }),
  audit: v.object({
    status,
    ...describing<AuditPage>()(
      v.object({
        lines: v.array(
          v.union([
            auditLine as v.GenericSchema<
              unknown,
              Extract<AuditPage['lines'][number], { at: string }>
            >,
            v.object({ seq: whole, hash: text, unreadable: v.literal(true) }),
          ]),
        ),
        next: v.nullable(whole),
        chain: v.object({
          holds: v.boolean(),
          broken_at: v.nullable(whole),
          first: whole,
          head: v.object({ seq: whole, hash: orNull }),
        }),
      }),
    ).entries,
  }),
  restored: v.object({
    status,
    restored: v.array(text),
    deleted: v.array(text),
    kept: v.array(text),
    unreadable: v.array(text),
    next,
  }),
  imported: v.object({
    status,
    result: v.literal('restored'),
    user: text,
    unreadable: v.pipe(whole, v.description('Credentials whose secret does not open here')),
  }),
  moved: describing<ForkAnswer>()(
    v.object({
      status,
      dry_run: v.boolean(),
      succeeded: whole,
      failed: whole,
      results: v.array(
        v.object({
          line: whole,
          ok: v.boolean(),
          result: v.picklist(['created', 'completed', 'would_create', 'would_complete', 'refused']),
          user: orNull,
          total_requests: whole,
          cursor: v.nullable(whole),
          credentials: v.array(
            v.object({
              index: whole,
              result: v.picklist(['added', 'known', 'duplicate', 'refused']),
              credential: orNull,
              type: orNull,
              requests: whole,
              message: orNull,
            }),
          ),
          message: orNull,
        }),
      ),
    }),
  ),
  resealed: v.object({ status, users: whole, resealed: whole, unreadable: whole, next }),
  bundle: v.record(text, v.unknown()),
  ringTested: v.object({
    status,
    credentials: v.array(
      v.object({
        credential: text,
        type: v.picklist(types),
        upstream: v.picklist(UPSTREAMS),
        label: orNull,
        ...v.omit(verification, ['project']).entries,
      }),
    ),
  }),
  tokens: v.object({
    status,
    tokens: v.array(
      describing<HeldToken>()(
        v.object({
          credential: text,
          type: v.picklist(types),
          held: v.boolean(),
          usable_until: v.nullable(time),
          retry_at: v.nullable(time),
        }),
      ),
    ),
  }),
  explanation: v.object({
    status,
    ...describing<Explanation>()(
      v.object({
        model: text,
        resolved_model: orNull,
        serving_model: orNull,
        fallbacks: v.array(text),
        admission: v.picklist(['ok', 'unknown_user', 'user_disabled', 'user_expired']),
        mode: text,
        chosen: orNull,
        reason: orNull,
        credentials: v.array(
          v.object({
            id: text,
            would_serve: v.boolean(),
            standing: v.picklist([
              'open',
              'test',
              'cooling',
              'fault',
              'quarantined',
              'paused',
              'not_allowed',
              'not_pinned',
              'operation_not_served',
              'sealed',
            ]),
            until: v.nullable(time),
          }),
        ),
      }),
    ).entries,
  }),
  key: v.object({
    status,
    ...describing<KeyInfo>()(
      v.object({
        user: text,
        key,
        label: orNull,
        expires_at: v.nullable(time),
        models: v.nullable(v.array(text)),
        aliases: v.record(text, text),
        fallbacks: v.record(text, v.array(text)),
        limits,
        use: v.object({
          open_requests: whole,
          minute: v.object({ requests: whole, tokens: whole }),
          day: v.object({ requests: whole, tokens: whole }),
          total_tokens: whole,
          cost_usd: v.number(),
        }),
        ring: v.object({ credentials: whole, serving: whole }),
      }),
    ).entries,
  }),
  stats: v.union([stats, v.object({ ...users.entries, hint: text })]),
  prices: v.object({
    status,
    unit: v.literal('usd_per_million_tokens'),
    overrides: v.array(v.looseObject({ model: text })),
    list: v.array(v.looseObject({ model: text })),
  }),
  session: describing<Session>()(
    v.object({
      status,
      role: v.picklist(['admin', 'user']),
      user: orNull,
      label: orNull,
      now: time,
      version: text,
    }),
  ),
  model: v.looseObject({ id: text, object: v.literal('model'), created: whole, owned_by: text }),
  models: v.object({
    object: v.literal('list'),
    data: v.array(
      v.looseObject({ id: text, object: v.literal('model'), created: whole, owned_by: text }),
    ),
  }),
  chat: v.looseObject({
    id: text,
    object: v.literal('chat.completion'),
    created: whole,
    model: text,
    choices: v.array(v.looseObject({ index: whole, finish_reason: orNull })),
  }),
  response: v.looseObject({
    id: text,
    object: v.literal('response'),
    created_at: whole,
    status: text,
    model: text,
    store: v.boolean(),
    output: v.array(v.looseObject({ type: text, id: text })),
    usage: v.nullable(v.looseObject({ total_tokens: whole })),
  }),
  compaction: v.looseObject({
    id: text,
    object: v.literal('response.compaction'),
    output: v.array(v.looseObject({ type: text, id: text })),
  }),
  inputTokens: v.object({ object: v.literal('response.input_tokens'), input_tokens: whole }),
  deleted: v.object({ id: text, object: text, deleted: v.literal(true) }),
  conversation: v.object({
    id: text,
    object: v.literal('conversation'),
    created_at: whole,
    metadata: v.record(text, text),
  }),
  item: v.looseObject({ id: text, type: text }),
  items: v.object({
    object: v.literal('list'),
    data: v.array(v.looseObject({ id: text })),
    first_id: orNull,
    last_id: orNull,
    has_more: v.boolean(),
  }),
  modelInfo: v.object({ data: v.array(v.looseObject({ model_name: text })) }),
  stored: v.object({
    object: v.literal('list'),
    data: v.array(v.looseObject({ id: text })),
    first_id: v.null(),
    last_id: v.null(),
    has_more: v.literal(false),
  }),
  completion: v.looseObject({
    id: text,
    object: v.literal('text_completion'),
    created: whole,
    model: text,
    choices: v.array(v.looseObject({ index: whole, text, finish_reason: text })),
  }),
  embeddings: v.object({
    object: v.literal('list'),
    model: text,
    data: v.array(
      v.object({
        object: v.literal('embedding'),
        index: whole,
        embedding: v.union([v.array(v.number()), text]),
      }),
    ),
    usage: v.object({ prompt_tokens: whole, total_tokens: whole }),
  }),
  images: v.looseObject({
    created: whole,
    data: v.array(v.union([v.object({ b64_json: text }), v.object({ url: text })])),
  }),
  transcript: v.looseObject({ text }),
}
