import { parseChatRequest } from '../../dialects/openai-chat/body/schema.ts'
import { toGeminiRequest } from '../../dialects/openai-chat/request.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { type Choices, generateChoices } from '../../gateway/choices.ts'
import type { Generated } from '../../gateway/generate.ts'
import { within } from '../../gateway/silence.ts'
import { nonReaders } from '../../gemini/media/file-uris.ts'
import { estimateTokens } from '../../gemini/usage.ts'
import { checked, refusalTo } from '../access.ts'
import { attach } from './attach.ts'
import type { Call, Reply } from '../call.ts'
import { type Asked, answerLater, answerStream, answerWhole } from './chat-answer.ts'
import { setJourneyHeaders } from './journey-headers.ts'
import { journeyFor, outliving, readCutServiceBody } from './journey.ts'

/** POST /v1/chat/completions */
export async function chatCompletions(call: Call, holder: KeyHolder): Promise<Reply> {
  const { env, settings } = call
  const body = await readCutServiceBody(call, holder)
  if (!body.ok) return body.reply
  const { cuttings } = body
  const parsed = parseChatRequest(body.value, cuttings)
  if (!parsed.ok) return checked(call, holder, parsed.failure)
  const { chat, attachments, retold } = parsed
  if (attachments.length > 0) {
    const unfit = await attach(call, holder, {
      attachments,
      cuttings,
      model: chat.model,
      choices: chat.n ?? 1,
    })
    if (unfit !== null) return unfit
  }
  const translated = toGeminiRequest(chat)
  if (!translated.ok) return checked(call, holder, retold(translated.failure))

  const estimatedTokens = estimateTokens(translated.request, (text) => cuttings.lengthOf(text))
  const about = { body: body.value, model: chat.model, estimatedTokens }
  const input = await journeyFor(call, holder, about)
  const made = generateChoices(
    {
      ...input,
      request: translated.request,
      cuttings,
      unfit: nonReaders(attachments),
      stream: chat.stream,
    },
    chat.n ?? 1,
  )
  const journey = outliving(call, made)
  const asked: Asked = { call, chat, translated, client: input.client }
  if (!chat.stream) return describe(call, await journey, (choices) => answerWhole(asked, choices))
  const choices = await within(settings.streamSilenceMs, journey)
  if (choices !== null) return describe(call, choices, (some) => answerStream(asked, some))
  // Nothing is told to a stranger, not even that something is under way.
  return (await refusalTo(env, holder)) ?? answerLater(asked, journey)
}

/** The answer, with headers that say how it came about. */
function describe(
  { family, requestId }: Call,
  choices: Choices,
  answer: (choices: Extract<Choices, { ok: true }>) => Response,
): Response {
  const response = choices.ok ? answer(choices) : family.refuse(choices.failure, requestId)
  const [told, ...others]: readonly [Generated, ...Generated[]] = choices.ok
    ? choices.answers
    : [choices]
  const attempts = others.reduce((sum, one) => sum + one.attempts, told.attempts)
  setJourneyHeaders(response.headers, told, family, attempts)
  return response
}
