import * as v from 'valibot'
import { string } from '../words.ts'
import { lazy } from '../../lazy.ts'

/** Google's limit (docs/google.md: Generation settings). OpenAI's own is four. */
const MAX_STOP_SEQUENCES = 5

const one = lazy(() => v.string('a string or an array of strings'))
const several = lazy(() =>
  v.pipe(
    v.array(string()),
    v.check(
      (all) => all.filter(isFilled).length <= MAX_STOP_SEQUENCES,
      `must hold at most ${MAX_STOP_SEQUENCES} texts, which is all that Google takes`,
    ),
  ),
)

/** The field `stop` of OpenAI's bodies. */
export const stop = lazy(() =>
  v.nullish(v.lazy((input) => (Array.isArray(input) ? several() : one()))),
)

/** Leaves out empty sequences, which clients send and Google refuses (docs/clients.md: Fields). */
export function stopsIn(given: v.InferOutput<ReturnType<typeof stop>>): string[] {
  return (typeof given === 'string' ? [given] : (given ?? [])).filter(isFilled)
}

function isFilled(text: string): boolean {
  return text !== ''
}
