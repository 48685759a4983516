/** Changes to a request before anybody looks at it. Each leaves most texts as they are. */
import { mayNameOwned } from '../../gemini/media/owned-uris.ts'
import { parseWithRawNumbers } from '../../json/long-numbers.ts'
import { repeatsKeys } from '../../json/repeated-keys.ts'

/** A request as a text, and what was parsed from it. */
export interface Given {
  readonly text: string
  readonly value: Record<string, unknown>
}

type Change = (text: string, value: Record<string, unknown>) => string

/** What every request needs, one that only counts its tokens too. */
export const TIDYING: readonly Change[] = [withoutRepeats]

export function tidied(given: Given, changes: readonly Change[]): Given {
  let tidy = given
  for (const change of changes) {
    const text = change(tidy.text, tidy.value)
    // The changes keep the text a JSON object.
    if (text !== tidy.text) tidy = { text, value: JSON.parse(text) as Record<string, unknown> }
  }
  return tidy
}

/**
 * Danger: whether a user may have a file read is judged by the parsed value, which has the last of two fields of one name.
 * Google may read the first. So a request that may name a file goes on without such repeats.
 */
function withoutRepeats(text: string): string {
  return mayNameOwned(text) && repeatsKeys(text) ? JSON.stringify(parseWithRawNumbers(text)) : text
}
