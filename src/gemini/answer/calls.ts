/** The function calls of an answer of Google's, each told once and whole (docs/clients.md: Streams). */
import type { FunctionCall, Part } from '../types.ts'
import { isRecord } from '../../json/record.ts'
import { toWellFormedJson } from '../../json/well-formed.ts'
import { calledName } from './called-name.ts'
import { PartialArgs } from './partial-args.ts'

/** A call that the model made. */
export interface MadeCall {
  readonly id: string
  /** The client's own name of the function. */
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
  /** The same as JSON, always of an object. */
  readonly json: string
  readonly signature: string | undefined
}

/** An id for a call, given Google's own (empty: none) or, where that is another call's, nothing; no two of a conversation may be equal. */
export type Mint = (googleId: string) => string

/** Takes the parts of one answer with a function call, one after the other. */
export class CallReader {
  /** The client's names of functions by those that Gemini was told. */
  readonly #names: ReadonlyMap<string, string>
  readonly #mint: Mint
  /** Which call Google's id named; which id the client was told is another matter. */
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

  /** Whether a call began whose rest can no longer come, since another began first. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** The call that this part completes; null where it completes none, or repeats one. */
  read(part: Part): MadeCall | null {
    const whole = this.#completed(part)
    if (whole === null) return null
    const { functionCall, thoughtSignature } = whole
    const args = isRecord(functionCall?.args) ? functionCall.args : {}
    const json = toWellFormedJson(args)
    const named = calledName(nameOf(functionCall))
    const signature = typeof thoughtSignature === 'string' ? thoughtSignature : undefined
    const googleId = idOf(functionCall)
    if (this.#isRepeated(googleId, `${named} ${json}`, signature)) return null
    const name = this.#names.get(named) ?? named
    return { id: this.#idFor(googleId), name, args, json, signature }
  }

  /** The part itself, or all pieces of a call put together with the last of them (docs/clients.md: Streams). */
  #completed(part: Part): Part | null {
    const call = part.functionCall
    if (!isRecord(call)) return null
    const pieces = Array.isArray(call.partialArgs) ? call.partialArgs.filter(isRecord) : []
    const continues = this.#continues(call)
    if (!continues && this.#pending !== null) this.#isBroken = true
    const isWhole = call.willContinue !== true && pieces.length === 0
    if (isWhole && (!continues || hasArgs(call))) {
      this.#pending = null
      return nameOf(call) === '' ? null : part
    }
    if (!continues) this.#pending = { part, args: new PartialArgs() }
    if (this.#pending === null) return null
    const { part: begun, args } = this.#pending
    args.add(pieces)
    if (call.willContinue === true) return null
    this.#pending = null
    const signature = begun.thoughtSignature ?? part.thoughtSignature
    return {
      functionCall: {
        ...begun.functionCall,
        name: nameOf(begun.functionCall),
        args: args.value,
      },
      ...(signature !== undefined && { thoughtSignature: signature }),
    }
  }

  /** Whether this is more of the call that is open: without a name, or under the same id. */
  #continues(call: FunctionCall): boolean {
    const open = this.#pending?.part.functionCall
    if (open === undefined) return false
    const id = idOf(call)
    return nameOf(call) === '' || (id !== '' && id === idOf(open))
  }

  /**
   * Some backends send a call again with the next chunk (docs/clients.md: Streams). The same id, or the same signature,
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

  #idFor(googleId: string): string {
    let id = this.#mint(googleId)
    while (this.#ids.has(id)) id = this.#mint('')
    this.#ids.add(id)
    return id
  }
}

/** Typed, but not checked: as everywhere, what is not of its type is absent. */
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
