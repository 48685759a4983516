import { toUsd } from '../../json/money.ts'
import type { Answers } from '../../gateway/choices.ts'
import { costUnder } from '../../gateway/billing.ts'
import type { GenerateContentResponse, UsageMetadata } from '../../gemini/types.ts'
import { addUsage, countTokens } from '../../gemini/usage.ts'
import type { Lease } from '../../objects/ledger/lease.ts'
import { verdictOf } from '../../gateway/verdict-of.ts'
import { continuationPins } from '../../gemini/pins.ts'
import { tokenIn } from '../../gemini/response.ts'
import type { Reply } from '../call.ts'
import { setIgnored } from './ignored-header.ts'
import { type Asked, contextOf, ignoredBy, termsOf } from './asked.ts'
import { setJourneyHeaders, unanswered, unusable } from './journey-headers.ts'

/** Tells answers that are complete, and settles each with the verdict that fits what the client was told. */
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
    // Requests in turn are one journey with one verdict. Of several journeys, only the one at fault has failed.
    const isSpoilt = !told.ok && (translated.order === 'in_turn' || told.at === index)
    const signatures = told.ok ? (told.signatures[index] ?? []) : []
    const token = translated.order === 'as_written' ? tokenIn(response) : null
    const pins = continuationPins(token, Date.now())
    settle(verdictOf(isSpoilt ? told : { ok: true }), response.usageMetadata, signatures, pins)
  })
  if (!told.ok) return unusable(call, lead, told.failure, attempts)
  const response = new Response(told.body, { headers: { 'content-type': told.contentType } })
  setJourneyHeaders(response.headers, lead, call, attempts)
  setIgnored(response.headers, ignoredBy(asked, lead))
  setCost(response.headers, unary)
  const usage = unary.reduce<UsageMetadata | undefined>(
    (sum, answer) => addUsage(sum, answer.response.usageMetadata),
    undefined,
  )
  if (usage !== undefined) call.telemetry.usage = countTokens(usage)
  return response
}

/** Tells what the answers cost, in dollars. Not set if the cost of any answer is unknown. */
function setCost(
  headers: Headers,
  answers: readonly { readonly lease: Lease; readonly response: GenerateContentResponse }[],
): void {
  let sum = 0
  for (const { lease, response } of answers) {
    const cost = costUnder(lease, response.usageMetadata, { kind: 'ok' })
    if (cost === null) return
    sum += cost
  }
  headers.set('x-pollux-cost', toUsd(sum).toFixed(9))
}
