import * as v from 'valibot'
import { hasMintedForm } from '../../gateway/minted-key.ts'
import { findModel, stripModelPrefix } from '../../gemini/models/catalogue.ts'
import { REASONING_FORMATS } from '../../gemini/reasoning.ts'
import { safetySettings } from '../../gemini/safety.ts'
import { MEDIA_URI_PREFIX } from '../../gemini/media/owned-uris.ts'
import { MAX_MEDIA_URIS, MODES } from '../../objects/config/user-settings.ts'

/** The shapes of what admins say about users. Each message says what is expected; failure/issue.ts makes the sentence around it. */

const label = v.nullable(
  v.pipe(v.string('a string'), v.trim(), v.maxLength(100, 'must have at most 100 characters')),
)

const boolean = v.boolean('a boolean')

/** A date in ISO 8601, or null for none; in the object it is epoch milliseconds. */
const instant = v.nullable(
  v.pipe(
    v.string('a date in ISO 8601, or null'),
    v.isoTimestamp('must be a date in ISO 8601, such as 2027-01-31T12:00:00Z'),
    v.check(isInCalendar, 'must be a day that the month has'),
    // An offset without minutes passes for ISO 8601, but not for a date.
    v.transform((text) => Date.parse(text)),
    v.finite('must be a date in ISO 8601, such as 2027-01-31T12:00:00Z'),
  ),
)

const WHEN =
  'must be a date in ISO 8601, such as 2027-01-31T12:00:00Z or 2027-01-31 (the end of that day, UTC), or a time from now, such as 30d, 12h or 90m'
const DATE = /^\d{4}-\d\d-\d\d$/
const FROM_NOW = /^([1-9]\d{0,4})([mhdw])$/
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

/** The same, where people write a day or a time from now: a key is good until the day's end. */
const ending = v.nullable(
  v.pipe(
    v.string('a date in ISO 8601 or a time from now such as 30d, or null'),
    v.transform((text) => spelledOut(text.trim())),
    v.isoTimestamp(WHEN),
    v.check(isInCalendar, 'must be a day that the month has'),
    v.transform((text) => Date.parse(text)),
    v.finite(WHEN),
  ),
)

function spelledOut(text: string): string {
  if (DATE.test(text)) return `${text}T23:59:59.999Z`
  const [, count, unit] = FROM_NOW.exec(text) ?? []
  if (count === undefined) return text
  return new Date(Date.now() + Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS]).toISOString()
}

/** Date.parse takes February 31 for a day in March. */
function isInCalendar(text: string): boolean {
  const day = text.slice(0, 'YYYY-MM-DD'.length)
  const at = Date.parse(day)
  return !Number.isFinite(at) || new Date(at).toISOString().startsWith(day)
}

const MODEL_NAME = /^[A-Za-z0-9][\w.:@-]{0,127}$/

/** Google's name for a model; the catalogue's own aliases are taken for what they mean today. */
const model = v.pipe(
  v.string('a string'),
  v.transform(stripModelPrefix),
  v.regex(MODEL_NAME, 'must be a model id such as gemini-2.5-flash'),
  v.transform((name) => findModel(name)?.id ?? name),
)

const models = v.nullable(
  v.pipe(
    v.array(model, 'an array of model ids, or null'),
    v.maxLength(200, 'must have at most 200 models'),
  ),
)

/** What a chat request can name a model. */
const aliasName = v.pipe(
  v.string(),
  v.transform(stripModelPrefix),
  v.regex(MODEL_NAME, 'must be a name such as fast or gpt-4o'),
)

const aliases = v.pipe(
  v.record(aliasName, model, 'an object of model ids by name'),
  v.check((names) => Object.keys(names).length <= 100, 'must have at most 100 names'),
)

/** Enough for a way down from the best; each could cost a round through the whole ring. */
const MAX_FALLBACKS = 5

const fallbacks = v.pipe(
  v.record(
    aliasName,
    v.pipe(
      v.array(model, 'an array of model ids'),
      v.maxLength(MAX_FALLBACKS, `must have at most ${MAX_FALLBACKS} models`),
      v.check((chain) => new Set(chain).size === chain.length, 'must name no model twice'),
    ),
    'an object of lists of model ids by model id',
  ),
  v.check((chains) => Object.keys(chains).length <= 100, 'must have at most 100 models'),
  v.transform(byGooglesName),
  v.check((chains) => !hasCycle(chains), 'must not lead from a model back to itself'),
)

function byGooglesName(chains: Record<string, string[]>): Record<string, string[]> {
  const entries = Object.entries(chains).map(([name, chain]) => [
    findModel(name)?.id ?? name,
    chain,
  ])
  return Object.fromEntries(entries) as Record<string, string[]>
}

/** A chain is not followed into the next; a circle is refused all the same, since it says nothing of which model is preferred. */
function hasCycle(chains: Readonly<Record<string, readonly string[]>>): boolean {
  const done = new Set<string>()
  const leadsBack = (model: string, path: readonly string[]): boolean => {
    if (path.includes(model)) return true
    if (done.has(model) || !Object.hasOwn(chains, model)) return false
    const back = (chains[model] ?? []).some((next) => leadsBack(next, [...path, model]))
    done.add(model)
    return back
  }
  return Object.keys(chains).some((model) => leadsBack(model, []))
}

const limit = v.optional(
  v.nullable(
    v.pipe(
      v.number('a whole number, or null'),
      v.integer('a whole number, or null'),
      v.minValue(0, 'must not be negative'),
      v.maxValue(Number.MAX_SAFE_INTEGER, 'is too large'),
    ),
  ),
)

/** A budget; to a millionth of a dollar. */
const dollars = v.optional(
  v.nullable(
    v.pipe(
      v.number('a number of dollars, or null'),
      v.minValue(0, 'must not be negative'),
      v.maxValue(1e6, 'must be at most 1000000 dollars'),
      v.transform((value) => Math.round(value * 1e6) / 1e6),
    ),
  ),
)

const limits = v.strictObject({
  max_concurrency: limit,
  requests_per_minute: limit,
  tokens_per_minute: limit,
  requests_per_day: limit,
  tokens_per_day: limit,
  total_tokens: limit,
  usd_per_day: dollars,
  usd_per_month: dollars,
  usd_total: dollars,
})

/** A bucket alone is all of it. */
const mediaUris = v.pipe(
  v.array(
    v.pipe(
      v.string('a string'),
      v.transform((uri) => (/^gs:\/\/[^/]+$/.test(uri) ? `${uri}/` : uri)),
      v.regex(
        MEDIA_URI_PREFIX,
        'must be what addresses begin with, such as gs://bucket/folder/ or https://generativelanguage.googleapis.com/v1beta/files/',
      ),
    ),
    'an array of what addresses begin with',
  ),
  v.maxLength(MAX_MEDIA_URIS, `must have at most ${MAX_MEDIA_URIS} addresses`),
)

export const settings = {
  label: v.optional(label),
  plan: v.optional(
    v.nullable(v.pipe(v.string('a name, or null'), v.maxLength(64, 'must be the name of a plan'))),
  ),
  mode: v.optional(v.picklist(MODES, `must be one of: ${MODES.join(', ')}`)),
  affinity: v.optional(boolean),
  disabled: v.optional(boolean),
  expires_at: v.optional(ending),
  models: v.optional(models),
  aliases: v.optional(aliases),
  fallbacks: v.optional(fallbacks),
  limits: v.optional(limits),
  reasoning_format: v.optional(
    v.nullable(v.picklist(REASONING_FORMATS, `must be one of: ${REASONING_FORMATS.join(', ')}`)),
  ),
  safety_settings: v.optional(safetySettings),
  store_responses: v.optional(boolean),
  media_uris: v.optional(mediaUris),
}

/** Travels in a header, so it must fit into one; shorter could be guessed. */
const MIN_KEY_CHARS = 8
const MAX_KEY_CHARS = 256

export const apiKey = v.pipe(
  v.string('a string'),
  v.minLength(MIN_KEY_CHARS, `must have at least ${MIN_KEY_CHARS} characters`),
  v.maxLength(MAX_KEY_CHARS, `must have at most ${MAX_KEY_CHARS} characters`),
  v.regex(/^[\x21-\x7e]+$/, 'must be of printable ASCII without spaces'),
)

/** What an admin chooses must not be taken for a key that was minted. */
export const chosenKey = v.pipe(
  apiKey,
  v.check(
    (key) => !hasMintedForm(key),
    'has the form of a minted key; leave it out and one is minted, or choose another',
  ),
)

export const userPatch = v.strictObject(settings)
export const userCreation = v.strictObject({ apiKey: v.optional(chosenKey), ...settings })

const DAY_SECONDS = 86_400
const MAX_GRACE_SECONDS = 30 * DAY_SECONDS
const graceRange = `must be between 0 and ${MAX_GRACE_SECONDS}`

export const keyReplacement = v.strictObject({
  grace_seconds: v.optional(
    v.pipe(
      v.number('a whole number'),
      v.integer('a whole number'),
      v.minValue(0, graceRange),
      v.maxValue(MAX_GRACE_SECONDS, graceRange),
    ),
    DAY_SECONDS,
  ),
})

/** How the body of an admin act names its user. */
export const userName = v.pipe(
  v.object({
    user: v.optional(v.string('a string')),
    apiKey: v.optional(apiKey),
  }),
  v.forward(
    v.check(
      ({ user, apiKey: key }) => user === undefined || key === undefined,
      "must not be sent beside 'apiKey'",
    ),
    ['user'],
  ),
)

export const pinBody = v.strictObject({
  credential: v.string('a string'),
  until: v.nonNullable(instant),
})

export const credentialPatch = v.strictObject({
  label: v.optional(label),
  priority: v.optional(
    v.pipe(
      v.number('an integer'),
      v.integer('an integer'),
      v.minValue(-1000, 'must be between -1000 and 1000'),
      v.maxValue(1000, 'must be between -1000 and 1000'),
    ),
  ),
  models: v.optional(models),
  paused_until: v.optional(instant),
})

export const orderBody = v.strictObject({
  credentials: v.array(v.string('a string'), 'an array of credential ids'),
})

/** Whose ring it is. */
export const ringBody = v.strictObject({ user: v.string('a string') })

export const explainBody = v.strictObject({
  model: aliasName,
  session: v.optional(v.nullable(v.string('a string')), null),
  user: v.optional(v.string('a string')),
})

/** In the object's words; what was not said is not changed. */
export function toSettings(given: v.InferOutput<typeof userPatch>) {
  const { expires_at: expiresAt, limits, ...others } = given
  const {
    reasoning_format: reasoningFormat,
    safety_settings: safetySettings,
    store_responses: storeResponses,
    media_uris: uris,
    ...same
  } = others
  const renamed = { expiresAt, reasoningFormat, safetySettings, storeResponses, mediaUris: uris }
  return definedOf({ ...same, ...renamed, limits: limits && toLimits(limits) })
}

function toLimits(given: v.InferOutput<typeof limits>) {
  return definedOf({
    maxConcurrency: given.max_concurrency,
    requestsPerMinute: given.requests_per_minute,
    tokensPerMinute: given.tokens_per_minute,
    requestsPerDay: given.requests_per_day,
    tokensPerDay: given.tokens_per_day,
    totalTokens: given.total_tokens,
    usdPerDay: given.usd_per_day,
    usdPerMonth: given.usd_per_month,
    usdTotal: given.usd_total,
  })
}

export function toCredentialPatch(given: v.InferOutput<typeof credentialPatch>) {
  const { paused_until: pausedUntil, ...same } = given
  return definedOf({ ...same, pausedUntil })
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

function definedOf<T extends object>(values: T): Defined<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as Defined<T>
}
