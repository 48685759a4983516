import { expectationsOf } from '../../gemini/answer/plan.ts'
import type { GenerateContentRequest } from '../../gemini/types.ts'
import { standInFor } from '../../gemini/models/claude.ts'
import { estimatePromptTokens } from '../../gemini/usage.ts'
import { isRecord } from '../../json/record.ts'
import { withLongArguments } from '../long-arguments.ts'
import type { JsonDialect, Telling, Terms } from '../dialect.ts'
import { readFields } from './body/fields.ts'
import { conversationOf } from './conversation-of.ts'
import { ignoredIn, ignoredUnder } from './ignored.ts'
import { type MessagePlan, readRequest } from './request.ts'
import { messageStream } from './stream.ts'
import { toMessage } from './whole.ts'

/** POST /v1/messages */
export const ANTHROPIC_MESSAGES: JsonDialect = {
  sends: 'cut_json',
  read({ body: sent, cuttings, headers, settings, reread = () => sent }) {
    const body = withLongArguments(sent, reread)
    const fields = readFields(body)
    if (!fields.ok) return { ok: false, failure: fields.failure }
    const { model, stream } = fields.value
    const named = isRecord(body) && typeof body['model'] === 'string' ? body['model'] : model
    const read = readRequest(fields.value, cuttings)
    if (!read.ok) return read
    return {
      ok: true,
      model,
      stream,
      standIn: standInFor(model, settings.claudeModels),
      conversation: conversationOf(headers, fields.value),
      choices: 1,
      kind: null,
      attachments: read.attachments,
      translate() {
        const translated = read.translate()
        if (!translated.ok) return translated
        const { request, plan } = translated
        const estimate = (): number =>
          estimatePromptTokens(request, (text) => cuttings.lengthOf(text))
        const asked = { request, plan, model, named, estimate }
        const { value } = fields
        return {
          ok: true,
          order: 'together',
          requests: [request],
          // Claude Code asks ten times more after an error, and by itself once more after an answer without text.
          bearsSilence: true,
          telling: telling(asked),
          ignored: (target) => [
            ...(isRecord(body) ? ignoredIn(body) : []),
            ...read.unread,
            ...(target === null ? [] : ignoredUnder(request, target, value)),
          ],
        }
      },
    }
  },
}

interface Asked {
  readonly request: GenerateContentRequest
  readonly plan: MessagePlan
  readonly model: string
  /** The same as `model`, but as the client wrote it. The answer names the model so. */
  readonly named: string
  /** About how many tokens the prompt has. */
  readonly estimate: () => number
}

function telling(asked: Asked): Telling {
  return {
    whole(answers, context) {
      const [answer] = answers
      if (answer === undefined) throw new Error('There is no answer to tell.')
      const told = toMessage(
        { ...answer, ...termsFor(asked, answer) },
        planFor(asked, answer),
        context,
      )
      if (!told.ok) return { ...told, at: 0 }
      const { json, signatures } = told
      return { ok: true, body: json, contentType: 'application/json', signatures: [signatures] }
    },
    stream: (context) =>
      messageStream(
        (terms) => ({
          plan: planFor(asked, terms),
          terms: termsFor(asked, terms),
          estimate: asked.estimate,
        }),
        context,
      ),
  }
}

function planFor({ request, plan }: Asked, { target }: Terms): MessagePlan {
  return { ...plan, ...expectationsOf(request, target) }
}

function termsFor({ model, named }: Asked, terms: Terms): Terms {
  return terms.model === model ? { ...terms, model: named } : terms
}
