/**
 * Reads the function calls of Google's answer. Each call reaches the client once and whole (docs/clients.md:
 * Streams).
 */
import type { FunctionCall, Part } from '../types.ts'
import { isRecord, recordOf } from '../../json/record.ts'
import { toWellFormedJson } from '../../json/well-formed.ts'
import { calledName } from './called-name.ts'
import { PartialArgs } from './partial-args.ts'

/** A call that the model made. */
export interface MadeCall {
  readonly id: string
  /** The function's name as the client declared it. */
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  /** `args` as JSON, always of an object. */
  readonly json: string
  readonly signature: string | undefined
}

/**
 * Makes the id that the client gets for a call. It is given Google's own id, or an empty string if there is none or
 * another call already has the resulting id. No two calls of a conversation may share an id.
 */
export type Mint = (googleId: string) => string

/** Takes the parts of one answer that hold a function call, one after the other. */
export class CallReader {
  /** The names that Gemini was told → the client's own names. */
  readonly #names: ReadonlyMap<string, string>
  readonly #mint: Mint
  /**
   * Google's id → the call's name and arguments, to recognise repeated calls. Unrelated to the ids that the client
   * gets.
   */
  readonly #byGoogleId = new Map<string, string>()
  readonly #signatures = new Set<string>()
  readonly #ids = new Set<string>()
  #pending: { readonly part: Part; readonly args: PartialArgs } | null = null
  #isBroken = false

  constructor(names: ReadonlyMap<string, string>, mint: Mint) {
    this.#names = names
    this.#mint = mint
  }

  /** Whether a call has begun whose rest is still to come. */
  get isPending(): boolean {
    return this.#pending !== null
  }

  /** Whether some call can never be told: another one began before its rest had come, or it has no name. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** The call that this part completes; null if it completes none or repeats one. */
  read(part: Part): MadeCall | null {
    const whole = this.#completed(part)
    if (whole === null) return null
    const { functionCall, thoughtSignature } = whole
    const args = recordOf(functionCall?.args)
    const json = toWellFormedJson(args)
    const named = calledName(nameOf(functionCall))
    const signature = typeof thoughtSignature === 'string' ? thoughtSignature : undefined
    const googleId = idOf(functionCall)
    if (this.#isRepeated(googleId, `${named} ${json}`, signature)) return null
    const name = this.#names.get(named) ?? named
    return { id: this.#idFor(googleId), name, args, json, signature }
  }

  /**
   * A part that holds a whole call, or all pieces of a call joined once the last one is there (docs/clients.md:
   * Streams). Null until then.
   */
  #completed(part: Part): Part | null {
    const call = part.functionCall
    if (!isRecord(call)) return null
    const pieces = Array.isArray(call.partialArgs) ? call.partialArgs.filter(isRecord) : []
    const continues = this.#continues(call)
    if (!continues && this.#pending !== null) this.#isBroken = true
    const isWhole = call.willContinue !== true && pieces.length === 0
    if (isWhole && (!continues || hasArgs(call))) return this.#whole(part, call)
    if (!continues) this.#pending = { part, args: new PartialArgs() }
    if (this.#pending === null) return null
    const { part: begun, args } = this.#pending
    args.add(pieces)
    if (call.willContinue === true) return null
    this.#pending = null
    const signature = begun.thoughtSignature ?? part.thoughtSignature
    const name = nameOf(begun.functionCall)
    if (name === '') {
      this.#isBroken = true
      return null
    }
    return {
      functionCall: { ...begun.functionCall, name, args: args.value },
      ...(signature !== undefined && { thoughtSignature: signature }),
    }
  }

  /** A call that came at once. It may complete the open one, whose name it then need not repeat. */
  #whole(part: Part, call: FunctionCall): Part | null {
    const open = this.#pending?.part
    this.#pending = null
    if (nameOf(call) !== '') return part
    const name = nameOf(open?.functionCall)
    if (name !== '') {
      return { ...part, ...open, functionCall: { ...open?.functionCall, ...call, name } }
    }
    this.#isBroken ||= hasArgs(call)
    return null
  }

  /** Whether this part goes on with the open call: it has no name, or has the same id. */
  #continues(call: FunctionCall): boolean {
    const open = this.#pending?.part.functionCall
    if (open === undefined) return false
    const id = idOf(call)
    return nameOf(call) === '' || (id !== '' && id === idOf(open))
  }

  /**
   * Some backends send a call again with the next chunk (docs/clients.md: Streams). A call with the same words and
   * the same id or signature is a repetition. Without id and signature, two equal calls count as two.
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

  #idFor(googleId: string): string {
    let id = this.#mint(googleId)
    while (this.#ids.has(id)) id = this.#mint('')
    this.#ids.add(id)
    return id
  }
}

/** Google's answers are typed but not checked. A value of another type counts as absent, here as everywhere. */
function nameOf(call: FunctionCall | undefined): string {
  const name: unknown = call?.name
  return typeof name === 'string' ? name : ''
}

function hasArgs({ args }: FunctionCall): boolean {
  return isRecord(args) && Object.keys(args).length > 0
}

function idOf(call: FunctionCall | undefined): string {
  const id: unknown = call?.id
  return typeof id === 'string' ? id : ''
}
