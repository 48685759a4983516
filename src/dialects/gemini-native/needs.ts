/** What in a request only some upstreams accept, judged by what those upstreams' own SDKs send (docs/google.md). */
import type { Failure } from '../../failure/failure.ts'
import { readersOf } from '../../gemini/media/file-uris.ts'
import { cacheIdIn, fileIdIn, MAX_PINS_ASKED, type Pin, type PinRef } from '../../gemini/pins.ts'
import { UPSTREAMS, type Upstream } from '../../gemini/upstreams.ts'
import { fieldOf, recordsOf, spellingIn, textOf } from './fields.ts'

export interface Need {
  /** The field's name as the client spelt it. */
  readonly param: string
  /** The upstreams that accept it. */
  readonly takers: readonly Upstream[]
  /** Set if it names a thing that only one credential knows. */
  readonly pin?: Pin
}

/** Matches every text that holds such a field. Most texts do not match and need no closer look. */
const ANY =
  /"(?:file(?:D|_d)ata|cached(?:C|_c)ontent|file(?:S|_s)earch|mcp(?:S|_s)ervers|include(?:S|_s)erver(?:S|_s)ide(?:T|_t)ool(?:I|_i)nvocations|enable(?:E|_e)nhanced(?:C|_c)ivic(?:A|_a)nswers|tool(?:C|_c)all|tool(?:R|_r)esponse|part(?:M|_m)etadata|continuation(?:T|_t)oken)"/

const GEMINI_API: readonly Upstream[] = ['gemini-api']

export function needsOf(text: string, body: Record<string, unknown>): readonly Need[] {
  if (!ANY.test(text)) return []
  return [
    ...ofCache(body),
    ...ofToken(body),
    ...ofTools(body),
    ...ofConfigs(body),
    ...ofContents(body),
  ]
}

/** The things among them that only one credential knows. */
export function pinsOf(needs: readonly Need[]): readonly PinRef[] {
  return needs
    .flatMap(({ param, pin }) => (pin === undefined ? [] : [{ ...pin, param }]))
    .slice(0, MAX_PINS_ASKED)
}

/** The upstreams that do not accept all of them. */
export function nonTakers(needs: readonly Need[]): readonly Upstream[] {
  return UPSTREAMS.filter((upstream) => needs.some(({ takers }) => !takers.includes(upstream)))
}

/** The fields that some upstream does not accept, for the error message. */
export function paramsOf(needs: readonly Need[]): readonly string[] {
  return needs.filter(({ takers }) => takers.length < UPSTREAMS.length).map(({ param }) => param)
}

/** A cache belongs either to the Gemini API or to Vertex AI; the names of the latter begin with the project. */
function ofCache(body: Record<string, unknown>): readonly Need[] {
  const name = textOf(body, 'cachedContent')
  if (name === undefined || name === '') return []
  const takers: readonly Upstream[] = name.startsWith('projects/') ? ['vertex'] : GEMINI_API
  const id = cacheIdIn(name)
  const pin = id === null ? {} : { pin: { kind: 'cached_content', id } as const }
  return [{ param: spellingIn(body, 'cachedContent'), takers, ...pin }]
}

/**
 * The failure for a cache of no project. Google's SDK writes such a name where it has an API key and `vertexai: true`
 * (docs/clients.md: Caches of no project).
 */
export function cacheOfNoProject(body: Record<string, unknown>): Failure | null {
  const name = textOf(body, 'cachedContent')
  if (name?.startsWith('projects/undefined/') !== true) return null
  const param = spellingIn(body, 'cachedContent')
  return {
    reason: 'invalid_value',
    message: `Invalid value for '${param}': the name is of no project, as Google's SDK writes it where it has an API key and vertexai: true. Leave vertexai out, or name the whole resource.`,
    param,
  }
}

/** The token of a long answer. Only the credential that gave the first part can continue it. */
function ofToken(body: Record<string, unknown>): readonly Need[] {
  const id = textOf(body, 'continuationToken')
  if (id === undefined || id === '') return []
  const pin = { kind: 'continuation', id } as const
  return [{ param: spellingIn(body, 'continuationToken'), takers: UPSTREAMS, pin }]
}

function ofTools(body: Record<string, unknown>): readonly Need[] {
  return recordsOf(body['tools']).flatMap((tool, index) =>
    ['fileSearch', 'mcpServers']
      .filter((name) => fieldOf(tool, name) !== undefined)
      .map((name) => ({ param: `tools[${index}].${spellingIn(tool, name)}`, takers: GEMINI_API })),
  )
}

const CONFIGS = [
  ['toolConfig', 'includeServerSideToolInvocations'],
  ['generationConfig', 'enableEnhancedCivicAnswers'],
] as const

function ofConfigs(body: Record<string, unknown>): readonly Need[] {
  return CONFIGS.flatMap(([name, field]) => {
    const config = fieldOf(body, name)
    if (fieldOf(config, field) === undefined) return []
    return [{ param: `${spellingIn(body, name)}.${spellingIn(config, field)}`, takers: GEMINI_API }]
  })
}

function ofContents(body: Record<string, unknown>): readonly Need[] {
  return recordsOf(body['contents']).flatMap((content, index) =>
    recordsOf(content['parts']).flatMap((part, number) =>
      ofPart(part, `contents[${index}].parts[${number}]`),
    ),
  )
}

function ofPart(part: Record<string, unknown>, path: string): readonly Need[] {
  const needs = ['toolCall', 'toolResponse', 'partMetadata']
    .filter((name) => fieldOf(part, name) !== undefined)
    .map((name) => ({ param: `${path}.${spellingIn(part, name)}`, takers: GEMINI_API }))
  const file = fieldOf(part, 'fileData')
  const uri = textOf(file, 'fileUri')
  const id = uri === undefined ? null : fileIdIn(uri)
  const takers = uri === undefined ? null : id === null ? readersOf(uri) : GEMINI_API
  if (takers === null) return needs
  const pin = id === null ? {} : { pin: { kind: 'file', id } as const }
  const param = `${path}.${spellingIn(part, 'fileData')}.${spellingIn(file, 'fileUri')}`
  return [...needs, { param, takers, ...pin }]
}
