import type { Family } from '../../dialects/dialect.ts'
import type { Handler } from '../call.ts'

/**
 * Makes the handler of a path that several families have. It calls the handler of the family that is asked
 * (family-of.ts).
 */
export function byFamily(
  handlers: { readonly openai: Handler } & Partial<Record<Family['name'], Handler>>,
): Handler {
  return (call, holder) => (handlers[call.family.name] ?? handlers.openai)(call, holder)
}
