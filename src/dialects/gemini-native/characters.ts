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
  /** Texts in the arguments of the call that is under way, by their places. */
  readonly #arguments = new Map<string, WholeCharacters>()
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
    this.#isCut = parts.some(hasHalf) || this.#isCut
    if (first === undefined || !isRecord(first) || !this.#isCut) return null
    const whole = parts.map((part) => this.#whole(part))
    if (isFinal(response)) {
      this.#isCut = false
      this.#arguments.clear()
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
    const pieces = piecesOf(part)
    if (pieces !== null) {
      const partialArgs = pieces.map((piece) => this.#wholePiece(piece))
      return { ...part, functionCall: { ...(part.functionCall as object), partialArgs } } as Part
    }
    if (typeof part.text !== 'string') return part
    const characters = part.thought === true ? this.#thoughts : this.#texts
    return { ...part, text: characters.next(part.text) }
  }

  /** A piece of a call's arguments. The pieces of one text name the same place. */
  #wholePiece(piece: unknown): unknown {
    const said = stringOf(piece, 'stringValue')
    if (!isRecord(piece) || said === undefined) return piece
    const place = stringOf(piece, 'jsonPath') ?? ''
    const characters = this.#arguments.get(place) ?? new WholeCharacters()
    const text = characters.next(said)
    if (piece['willContinue'] === true) this.#arguments.set(place, characters)
    else this.#arguments.delete(place)
    const rest = piece['willContinue'] === true ? '' : characters.end()
    return { ...piece, stringValue: text + rest }
  }
}

function stringOf(of: unknown, name: string): string | undefined {
  const value = isRecord(of) ? of[name] : undefined
  return typeof value === 'string' ? value : undefined
}

function piecesOf({ functionCall }: Part): readonly unknown[] | null {
  const pieces = isRecord(functionCall) ? functionCall['partialArgs'] : null
  return Array.isArray(pieces) ? pieces : null
}

function hasHalf(part: Part): boolean {
  const pieces = piecesOf(part) ?? []
  return (
    !textOf(part).isWellFormed() ||
    pieces.some((piece) => stringOf(piece, 'stringValue')?.isWellFormed() === false)
  )
}
