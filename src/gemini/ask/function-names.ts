import { calledName, MODULE } from '../answer/called-name.ts'

/** First a letter or `_`, then these. Google takes 128 characters by now, older models half of it (docs/google.md: Tools). */
const GEMINI_NAME = /^[A-Za-z_][\w.:-]{0,63}$/
const MAX_LENGTH = 64

/** With the module before it a name could not be told from a slip of Gemini's. */
function isTaken(name: string): boolean {
  return GEMINI_NAME.test(name) && !MODULE.test(name)
}

/**
 * The client's names of functions in Gemini's alphabet (docs/clients.md: Messages). A name that Gemini takes stays as it is; of several that would
 * become one, each gets its own.
 */
export class FunctionNames {
  /** Of a request without functions, as most are. */
  static readonly NONE = new FunctionNames([])

  readonly #toGemini = new Map<string, string>()
  readonly #changed = new Map<string, string>()
  readonly #taken = new Set<string>()

  constructor(names: Iterable<string>) {
    const all = new Set(names)
    for (const name of all) if (isTaken(name)) this.#map(name, name)
    for (const name of all) {
      const own = calledName(name)
      // An older answer, whose name was told as Gemini wrote it.
      if (own !== name && all.has(own)) this.#toGemini.set(name, this.toGemini(own))
      else if (!isTaken(name)) this.#map(name, this.#free(name))
    }
  }

  /** Of a name that was given to the constructor. */
  toGemini(name: string): string {
    return this.#toGemini.get(name) ?? name
  }

  /** Those that differ, the client's by Gemini's. */
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
    let told = base.slice(0, MAX_LENGTH)
    for (let number = 2; this.#taken.has(told); number++) {
      const suffix = `_${number}`
      told = base.slice(0, MAX_LENGTH - suffix.length) + suffix
    }
    return told
  }
}
