/** Google's function calls as OpenAI's tool calls (client-protocols §1.3, §1.6; E6–E16). */
import type { FunctionCall, Part } from '../../../gemini/types.ts'
import { isRecord } from '../../../json/record.ts'
import { PartialArgs } from '../../../gemini/answer/partial-args.ts'
import type { AnswerPlan } from '../plan.ts'
import { calledName } from '../../../gemini/answer/called-name.ts'
import { toWellFormedJson } from '../../../json/well-formed.ts'

/** A call as the client gets it. */
export interface ToolCall {
  readonly id: string
  /** The client's own name of the function. */
  readonly name: string
  /** JSON, always of an object; for a custom tool its input, as it is. */
  readonly arguments: string
  readonly kind: 'function' | 'custom'
  readonly signature: string | undefined
}

/** OpenAI's own bound on a call id (client-protocols §1.9), which clients have copied into their stores. */
const ID_MAX_LENGTH = 40
/** Anthropic's rule, the strictest: a conversation may go on there. */
const ID = /^[A-Za-z0-9_-]+$/

/** Takes the parts of one answer with a function call, one after the other. */
export class CallReader {
  readonly #plan: AnswerPlan
  /** What ids of our own begin with: no other answer's do. */
  readonly #idPrefix: string
  /** Which call Google's id named; which id the client was told is another matter. */
  readonly #byGoogleId = new Map<string, string>()
  readonly #signatures = new Set<string>()
  readonly #ids = new Set<string>()
  #pending: { readonly part: Part; readonly args: PartialArgs } | null = null
  #minted = 0

  constructor(plan: AnswerPlan, idPrefix: string) {
    this.#plan = plan
    this.#idPrefix = idPrefix
  }

  /** Whether a call has begun whose rest is still to come. */
  get isPending(): boolean {
    return this.#pending !== null
  }

  /** The call that this part completes; null where it completes none, or repeats one. */
  read(part: Part): ToolCall | null {
    const whole = this.#completed(part)
    if (whole === null) return null
    const { functionCall, thoughtSignature } = whole
    const given = functionCall?.args
    const args = toWellFormedJson(isRecord(given) ? given : {})
    const named = calledName(nameOf(functionCall))
    const signature = typeof thoughtSignature === 'string' ? thoughtSignature : undefined
    const googleId = idOf(functionCall)
    if (this.#isRepeated(googleId, `${named} ${args}`, signature)) return null
    const name = this.#plan.functionNames.get(named) ?? named
    const id = this.#idFor(googleId)
    const isCustom = this.#plan.customTools.has(name)
    return {
      id,
      name,
      arguments: isCustom ? inputOf(given, args) : args,
      kind: isCustom ? 'custom' : 'function',
      signature,
    }
  }

  /** The part itself, or all pieces of a call put together with the last of them (E16). */
  #completed(part: Part): Part | null {
    const call = part.functionCall
    if (!isRecord(call)) return null
    const pieces = Array.isArray(call.partialArgs) ? call.partialArgs.filter(isRecord) : []
    const continues = this.#pending !== null && nameOf(call) === ''
    if (!continues && call.willContinue !== true && pieces.length === 0) {
      return nameOf(call) === '' ? null : part
    }
    if (!continues) this.#pending = { part, args: new PartialArgs() }
    const { pending } = { pending: this.#pending }
    if (pending === null) return null
    pending.args.add(pieces)
    if (call.willContinue === true) return null
    this.#pending = null
    const begun = pending.part
    const signature = begun.thoughtSignature ?? part.thoughtSignature
    return {
      functionCall: {
        ...begun.functionCall,
        name: nameOf(begun.functionCall),
        args: pending.args.value,
      },
      ...(signature !== undefined && { thoughtSignature: signature }),
    }
  }

  /**
   * Some backends send a call again with the next chunk (E15). The same id, or the same signature,
   * with the same words is the same call; without either, two equal calls are two.
   */
  #isRepeated(googleId: string, words: string, signature: string | undefined): boolean {
    if (googleId !== '') {
      if (this.#byGoogleId.get(googleId) === words) return true
      this.#byGoogleId.set(googleId, words)
    }
    if (signature === undefined) return false
    const signed = `${signature} ${words}`
    if (this.#signatures.has(signed)) return true
    this.#signatures.add(signed)
    return false
  }

  /** Google's id where it will do, else one of our own (E7): the same one for the same call, however often it is read. */
  #idFor(googleId: string): string {
    const isGood = googleId.length <= ID_MAX_LENGTH && ID.test(googleId)
    let id = isGood ? googleId : this.#mint()
    while (this.#ids.has(id)) id = this.#mint()
    this.#ids.add(id)
    return id
  }

  #mint(): string {
    return `${this.#idPrefix}${this.#minted++}`
  }
}

/** The prefix of call ids that Pollux makes: letters, digits and `_`, at most 34 characters. */
export function callIdPrefix(answerId: string, choice: number): string {
  const unique = answerId.replaceAll(/[^A-Za-z0-9]/g, '').slice(-24)
  return `call_${unique}_${choice === 0 ? '' : `${choice}_`}`
}

/** What the client finds under `tool_calls`, and in a delta of it beside the index. */
export type WireCall = {
  readonly id: string
  readonly extra_content?: ExtraContent
} & (
  | {
      readonly type: 'function'
      readonly function: { readonly name: string; readonly arguments: string }
    }
  | { readonly type: 'custom'; readonly custom: { readonly name: string; readonly input: string } }
)

/** Where Google's own OpenAI layer puts a thought signature (google-upstreams §6.5). */
export interface ExtraContent {
  readonly google: { readonly thought_signature: string }
}

export function toWireCall(call: ToolCall): WireCall {
  const { id, name, signature } = call
  const extra = signature === undefined ? {} : { extra_content: extraContent(signature) }
  return call.kind === 'custom'
    ? { id, type: 'custom', custom: { name, input: call.arguments }, ...extra }
    : { id, type: 'function', function: { name, arguments: call.arguments }, ...extra }
}

export function extraContent(signature: string): ExtraContent {
  return { google: { thought_signature: signature } }
}

export function isSigned(call: ToolCall): call is ToolCall & { readonly signature: string } {
  return call.signature !== undefined
}

/** A custom tool is declared with one text, `input` (client-protocols §1.1). */
function inputOf(args: FunctionCall['args'], json: string): string {
  const input = isRecord(args) ? args['input'] : undefined
  return typeof input === 'string' ? input : json
}

/** Typed, but not checked: as everywhere, what is not of its type is absent. */
function nameOf(call: FunctionCall | undefined): string {
  const name: unknown = call?.name
  return typeof name === 'string' ? name : ''
}

function idOf(call: FunctionCall | undefined): string {
  const id: unknown = call?.id
  return typeof id === 'string' ? id : ''
}
