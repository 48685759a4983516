import { estimateMediaTokens } from './media/media-tokens.ts'
import { onceForFrozen } from '../json/frozen.ts'
import { listOf } from './response.ts'
import type { Content, GenerateContentRequest, ModalityCount, UsageMetadata } from './types.ts'

/** Tokens of one attempt, as Google counted them (docs/google.md: Token counts). */
export interface TokenCounts {
  readonly prompt: number
  /** Part of `prompt`. */
  readonly cached: number
  /** Visible output, without reasoning. */
  readonly output: number
  readonly reasoning: number
  readonly toolUse: number
}

export const NO_TOKENS: TokenCounts = { prompt: 0, cached: 0, output: 0, reasoning: 0, toolUse: 0 }

/**
 * The counts of the last metadata seen, always as integers. A missing count is zero (protobuf JSON leaves out zeros),
 * and so is one that is not a number.
 */
export function countTokens(usage: UsageMetadata | undefined): TokenCounts {
  return {
    prompt: count(usage?.promptTokenCount),
    cached: count(usage?.cachedContentTokenCount),
    output: count(usage?.candidatesTokenCount),
    reasoning: count(usage?.thoughtsTokenCount),
    toolUse: count(usage?.toolUsePromptTokenCount),
  }
}

/** Whether Google has counted anything. Vertex AI tells with each event of a stream which tier serves, and counts with the last. */
export function isCounted(usage: UsageMetadata | undefined): usage is UsageMetadata {
  return usage !== undefined && COUNTS.some((key) => usage[key] !== undefined)
}

/**
 * Merges the counts of two events of one call, so that no count becomes smaller: Google's last event may report fewer
 * kinds of tokens than an earlier one.
 */
export function richerUsage(
  before: UsageMetadata | undefined,
  after: UsageMetadata,
): UsageMetadata {
  if (before === undefined || !isPoorer(after, before)) return after
  const merged: UsageMetadata = { ...before, ...after }
  for (const key of COUNTS) {
    const most = Math.max(count(before[key]), count(after[key]))
    if (most > 0) merged[key] = most
  }
  return merged
}

/** A loop, since this runs for every chunk. */
function isPoorer(after: UsageMetadata, before: UsageMetadata): boolean {
  for (const key of COUNTS) if (count(after[key]) < count(before[key])) return true
  for (const key of DETAILS) if (before[key] !== undefined && after[key] === undefined) return true
  return false
}

const COUNTS = [
  'promptTokenCount',
  'cachedContentTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'toolUsePromptTokenCount',
  'totalTokenCount',
] as const
/** The counts by kind of media. They tell what part of the tokens was audio, which has its own price. */
const DETAILS = ['promptTokensDetails', 'cacheTokensDetails', 'candidatesTokensDetails'] as const

/** The sum for two calls to Google: the hops of one long answer, or the choices of one request. */
export function addUsage(
  one: UsageMetadata | undefined,
  other: UsageMetadata | undefined,
): UsageMetadata | undefined {
  if (one === undefined || other === undefined) return one ?? other
  const sum = (key: keyof UsageMetadata & `${string}Count`): number =>
    count(one[key]) + count(other[key])
  return {
    ...one,
    ...other,
    promptTokenCount: sum('promptTokenCount'),
    cachedContentTokenCount: sum('cachedContentTokenCount'),
    candidatesTokenCount: sum('candidatesTokenCount'),
    thoughtsTokenCount: sum('thoughtsTokenCount'),
    toolUsePromptTokenCount: sum('toolUsePromptTokenCount'),
    totalTokenCount: sum('totalTokenCount'),
    promptTokensDetails: both(one.promptTokensDetails, other.promptTokensDetails),
    cacheTokensDetails: both(one.cacheTokensDetails, other.cacheTokensDetails),
    candidatesTokensDetails: both(one.candidatesTokensDetails, other.candidatesTokensDetails),
  }
}

function both(
  one: ModalityCount[] | undefined,
  other: ModalityCount[] | undefined,
): ModalityCount[] {
  return [...listOf(one), ...listOf(other)]
}

/** How many of the tokens are of one modality, if Google says so. */
export function tokensOf(modality: string, details: ModalityCount[] | undefined): number {
  let tokens = 0
  for (const detail of listOf(details)) {
    if (detail.modality === modality) tokens += count(detail.tokenCount)
  }
  return tokens
}

function count(value: number | undefined): number {
  return value !== undefined && Number.isSafeInteger(value) && value > 0 ? value : 0
}

/** Google's own rule of thumb for text. */
const CHARS_PER_TOKEN = 4
/** Tokens assumed for an answer of unknown length: a page or two. */
const TYPICAL_OUTPUT = 1024
/** Tokens. No model gives more in one answer (docs/google.md: Generation settings), whatever the request asks for. */
const MAX_OUTPUT = 65_536

/** About how many tokens the texts take, at least one each. */
export function estimateTextTokens(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Math.max(1, Math.ceil(text.length / CHARS_PER_TOKEN)), 0)
}

/**
 * About how many tokens a request will use: its text and media, its functions with their calls and results, and the
 * output that it asks for. `lengthOf` returns the full length of a text that was cut.
 */
export function estimateTokens(
  request: GenerateContentRequest,
  lengthOf: (text: string) => number = (text) => text.length,
): number {
  return estimatePromptTokens(request, lengthOf) + estimateOutput(request)
}

/** The same without the output. */
export function estimatePromptTokens(
  request: GenerateContentRequest,
  lengthOf: (text: string) => number,
): number {
  const { contents, systemInstruction, generationConfig, tools } = request
  const all: Content[] =
    systemInstruction === undefined ? contents : [systemInstruction, ...contents]
  let chars =
    lengthInside(tools, lengthOf) + lengthInside(generationConfig?.responseJsonSchema, lengthOf)
  let media = 0
  for (const content of all) {
    const size = Object.isFrozen(content) ? frozenSize(content) : sizeOf(content, lengthOf)
    chars += size.chars
    media += size.media
  }
  return Math.ceil(chars / CHARS_PER_TOKEN) + media
}

interface Size {
  readonly chars: number
  /** In tokens. */
  readonly media: number
}

function sizeOf({ parts }: Content, lengthOf: (text: string) => number): Size {
  let chars = 0
  let media = 0
  for (const part of parts) {
    if (part.text !== undefined) chars += lengthOf(part.text)
    const { functionCall: call, functionResponse: result } = part
    if (call !== undefined) chars += lengthInside(call.args, lengthOf)
    media += estimateMediaTokens(part, lengthOf)
    if (result === undefined) continue
    chars += lengthInside(result.response, lengthOf)
    for (const piece of result.parts ?? []) media += estimateMediaTokens(piece, lengthOf)
  }
  return { chars, media }
}

/** Contents of an agent's earlier turns, which nothing was cut out of. */
const frozenSize = onceForFrozen((content) => sizeOf(content as Content, (text) => text.length))

/** How many tokens of output a request asks for; a usual number if it does not say. */
export function estimateOutput({
  generationConfig,
}: Pick<GenerateContentRequest, 'generationConfig'>): number {
  return Math.min(generationConfig?.maxOutputTokens ?? TYPICAL_OUTPUT, MAX_OUTPUT)
}

/** Characters around a value in JSON: quotes, a colon, a comma. */
const PUNCTUATION = 3

/**
 * About how long a value is as JSON, without writing it. Recursion is safe: values that are nested too deeply were
 * refused before.
 */
function lengthInside(value: unknown, lengthOf: (text: string) => number): number {
  if (typeof value === 'string') return lengthOf(value)
  if (typeof value !== 'object' || value === null) return value === undefined ? 0 : 1
  // Frozen values hold no cuttings.
  return Object.isFrozen(value) ? frozenLength(value) : lengthOfAll(value, lengthOf)
}

function lengthOfAll(value: object, lengthOf: (text: string) => number): number {
  let length = 0
  // Each schema of each function passes here, so the loops create no arrays.
  if (Array.isArray(value)) {
    for (const inner of value) length += lengthInside(inner, lengthOf)
    return length
  }
  for (const key in value) {
    const inner = (value as Readonly<Record<string, unknown>>)[key]
    length += key.length + PUNCTUATION + lengthInside(inner, lengthOf)
  }
  return length
}

const frozenLength = onceForFrozen((value) => lengthOfAll(value, (text) => text.length))
