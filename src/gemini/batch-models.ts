import { isRecord } from '../json/record.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * A batch in which every request that names a model names this one. Danger: a user's models, limits and prices are those
 * of the model in the address, and a request in the batch may name a dearer one. Pure.
 */
export function batchOf(body: Record<string, unknown>, model: string): Record<string, unknown> {
  const named = `models/${model}`
  const withModel = (of: unknown): unknown =>
    isRecord(of) && Object.hasOwn(of, 'model') ? { ...of, model: named } : of
  const inRequests = (list: unknown): unknown =>
    Array.isArray(list) ? list.map((item: unknown) => within(item, ['request'], withModel)) : list
  return within(body, ['batch'], (batch) =>
    within(withModel(batch), ['inputConfig', 'input_config'], (config) =>
      within(config, ['requests'], (requests) => within(requests, ['requests'], inRequests)),
    ),
  ) as Record<string, unknown>
}

/** The object with these fields changed, as far as it has them. */
function within(
  of: unknown,
  names: readonly string[],
  change: (value: unknown) => unknown,
): unknown {
  if (!isRecord(of)) return of
  const changed: Fields = Object.fromEntries(
    names.filter((name) => Object.hasOwn(of, name)).map((name) => [name, change(of[name])]),
  )
  return { ...of, ...changed }
}
