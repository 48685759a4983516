import type { Family } from '../../dialects/dialect.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import type { Call, Reply } from '../call.ts'

export type Handler = (call: Call, holder: KeyHolder) => Promise<Reply>

/** The handler of a path that several families have: that of the family that is asked, by the place of the key (family-of.ts). */
export function byFamily(
  handlers: { readonly openai: Handler } & Partial<Record<Family['name'], Handler>>,
): Handler {
  return (call, holder) => (handlers[call.family.name] ?? handlers.openai)(call, holder)
}
