/**
 * What a client's function returned, in Gemini's form, which is always an object (docs/google.md: Parts;
 * docs/clients.md: Messages).
 */
import { frozen } from '../../json/frozen.ts'
import type { FunctionCall, FunctionResponse, Part } from '../types.ts'
import { parseObject } from './json-object.ts'
import { resultObject } from './result-object.ts'

/** The result of a call. */
export interface Result {
  /** Texts and media in order. The texts are joined; if they spell a JSON object, that object is the result. */
  readonly parts: readonly Part[]
  /** The call failed, and the parts say why. */
  readonly isError?: boolean
  /** Earlier results of the call count too. */
  readonly isAddition?: boolean
}

/** The part that answers the call, and the parts that cannot stand inside it, such as a file at an address. */
export interface ToldResult {
  readonly part: Part
  readonly beside: readonly Part[]
}

/**
 * `result` is null if none ever came: the user stopped the client, or the client shortened its history
 * (docs/clients.md: Messages).
 */
export function tellResult(call: FunctionCall, result: Result | null): ToldResult {
  if (result === null || !Object.isFrozen(result.parts)) return toldResult(call, result)
  const { name, id } = call
  const { parts, isError = false } = result
  const known = frozenResults.get(parts)
  if (known?.name === name && known.id === id && known.isError === isError) return known.told
  const told = frozen(toldResult(call, result))
  frozenResults.set(parts, { name, id, isError, told })
  return told
}

/** By their parts: each turn of an agent has the results of the turns before once more. */
const frozenResults = new WeakMap<readonly Part[], Known>()

interface Known {
  readonly name: string
  readonly id: string | undefined
  readonly isError: boolean
  readonly told: ToldResult
}

function toldResult(call: FunctionCall, result: Result | null): ToldResult {
  const response = result === null ? MISSING : toResponse(result)
  const functionResponse: FunctionResponse = { name: call.name, response }
  if (call.id !== undefined) functionResponse.id = call.id
  const part = { functionResponse }
  const media = result?.parts.filter(({ text }) => text === undefined) ?? []
  if (media.length === 0) return { part, beside: media }
  const inside = media.flatMap(({ inlineData }) => (inlineData ? [{ inlineData }] : []))
  if (inside.length > 0) functionResponse.parts = inside
  return { part, beside: media.filter(({ inlineData }) => inlineData === undefined) }
}

/**
 * What came of a call. If a client sends several results, the last counts, unless it only adds to those before (a
 * repetition adds nothing). Null if nothing came.
 */
export function joined(results: readonly Result[]): Result | null {
  const last = results.at(-1) ?? null
  if (last?.isAddition !== true || results.length === 1) return last
  const different = new Map(results.map(({ parts }) => [JSON.stringify(parts), parts]))
  return different.size === 1 ? last : { ...last, parts: [...different.values()].flat() }
}

const MISSING = { error: 'No result was sent for this call.' }

function toResponse({ parts, isError = false }: Result): Record<string, unknown> {
  const text = parts.flatMap((part) => part.text ?? []).join('\n')
  return isError ? { error: text } : resultObject(text, parseObject(text))
}
