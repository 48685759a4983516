import type { Cuttings } from '../../bytes/cuttings.ts'
import type { Failure } from '../../failure/failure.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { checked } from '../access.ts'
import type { Call, Reply } from '../call.ts'
import { readCutServiceBody } from './journey.ts'

export type CountPrompt = (
  body: unknown,
  cuttings: Cuttings,
) =>
  | { readonly ok: true; readonly tokens: number }
  | { readonly ok: false; readonly failure: Failure }

/** The handler of a route that says about how many tokens a prompt has. Takes no lease: it neither counts against limits nor turns the ring. */
export function countMessages(
  countPrompt: CountPrompt,
): (call: Call, holder: KeyHolder) => Promise<Reply> {
  return async (call, holder) => {
    const body = await readCutServiceBody(call, holder)
    if (!body.ok) return body.reply
    const counted = countPrompt(body.value, body.cuttings)
    const reply = counted.ok ? Response.json({ input_tokens: counted.tokens }) : counted.failure
    return checked(call, holder, reply)
  }
}
