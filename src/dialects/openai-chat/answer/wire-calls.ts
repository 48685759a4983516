/** The model's calls as OpenAI's tool calls (docs/clients.md: Whole answers). */
import type { MadeCall } from '../../../gemini/answer/calls.ts'
import { customInput } from '../../openai/custom-tools.ts'

/** OpenAI's own limit for a call id (docs/clients.md: Signatures), which clients' databases have taken over. */
const ID_MAX_LENGTH = 40
/** Anthropic's rule for ids, the strictest: the conversation may be continued there. */
const ID = /^[A-Za-z0-9_-]+$/

/**
 * Ids for one answer's calls: Google's if it is usable, otherwise one of Pollux's (docs/clients.md: Streams). Reading
 * the same answer again gives the same ids.
 */
export class CallIds {
  /** The beginning of Pollux's own ids, different for each answer. Letters, digits and `_`, at most 34 characters. */
  readonly #prefix: string
  #minted = 0

  constructor(answerId: string, choice: number) {
    const unique = answerId.replaceAll(/[^A-Za-z0-9]/g, '').slice(-24)
    this.#prefix = `call_${unique}_${choice === 0 ? '' : `${choice}_`}`
  }

  mint(googleId: string): string {
    const isGood = googleId.length <= ID_MAX_LENGTH && ID.test(googleId)
    return isGood ? googleId : `${this.#prefix}${this.#minted++}`
  }
}

/** What the client finds under `tool_calls`; in a delta, the index comes in addition. */
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

/** Where Google's own OpenAI layer puts a thought signature (docs/google.md: Thought signatures). */
export interface ExtraContent {
  readonly google: { readonly thought_signature: string }
}

export function toWireCall(call: MadeCall, customTools: ReadonlySet<string>): WireCall {
  const { id, name, signature } = call
  const extra = signature === undefined ? {} : { extra_content: extraContent(signature) }
  return customTools.has(name)
    ? { id, type: 'custom', custom: { name, input: customInput(call.args, call.json) }, ...extra }
    : { id, type: 'function', function: { name, arguments: call.json }, ...extra }
}

export function extraContent(signature: string): ExtraContent {
  return { google: { thought_signature: signature } }
}

export function isSigned(call: MadeCall): call is MadeCall & { readonly signature: string } {
  return call.signature !== undefined
}
