import type { Family } from '../../dialects/dialect.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import type { Call, Reply } from '../call.ts'

export type Handler = (call: Call, holder: KeyHolder) => Promise<Reply>

/**
 * Makes the handler of a path that several families have. It calls the handler of the family that is asked
 * (family-of.ts).
 */
export function byFamily(
  handlers: { readonly openai: Handler } & Partial<Record<Family['name'], Handler>>,
): Handler {
  return (call, holder) => (handlers[call.family.name] ?? handlers.openai)(call, holder)
}
