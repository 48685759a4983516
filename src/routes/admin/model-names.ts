import * as v from 'valibot'
import { findModel, stripModelPrefix } from '../../gemini/models/find-model.ts'
import { lazy } from '../../lazy.ts'

const MODEL_NAME = /^[A-Za-z0-9][\w.:@-]{0,127}$/

/** Google's name for a model. Google's moving aliases become the model that they mean today. */
export const model = lazy(() =>
  v.pipe(
    v.string('a string'),
    v.transform(stripModelPrefix),
    v.regex(MODEL_NAME, 'must be a model id such as gemini-2.5-flash'),
    v.transform((name) => findModel(name)?.id ?? name),
  ),
)

export const models = lazy(() =>
  v.nullable(
    v.pipe(
      v.array(model(), 'an array of model ids, or null'),
      v.maxLength(200, 'must have at most 200 models'),
    ),
  ),
)

/** A name that a chat request may use for a model. */
export const aliasName = lazy(() =>
  v.pipe(
    v.string(),
    v.transform(stripModelPrefix),
    v.regex(MODEL_NAME, 'must be a name such as fast or gpt-4o'),
  ),
)

export const aliases = lazy(() =>
  v.pipe(
    v.record(aliasName(), model(), 'an object of model ids by name'),
    v.check((names) => Object.keys(names).length <= 100, 'must have at most 100 names'),
  ),
)

/** Each fallback could cost a round through the whole ring. */
const MAX_FALLBACKS = 5

export const fallbacks = lazy(() =>
  v.pipe(
    v.record(
      aliasName(),
      v.pipe(
        v.array(model(), 'an array of model ids'),
        v.maxLength(MAX_FALLBACKS, `must have at most ${MAX_FALLBACKS} models`),
        v.check((chain) => new Set(chain).size === chain.length, 'must name no model twice'),
      ),
      'an object of lists of model ids by model id',
    ),
    v.check((chains) => Object.keys(chains).length <= 100, 'must have at most 100 models'),
    v.transform(byGooglesName),
    v.check((chains) => !hasCycle(chains), 'must not lead from a model back to itself'),
  ),
)

function byGooglesName(chains: Record<string, string[]>): Record<string, string[]> {
  const entries = Object.entries(chains).map(([name, chain]) => [
    findModel(name)?.id ?? name,
    chain,
  ])
  return Object.fromEntries(entries) as Record<string, string[]>
}

/**
 * A chain is never followed into another one, so a cycle does no harm. It is refused because it does not say which
 * model is preferred.
 */
function hasCycle(chains: Readonly<Record<string, readonly string[]>>): boolean {
  const done = new Set<string>()
  const leadsBack = (model: string, path: readonly string[]): boolean => {
    if (path.includes(model)) return true
    if (done.has(model) || !Object.hasOwn(chains, model)) return false
    const back = (chains[model] ?? []).some((next) => leadsBack(next, [...path, model]))
    done.add(model)
    return back
  }
  return Object.keys(chains).some((model) => leadsBack(model, []))
}
