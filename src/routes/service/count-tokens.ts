import type { CountDialect } from '../../dialects/count-dialect.ts'
import { count } from '../../gateway/count.ts'
import { wellFormedJson } from '../../json/well-formed.ts'
import { checked } from '../access.ts'
import type { Handler } from '../call.ts'
import { setJourneyHeaders, unanswered } from './journey-headers.ts'
import { journeyFor, outliving, readCutServiceBody } from './call-journey.ts'
import { sentOf } from './read.ts'

/**
 * Makes the handler of a route that counts tokens. Google counts them, so the call counts as one of the user's
 * requests.
 */
export function countTokens(dialect: CountDialect): Handler {
  return async (call, holder) => {
    const body = await readCutServiceBody(call, holder)
    if (!body.ok) return body.reply
    const { text, value, cuttings } = body
    const asked = dialect.read(sentOf(call, holder, { text, value }, cuttings))
    if (!asked.ok) return checked(call, holder, asked.failure)
    const { model, write, unfit, unfitFor, pins, uris } = asked
    const journey = await journeyFor(call, holder, {
      conversation: null,
      model,
      estimatedTokens: 0,
    })
    const counting = count({ ...journey, write, cuttings, unfit, unfitFor, pins, uris })
    const counted = await outliving(call, counting)
    if (!counted.ok) return unanswered(call, counted.generated)
    const response = new Response(wellFormedJson(asked.tell(counted)), {
      headers: { 'content-type': 'application/json' },
    })
    setJourneyHeaders(response.headers, counted.generated, call)
    return response
  }
}
