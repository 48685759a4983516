import { isRecord } from './json/record.ts'
import * as v from 'valibot'
import { CLAUDE_MODELS, type ClaudeModels, isClaudeFamily } from './gemini/models/claude.ts'
import { safetyText } from './gemini/safety.ts'
import type { SafetySetting } from './gemini/types.ts'
import type { Origins } from './http/cors.ts'
import type { Limits } from './objects/config/limits.ts'
import { lazy } from './lazy.ts'

/** What the operator configured, checked. The table in README.md has names, meanings, defaults and examples. */
export interface Settings {
  readonly maxCredentials: number
  readonly googleTokenUrl: string
  /** Which Gemini models answer to Anthropic's names. */
  readonly claudeModels: ClaudeModels
  readonly codeAssistBaseUrl: string
  /** If empty, the host follows from a credential's location. */
  readonly vertexBaseUrl: string
  readonly geminiApiBaseUrl: string
  readonly rotationDeadlineMs: number
  /** The longest that a request waits for a ring that is out of quota; 0: not at all. */
  readonly waitForQuotaMs: number
  readonly answerTimeoutMs: number
  readonly streamIdleTimeoutMs: number
  readonly streamSilenceMs: number
  readonly maxBodyBytes: number
  /** Limits for media of a request: bytes of one, bytes of all together, and how many may be fetched. */
  readonly maxMediaPartBytes: number
  readonly maxMediaBytes: number
  readonly maxRemoteMedia: number
  readonly mediaFetchTimeoutMs: number
  readonly mediaTrustedOrigins: readonly string[]
  readonly dnsResolverUrl: string
  readonly transcriptionModel: string
  /** Whether clients may have responses and conversations stored. */
  readonly storeResponses: boolean
  readonly responsesTtlHours: number
  /**
   * The largest uploaded file that is kept, so that another credential can upload it again when its own is out of
   * quota; 0 keeps none.
   */
  readonly maxCopiedFileBytes: number
  /** A user's object reports changes to the totals object at most this often. */
  readonly totalsPushMs: number
  /** Where operators hear of what needs their attention; empty: nowhere. */
  readonly alertWebhookUrl: string
  /** For users who are created from now on. */
  readonly defaultLimits: Partial<Limits>
  /** For categories that neither the request nor the user's settings name. */
  readonly safetySettings: readonly SafetySetting[]
  /** Origins of pages that may use the service from a browser. */
  readonly corsOrigins: Origins
  /** The same for admin routes. */
  readonly corsAdminOrigins: Origins
}

export type SettingsResult =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly message: string }

function integer(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`
  return v.pipe(
    v.string(message),
    v.trim(),
    v.regex(/^\d+$/, message),
    v.transform(Number),
    v.minValue(min, message),
    v.maxValue(max, message),
  )
}

const TRUE_OR_FALSE = 'must be true or false'
const boolean = lazy(() =>
  v.pipe(
    v.string(TRUE_OR_FALSE),
    v.trim(),
    v.picklist(['true', 'false'], TRUE_OR_FALSE),
    v.transform((text) => text === 'true'),
  ),
)

const A_URL = 'must be an http(s) URL without a user, a password or a fragment'
/** Nothing of such parts would be sent: a webhook with a password would be called without it, and refuse each call. */
const url = lazy(() =>
  v.pipe(
    v.string(A_URL),
    v.trim(),
    v.url(A_URL),
    v.regex(/^https?:\/\/[^/?#@]+(?:[/?][^#]*)?$/, A_URL),
    v.transform((address) => address.replace(/\/+$/, '')),
  ),
)

const A_BASE = 'must be an http(s) URL without a user, a password, a query or a fragment'
/** What is asked for is written behind it, so it can end in nothing but a path. */
const baseUrl = lazy(() => v.pipe(v.string(A_BASE), v.regex(/^[^?]*$/, A_BASE), url()))

const NO_ORIGINS = 'must be origins such as https://chat.example.com, with commas between, or empty'

/** Origins without a path or a trailing slash, as browsers send them. */
const origins = lazy(() =>
  v.pipe(
    v.string(NO_ORIGINS),
    v.transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter((origin) => origin !== ''),
    ),
    v.array(v.pipe(v.string(), v.regex(/^[a-z][a-z0-9+.-]*:\/\/[^/\s*]+$|^null$/i, NO_ORIGINS))),
  ),
)
const anyOrigins = lazy(() =>
  v.union([v.pipe(v.string(), v.trim(), v.literal('*')), origins()], `${NO_ORIGINS}, or *`),
)

/** In the form in which `fetch` compares origins; another spelling would never match. */
const TRUSTED = 'must be a list of http(s) origins, such as "https://images.example.org"'
const trustedOrigins = lazy(() =>
  v.pipe(
    origins(),
    v.everyItem((item) => /^https?:/.test(item) && URL.parse(item)?.origin === item, TRUSTED),
  ),
)

const MODEL = 'must be a model id such as gemini-3.8-flash'
const modelId = lazy(() =>
  v.pipe(v.string(MODEL), v.trim(), v.regex(/^[A-Za-z0-9][\w.-]{0,127}$/, MODEL)),
)

const CLAUDE =
  'must be models by family, such as "opus=gemini-3.1-pro-preview, haiku=gemini-3.5-flash-lite", or empty'
/** Families of models that are not named keep their default. */
const claudeModels = lazy(() =>
  v.pipe(
    v.string(CLAUDE),
    v.transform((list) =>
      list
        .split(',')
        .map((pair) => pair.trim())
        .filter((pair) => pair !== '')
        .map((pair) => pair.split('=').map((word) => word.trim())),
    ),
    v.everyItem(
      ([family = '', model = '', ...rest]) =>
        isClaudeFamily(family) && v.is(modelId(), model) && rest.length === 0,
      CLAUDE,
    ),
    v.transform((pairs): ClaudeModels => ({ ...CLAUDE_MODELS, ...Object.fromEntries(pairs) })),
  ),
)

const LIMITS =
  'must be a JSON object of limits, such as {"requests_per_day":1000,"usd_per_month":20}, or empty'
const NAMES = {
  max_concurrency: 'maxConcurrency',
  requests_per_minute: 'requestsPerMinute',
  tokens_per_minute: 'tokensPerMinute',
  requests_per_day: 'requestsPerDay',
  tokens_per_day: 'tokensPerDay',
  total_tokens: 'totalTokens',
  usd_per_day: 'usdPerDay',
  usd_per_month: 'usdPerMonth',
  usd_total: 'usdTotal',
} as const satisfies Record<string, keyof Limits>

/** Limits under their names on the wire. */
const limitsText = lazy(() =>
  v.pipe(
    v.string(LIMITS),
    v.transform((text): unknown => {
      try {
        return text.trim() === '' ? {} : JSON.parse(text)
      } catch {
        return null // the next step refuses it
      }
    }),
    v.custom<Record<string, number>>(isLimits, LIMITS),
    v.transform((limits): Partial<Limits> =>
      Object.fromEntries(
        Object.entries(limits).map(([name, value]) => [NAMES[name as keyof typeof NAMES], value]),
      ),
    ),
  ),
)

function isLimits(value: unknown): boolean {
  if (!isRecord(value)) return false
  return Object.entries(value).every(([name, limit]) => {
    if (!Object.hasOwn(NAMES, name) || typeof limit !== 'number' || !(limit >= 0)) return false
    return name.startsWith('usd_') ? limit <= 1e6 : Number.isSafeInteger(limit)
  })
}

const schema = lazy(() =>
  v.object({
    MAX_CREDENTIALS: v.optional(integer(1, 100), '10'),
    GOOGLE_TOKEN_URL: v.optional(url(), 'https://oauth2.googleapis.com/token'),
    CODE_ASSIST_BASE_URL: v.optional(baseUrl(), 'https://cloudcode-pa.googleapis.com'),
    VERTEX_BASE_URL: v.optional(v.union([v.literal(''), baseUrl()], `${A_BASE}, or empty`), ''),
    GEMINI_API_BASE_URL: v.optional(baseUrl(), 'https://generativelanguage.googleapis.com'),
    ROTATION_DEADLINE_MS: v.optional(integer(100, 600_000), '60000'),
    WAIT_FOR_QUOTA_MS: v.optional(integer(0, 60_000), '3000'),
    ANSWER_TIMEOUT_MS: v.optional(integer(100, 840_000), '300000'),
    STREAM_IDLE_TIMEOUT_MS: v.optional(integer(100, 840_000), '120000'),
    STREAM_SILENCE_MS: v.optional(integer(10, 840_000), '10000'),
    MAX_BODY_BYTES: v.optional(integer(1024, 104_857_600), '20971520'),
    MAX_MEDIA_PART_BYTES: v.optional(integer(1024, 104_857_600), '15728640'),
    MAX_MEDIA_BYTES: v.optional(integer(1024, 104_857_600), '15728640'),
    MAX_REMOTE_MEDIA: v.optional(integer(0, 50), '10'),
    MEDIA_FETCH_TIMEOUT_MS: v.optional(integer(100, 120_000), '10000'),
    MEDIA_TRUSTED_ORIGINS: v.optional(trustedOrigins(), ''),
    DNS_RESOLVER_URL: v.optional(url(), 'https://cloudflare-dns.com/dns-query'),
    TRANSCRIPTION_MODEL: v.optional(modelId(), 'gemini-3.8-flash'),
    CLAUDE_MODELS: v.optional(claudeModels(), ''),
    STORE_RESPONSES: v.optional(boolean(), 'true'),
    TOTALS_PUSH_MS: v.optional(integer(1000, 3_600_000), '60000'),
    RESPONSES_TTL_HOURS: v.optional(integer(1, 87_600), '720'),
    ALERT_WEBHOOK_URL: v.optional(v.union([v.literal(''), url()], `${A_URL}, or empty`), ''),
    DEFAULT_LIMITS: v.optional(limitsText(), ''),
    MAX_COPIED_FILE_BYTES: v.optional(integer(0, 104_857_600), '20971520'),
    SAFETY_SETTINGS: v.optional(safetyText(), ''),
    CORS_ORIGINS: v.optional(anyOrigins(), '*'),
    CORS_ADMIN_ORIGINS: v.optional(origins(), ''),
  }),
)

// `env` is one object for the life of an isolate, so the result is kept beside it.
const read = new WeakMap<object, SettingsResult>()

/** Reads and checks the variables. The message names a bad one, so that the operator can mend it. */
export function readSettings(env: Partial<Env>): SettingsResult {
  const known = read.get(env)
  if (known !== undefined) return known
  const result = check(env)
  read.set(env, result)
  return result
}

function check(env: Partial<Env>): SettingsResult {
  const parsed = v.safeParse(schema(), env)
  if (!parsed.success) {
    const [issue] = parsed.issues
    return { ok: false, message: `${v.getDotPath(issue) ?? 'A variable'} ${issue.message}.` }
  }
  const vars = parsed.output
  return {
    ok: true,
    settings: {
      maxCredentials: vars.MAX_CREDENTIALS,
      googleTokenUrl: vars.GOOGLE_TOKEN_URL,
      codeAssistBaseUrl: vars.CODE_ASSIST_BASE_URL,
      vertexBaseUrl: vars.VERTEX_BASE_URL,
      geminiApiBaseUrl: vars.GEMINI_API_BASE_URL,
      rotationDeadlineMs: vars.ROTATION_DEADLINE_MS,
      waitForQuotaMs: vars.WAIT_FOR_QUOTA_MS,
      answerTimeoutMs: vars.ANSWER_TIMEOUT_MS,
      streamIdleTimeoutMs: vars.STREAM_IDLE_TIMEOUT_MS,
      streamSilenceMs: vars.STREAM_SILENCE_MS,
      maxBodyBytes: vars.MAX_BODY_BYTES,
      maxMediaPartBytes: vars.MAX_MEDIA_PART_BYTES,
      maxMediaBytes: vars.MAX_MEDIA_BYTES,
      maxRemoteMedia: vars.MAX_REMOTE_MEDIA,
      mediaFetchTimeoutMs: vars.MEDIA_FETCH_TIMEOUT_MS,
      mediaTrustedOrigins: vars.MEDIA_TRUSTED_ORIGINS,
      dnsResolverUrl: vars.DNS_RESOLVER_URL,
      transcriptionModel: vars.TRANSCRIPTION_MODEL,
      claudeModels: vars.CLAUDE_MODELS,
      storeResponses: vars.STORE_RESPONSES,
      totalsPushMs: vars.TOTALS_PUSH_MS,
      responsesTtlHours: vars.RESPONSES_TTL_HOURS,
      alertWebhookUrl: vars.ALERT_WEBHOOK_URL,
      defaultLimits: vars.DEFAULT_LIMITS,
      maxCopiedFileBytes: vars.MAX_COPIED_FILE_BYTES,
      safetySettings: vars.SAFETY_SETTINGS,
      corsOrigins: vars.CORS_ORIGINS,
      corsAdminOrigins: vars.CORS_ADMIN_ORIGINS,
    },
  }
}
