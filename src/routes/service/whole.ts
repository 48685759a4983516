import type { Answers } from '../../gateway/choices.ts'
import { verdictOf } from '../../gateway/verdict-of.ts'
import { continuationPins } from '../../gemini/pins.ts'
import { tokenIn } from '../../gemini/response.ts'
import type { Reply } from '../call.ts'
import { setIgnored } from './ignored.ts'
import { type Asked, contextOf, ignoredBy, termsOf } from './asked.ts'
import { setJourneyHeaders, unanswered, unusable } from './journey-headers.ts'

/** Tells answers that are there in full, and settles each with the verdict of what was told. */
export async function tellWhole(asked: Asked, answers: Answers): Promise<Reply> {
  const { call, translated } = asked
  if (!answers.ok) return unanswered(call, answers)
  const { lead, attempts } = answers
  const unary = answers.all.filter((answer) => answer.kind === 'unary')
  const telling = translated.telling.whole(
    unary.map((answer) => ({
      ...termsOf(asked, answer, lead),
      response: answer.response,
      text: answer.text,
    })),
    contextOf(call),
  )
  const told = telling instanceof Promise ? await telling : telling
  unary.forEach(({ response, settle }, index) => {
    // One journey has one verdict; of several, only the one at fault has failed.
    const isSpoilt = !told.ok && (translated.order === 'in_turn' || told.at === index)
    const signatures = told.ok ? (told.signatures[index] ?? []) : []
    const token = translated.order === 'as_written' ? tokenIn(response) : null
    const pins = continuationPins(token, Date.now())
    settle(verdictOf(isSpoilt ? told : { ok: true }), response.usageMetadata, signatures, pins)
  })
  if (!told.ok) return unusable(call, lead, told.failure, attempts)
  const response = new Response(told.body, { headers: { 'content-type': told.contentType } })
  setJourneyHeaders(response.headers, lead, call.family, attempts)
  setIgnored(response.headers, ignoredBy(asked, lead))
  return response
}
