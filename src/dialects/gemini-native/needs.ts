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
  /"(?:file(?:D|_d)ata|cached(?:C|_c)ontent|file(?:S|_s)earch|mcp(?:S|_s)ervers|include(?:S|_s)erver(?:S|_s)ide(?:T|_t)ool(?:I|_i)nvocations|enable(?:E|_e)nhanced(?:C|_c)ivic(?:A|_a)nswers|tool(?:C|_c)all|tool(?:R|_r)esponse|part(?:M|_m)etadata|continuation(?:T|_t)oken|model(?:A|_a)rmor(?:C|_c)onfig|output(?:C|_c)onfig|image(?:O|_o)utput(?:O|_o)ptions|audio(?:T|_t)imestamp|(?:routing|model)(?:C|_c)onfig|retrieval|enterprise(?:W|_w)eb(?:S|_s)earch|(?:exa|parallel)(?:A|_a)i(?:S|_s)earch|exclude(?:D|_d)omains|blocking(?:C|_c)onfidence|auth(?:C|_c)onfig|grounding(?:T|_t)ypes|method|stream(?:F|_f)unction(?:C|_c)all(?:A|_a)rguments|person(?:G|_g)eneration|prominent(?:P|_p)eople|media(?:P|_p)rocessing)"/

const GEMINI_API: readonly Upstream[] = ['gemini-api']
const VERTEX: readonly Upstream[] = ['vertex']
const CLOUDS: readonly Upstream[] = ['vertex', 'code-assist']
/**
 * An address of which nothing is known. To Code Assist it must not go: that answers in the words that it has for a model
 * which is not there, and the model would be taken from the credential.
 */
const NOT_CODE_ASSIST: readonly Upstream[] = ['gemini-api', 'vertex']

export function needsOf(text: string, body: Record<string, unknown>): readonly Need[] {
  if (!ANY.test(text)) return []
  return [
    ...ofCache(body),
    ...ofToken(body),
    ...amongEach(IN_TOOLS, body, 'tools'),
    ...amongEach(IN_SAFETY, body, 'safetySettings'),
    ...among(IN_BODY, body),
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

type Takers = readonly (readonly [path: readonly string[], takers: readonly Upstream[]])[]

const IN_TOOLS: Takers = [
  [['fileSearch'], GEMINI_API],
  [['mcpServers'], GEMINI_API],
  [['retrieval'], CLOUDS],
  [['enterpriseWebSearch'], CLOUDS],
  [['exaAiSearch'], CLOUDS],
  [['parallelAiSearch'], CLOUDS],
  [['googleSearch', 'excludeDomains'], CLOUDS],
  [['googleSearch', 'blockingConfidence'], CLOUDS],
  [['googleMaps', 'authConfig'], CLOUDS],
  [['googleMaps', 'groundingTypes'], CLOUDS],
]
const IN_SAFETY: Takers = [[['method'], CLOUDS]]

/** Code Assist would get a request without those that it does not know, and nobody would notice. */
const IN_BODY: Takers = [
  [['toolConfig', 'includeServerSideToolInvocations'], GEMINI_API],
  [['toolConfig', 'functionCallingConfig', 'streamFunctionCallArguments'], CLOUDS],
  [['generationConfig', 'enableEnhancedCivicAnswers'], GEMINI_API],
  [['modelArmorConfig'], VERTEX],
  [['outputConfig'], VERTEX],
  [['generationConfig', 'imageConfig', 'imageOutputOptions'], VERTEX],
  [['generationConfig', 'imageConfig', 'personGeneration'], VERTEX],
  [['generationConfig', 'imageConfig', 'prominentPeople'], VERTEX],
  [['generationConfig', 'audioTimestamp'], CLOUDS],
  [['generationConfig', 'routingConfig'], CLOUDS],
  [['generationConfig', 'modelConfig'], VERTEX],
]

/** The fields by their paths within `holder`. `at`: where that stands, such as `tools[0].`. */
function among(fields: Takers, holder: unknown, at = ''): readonly Need[] {
  return fields.flatMap(([path, takers]) => {
    let inner: unknown = holder
    const spelt: string[] = []
    for (const name of path) {
      spelt.push(spellingIn(inner, name))
      inner = fieldOf(inner, name)
    }
    return inner === undefined ? [] : [{ param: at + spelt.join('.'), takers }]
  })
}

function amongEach(fields: Takers, body: Record<string, unknown>, name: string): readonly Need[] {
  const at = spellingIn(body, name)
  return recordsOf(fieldOf(body, name)).flatMap((each, index) =>
    among(fields, each, `${at}[${index}].`),
  )
}

/** Wherever Google reads files: in parts of messages and of the system instruction, and in parts of functions' results. */
function ofContents(body: Record<string, unknown>): readonly Need[] {
  const system = spellingIn(body, 'systemInstruction')
  return [
    ...recordsOf(body['contents']).flatMap((content, index) =>
      ofParts(content, `contents[${index}]`),
    ),
    ...ofParts(fieldOf(body, 'systemInstruction'), system),
  ]
}

function ofParts(holder: unknown, path: string): readonly Need[] {
  return recordsOf(fieldOf(holder, 'parts')).flatMap((part, index) => {
    const at = `${path}.parts[${index}]`
    const result = `${at}.${spellingIn(part, 'functionResponse')}`
    return [...ofPart(part, at), ...ofParts(fieldOf(part, 'functionResponse'), result)]
  })
}

function ofPart(part: Record<string, unknown>, path: string): readonly Need[] {
  const needs = ['toolCall', 'toolResponse', 'partMetadata', 'mediaProcessing']
    .filter((name) => fieldOf(part, name) !== undefined)
    .map((name) => ({ param: `${path}.${spellingIn(part, name)}`, takers: GEMINI_API }))
  const file = fieldOf(part, 'fileData')
  const uri = textOf(file, 'fileUri')
  if (uri === undefined) return needs
  const id = fileIdIn(uri)
  const takers = id === null ? (readersOf(uri) ?? NOT_CODE_ASSIST) : GEMINI_API
  const pin = id === null ? {} : { pin: { kind: 'file', id } as const }
  const param = `${path}.${spellingIn(part, 'fileData')}.${spellingIn(file, 'fileUri')}`
  return [...needs, { param, takers, ...pin }]
}
