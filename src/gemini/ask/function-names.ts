import { calledName, MODULE } from '../answer/called-name.ts'

/**
 * A letter or `_`, then any of these characters. Google now takes 128 characters, but older models only 64
 * (docs/google.md: Tools).
 */
const GEMINI_NAME = /^[A-Za-z_][\w.:-]{0,63}$/
const MAX_LENGTH = 64
/** Names that are the same within so many characters share their numbers. It leaves room for any number. */
const NUMBERED_CHARS = 54

/**
 * Whether Gemini may be told the name unchanged. A name with Gemini's module before it may not: the reader of the
 * answer would remove the module.
 */
function isTaken(name: string): boolean {
  return GEMINI_NAME.test(name) && !MODULE.test(name)
}

/**
 * Maps the client's names of functions to names that Gemini accepts (docs/clients.md: Messages). A name that is
 * already accepted stays. If several would become the same, each gets a name of its own.
 */
export class FunctionNames {
  /** For a request without functions, as most are. */
  static readonly #NONE = new FunctionNames([])

  /** `called`: the names in the conversation, some of which may no longer be offered. */
  static of(offered: ReadonlyMap<string, unknown>, called: readonly string[]): FunctionNames {
    return offered.size + called.length === 0
      ? FunctionNames.#NONE
      : new FunctionNames([...offered.keys(), ...called])
  }

  readonly #toGemini = new Map<string, string>()
  readonly #changed = new Map<string, string>()
  readonly #taken = new Set<string>()
  /** The next number to try, by the shortened name. */
  readonly #numbers = new Map<string, number>()

  constructor(names: Iterable<string>) {
    const all = new Set(names)
    for (const name of all) if (isTaken(name)) this.#map(name, name)
    for (const name of all) {
      const own = calledName(name)
      // The name comes from an older answer, which passed on Gemini's module before the name.
      if (own !== name && all.has(own)) this.#toGemini.set(name, this.toGemini(own))
      else if (!isTaken(name)) this.#map(name, this.#free(name))
    }
  }

  /** `name` must have been given to the constructor. */
  toGemini(name: string): string {
    return this.#toGemini.get(name) ?? name
  }

  /** Names that were changed: Gemini's name → the client's. */
  changed(): ReadonlyMap<string, string> {
    return this.#changed
  }

  #map(name: string, told: string): void {
    this.#toGemini.set(name, told)
    if (name !== told) this.#changed.set(told, name)
    this.#taken.add(told)
  }

  #free(name: string): string {
    const letters = name.replace(MODULE, 'default_api_').replaceAll(/[^\w.:-]/g, '_')
    const base = /^[A-Za-z_]/.test(letters) ? letters : `_${letters}`
    let told = shortened(base, MAX_LENGTH)
    if (!this.#taken.has(told)) return told
    const numbered = shortened(base, NUMBERED_CHARS)
    // Danger: if each name counted from 2, many that become one would take the square of their number.
    let number = this.#numbers.get(numbered) ?? 2
    for (; this.#taken.has(told); number++) {
      const suffix = `_${number}`
      told = shortened(base, MAX_LENGTH - suffix.length) + suffix
    }
    this.#numbers.set(numbered, number)
    return told
  }
}

const HEAD_LENGTH = 20

/** Without its middle: the end says most where the name of an MCP server stands before it. */
function shortened(name: string, length: number): string {
  if (name.length <= length) return name
  return name.slice(0, HEAD_LENGTH) + name.slice(HEAD_LENGTH - length)
}
