/** What tests told the emulator to answer. The most specific script comes first, then the oldest. */
import type { Reply, ScriptInput } from '../protocol.ts'

const GENERATE_METHODS: ReadonlySet<string> = new Set(['generateContent', 'streamGenerateContent'])
const CREDENTIAL_WEIGHT = 4
const MODEL_WEIGHT = 2
const METHOD_WEIGHT = 1

export interface Occasion {
  credential: string | undefined
  model: string | undefined
  method: string
}

interface Script extends ScriptInput {
  id: number
  left: number
}

export class Scripts {
  #scripts: Script[] = []
  #lastId = 0

  add(input: ScriptInput): number {
    const times = input.times ?? 1
    this.#lastId += 1
    this.#scripts.push({ ...input, id: this.#lastId, left: times === 0 ? Infinity : times })
    return this.#lastId
  }

  /** The reply for this occasion. Counts as one of its script's uses. */
  take(occasion: Occasion): Reply {
    let best: Script | undefined
    for (const script of this.#scripts) {
      if (!matches(script, occasion)) continue
      if (!best || weight(script) > weight(best)) best = script
    }
    if (!best) return {}
    best.left -= 1
    if (best.left <= 0) this.#scripts = this.#scripts.filter((script) => script !== best)
    return best.reply
  }

  list(): (ScriptInput & { id: number })[] {
    return this.#scripts.map(({ left, ...script }) => ({
      ...script,
      times: left === Infinity ? 0 : left,
    }))
  }

  /** Removes the scripts for one credential; null removes all. */
  clear(credential: string | null): void {
    this.#scripts =
      credential === null ? [] : this.#scripts.filter((script) => script.credential !== credential)
  }
}

function matches(script: ScriptInput, occasion: Occasion): boolean {
  const { credential, model, method } = script
  if (credential !== undefined && credential !== occasion.credential) return false
  if (model !== undefined && model !== occasion.model) return false
  return method === undefined ? GENERATE_METHODS.has(occasion.method) : method === occasion.method
}

function weight({ credential, model, method }: ScriptInput): number {
  return (
    (credential === undefined ? 0 : CREDENTIAL_WEIGHT) +
    (model === undefined ? 0 : MODEL_WEIGHT) +
    (method === undefined ? 0 : METHOD_WEIGHT)
  )
}
