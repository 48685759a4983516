import { firstCandidate, isFinal, partsOf, textOf } from '../../gemini/response.ts'
import type { Candidate, GenerateContentResponse, Part } from '../../gemini/types.ts'
import { isRecord } from '../../json/record.ts'
import { withCalledNames } from './calls.ts'
import { toJsonLine } from '../../json/line.ts'
import { WholeCharacters, wellFormedJson } from '../../json/well-formed.ts'

const HALF = /\\u[dD][89a-fA-F]/

/**
 * Passes events on as Google wrote them, with two exceptions. Characters that Google split between two events are put
 * together: no client receives half a character, and none is lost. Functions get the names that the client declared,
 * because it would not find them by others.
 */
export class WholeEvents {
  readonly #declared: ReadonlySet<string>
  readonly #texts = new WholeCharacters()
  readonly #thoughts = new WholeCharacters()
  /** Whether the last event may have ended in the middle of a character. */
  #isCut = false

  /** `declared`: functions that the client itself declared with the module's name in theirs. */
  constructor(declared: ReadonlySet<string> = new Set()) {
    this.#declared = declared
  }

  /** One event as JSON. `text` is the event as it came. */
  json(response: GenerateContentResponse, text: string): string {
    const named = text.includes('"default_api')
      ? withCalledNames(response, this.#declared)
      : response
    const isCut = this.#isCut || HALF.test(text)
    const told = isCut ? this.#told(named) : null
    if (told !== null) return toJsonLine(told)
    if (named !== response) return toJsonLine(named)
    return isCut ? wellFormedJson(text) : text
  }

  #told(response: GenerateContentResponse): GenerateContentResponse | null {
    const { candidates } = response
    if (!Array.isArray(candidates)) return null
    const [first, ...others] = candidates as (Candidate | undefined)[]
    const parts = partsOf(firstCandidate(response))
    this.#isCut = parts.some((part) => !textOf(part).isWellFormed()) || this.#isCut
    if (first === undefined || !isRecord(first) || !this.#isCut) return null
    const whole = parts.map((part) => this.#whole(part))
    if (isFinal(response)) {
      this.#isCut = false
      const rest = this.#texts.end()
      if (rest !== '') whole.push({ text: rest })
    }
    return {
      ...response,
      candidates: [
        { ...first, content: { ...(first.content as object | undefined), parts: whole } },
        ...others.filter((other) => other !== undefined),
      ],
    }
  }

  #whole(part: Part): Part {
    if (typeof part.text !== 'string') return part
    const characters = part.thought === true ? this.#thoughts : this.#texts
    return { ...part, text: characters.next(part.text) }
  }
}
