import type { Memory, StoredTelling } from '../../dialects/memory.ts'
import type { Parsed } from '../../failure/check.ts'
import type { Failure } from '../../failure/failure.ts'
import type { Item } from '../../objects/responses/results.ts'

/** OpenAI's limit. */
const MAX_ITEMS = 20

/**
 * The items of a body in the form in which they are stored, each with an id. One that only refers to a stored item
 * becomes a copy of it.
 */
export async function toItems(
  telling: StoredTelling,
  given: readonly unknown[],
  memory: Memory,
): Promise<Parsed<readonly Item[]>> {
  if (given.length > MAX_ITEMS) {
    const message = `Invalid value for 'items': must not be more than ${MAX_ITEMS} at a time.`
    return { ok: false, failure: { reason: 'invalid_value', message, param: 'items' } }
  }
  const whole = [...given]
  const references = given.flatMap((item, at) => {
    const reference = telling.reference(item)
    return reference === null ? [] : [{ at, ...reference }]
  })
  if (references.length > 0) {
    const ids = references.map(({ id }) => id)
    const recalled = await memory.recall({ previous: null, conversation: null, references: ids })
    for (const [index, { at, id, isNeeded }] of references.entries()) {
      const text = recalled.ok ? recalled.referenced[index] : null
      if (typeof text === 'string') whole[at] = JSON.parse(text)
      else if (isNeeded) return { ok: false, failure: notStored(at, id) }
    }
  }
  return telling.read(whole, unique)
}

/** Random, so that an id cannot be guessed. */
export function unique(): string {
  return crypto.randomUUID().replaceAll('-', '')
}

function notStored(at: number, id: string): Failure {
  const message = `Item '${id.slice(0, 128)}' is not stored here: send it in full.`
  return { reason: 'item_not_found', message, param: `items[${at}]` }
}
