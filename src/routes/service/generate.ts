import type { Dialect, Translated } from '../../dialects/dialect.ts'
import { type Answers, generateAsWritten, generateChoices } from '../../gateway/choices.ts'
import { generateSeries } from '../../gateway/series.ts'
import { ownedCache, ownedIn } from '../../gemini/media/owned-uris.ts'
import { nonKnowers, pinsIn } from '../../gemini/media/pins-in-request.ts'
import { nonReaders } from '../../gemini/media/file-uris.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { estimateTokens } from '../../gemini/usage.ts'
import type { Cuttings } from '../../bytes/cuttings.ts'
import { checked } from '../access.ts'
import type { Handler } from '../call.ts'
import type { Asked } from './asked.ts'
import { noting, slowedAfter } from './full-contexts.ts'
import { attach } from './attach.ts'
import { journeyFor, outliving } from './call-journey.ts'
import { notOfKind } from './model-kind.ts'
import { read } from './read.ts'
import { stream } from './stream.ts'
import { tellWhole } from './whole.ts'

/**
 * Makes the handler of a route that generates: the dialect reads the request, the ring answers it, and the dialect
 * tells the answer. These routes do not check the key before they lease, so an answer without a lease must go through
 * `checked`.
 */
export function generate(dialect: Dialect): Handler {
  return async (call, holder) => {
    const sent = await read(dialect, call, holder)
    if (!sent.ok) return sent.reply
    const { understood, cuttings } = sent
    const { model, standIn, kind, choices, attachments } = understood
    const wrong = kind === null ? null : notOfKind(model, kind)
    if (wrong !== null) return checked(call, holder, wrong)
    if (attachments.length > 0) {
      const unfit = await attach(call, holder, {
        attachments,
        cuttings,
        model,
        standIn,
        choices,
      })
      if (unfit !== null) return unfit
    }
    const translated = understood.translate()
    if (!translated.ok) return checked(call, holder, translated.failure)

    const { conversation } = understood
    const estimatedTokens = estimateOf(translated, cuttings)
    const input = await journeyFor(call, holder, { conversation, model, standIn, estimatedTokens })
    const slowed = slowedAfter(holder, estimatedTokens)
    if (slowed !== null) return checked(call, holder, slowed)
    const asked: Asked = { call, holder, understood, translated, input }
    const answers = outliving(
      call,
      answersTo(asked, cuttings).then(noting(holder, estimatedTokens)),
    )
    return understood.stream ? stream(asked, answers) : tellWhole(asked, await answers)
  }
}

/**
 * `together`: the estimate for one request, since each has a lease of its own. `in_turn`: for all, since they share
 * one journey.
 */
function estimateOf(translated: Translated, cuttings: Cuttings): number {
  if (translated.order === 'as_written') return translated.estimatedTokens
  const { order, requests } = translated
  const lengthOf = (text: string): number => cuttings.lengthOf(text)
  const counted: readonly GenerateContentRequest[] =
    order === 'together' ? requests.slice(0, 1) : requests
  return counted.reduce((sum, request) => sum + estimateTokens(request, lengthOf), 0)
}

function answersTo({ understood, translated, input }: Asked, cuttings: Cuttings): Promise<Answers> {
  const { stream: isStreamed, attachments } = understood
  if (translated.order === 'as_written') {
    const { unfit, unfitFor, pins, uris } = translated
    const written = { ...input, written: translated, cuttings, unfit, unfitFor, pins, uris }
    return generateAsWritten({ ...written, stream: isStreamed })
  }
  const { order, requests } = translated
  const pins = pinsIn(requests[0], attachments)
  const { cachedContent } = requests[0]
  const uris = [...ownedIn(attachments), ...ownedCache(cachedContent)]
  const unfit = [...nonReaders(attachments), ...nonKnowers(cachedContent)]
  const unfitFor = cachedContent === undefined ? [] : ['cached_content']
  const journey = { ...input, cuttings, unfit, unfitFor, pins, uris }
  if (order === 'in_turn') return generateSeries(journey, requests)
  const [request] = requests
  const { bearsSilence = false } = translated
  const generating = { ...journey, request, stream: isStreamed, bearsSilence }
  return generateChoices(generating, requests.length)
}
