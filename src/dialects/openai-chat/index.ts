import { toWellFormedJson } from '../../json/well-formed.ts'
import type { Context, JsonDialect, Telling, Terms, Translated } from '../dialect.ts'
import { withLongArguments } from '../long-arguments.ts'
import { conversationIn } from '../openai/conversation.ts'
import { createdAt, idOf } from '../openai/ids.ts'
import { eventStream } from '../openai/stream.ts'
import type { ChatContext } from './answer/context.ts'
import { ChatStream, ChoiceGroup } from './answer/stream.ts'
import { toChatCompletionOf } from './answer/whole.ts'
import { parseChatRequest } from './body/schema.ts'
import { ignoredIn, ignoredUnder } from './ignored.ts'
import { type ChatPlan, planFor } from './plan.ts'
import { toGeminiRequest, type TranslatedRequest } from './request.ts'

/** POST /v1/chat/completions */
export const OPENAI_CHAT: JsonDialect = {
  sends: 'cut_json',
  read({ body: sent, cuttings, reread = () => sent }) {
    const body = withLongArguments(sent, reread)
    const parsed = parseChatRequest(body, cuttings)
    if (!parsed.ok) return parsed
    const { chat, attachments, retold } = parsed
    const choices = chat.n ?? 1
    return {
      ok: true,
      model: chat.model,
      stream: chat.stream,
      conversation: conversationIn(body),
      choices,
      kind: null,
      attachments,
      translate() {
        const translated = toGeminiRequest(chat)
        if (!translated.ok) return { ok: false, failure: retold(translated.failure) }
        return {
          ...chatsOf(translated, choices),
          ignored: (target) => [
            ...ignoredIn(body, chat),
            ...(target === null ? [] : ignoredUnder(translated.request, target, chat)),
          ],
        }
      },
    }
  },
}

type Translation = Extract<TranslatedRequest, { ok: true }>

function chatsOf(translation: Translation, choices: number): Translated {
  const { request } = translation
  const others = Array.from({ length: choices - 1 }, () => request)
  return {
    ok: true,
    order: 'together',
    requests: [request, ...others],
    telling: telling(translation),
  }
}

function telling(translation: Translation): Telling {
  return {
    whole(answers, context) {
      const [{ model } = { model: '' }] = answers
      const told = toChatCompletionOf(
        // Each answer has a lease of its own. The leases may differ, and with them whether JSON output is emulated.
        answers.map((answer) => ({
          response: answer.response,
          plan: planUnder(translation, answer),
        })),
        chatContext(context, model),
      )
      if (!told.ok) return told
      const { completion, signatures } = told
      const body = toWellFormedJson(completion)
      return { ok: true, body, contentType: 'application/json', signatures }
    },
    stream(context, choices) {
      const group = new ChoiceGroup(choices)
      return eventStream(
        (index, terms) =>
          new ChatStream(
            chatContext(context, terms.model),
            planUnder(translation, terms),
            index,
            group,
          ),
        { early: true },
      )
    },
  }
}

function planUnder(
  { plan, request }: Translation,
  { target, preferences, costOf }: Terms,
): ChatPlan {
  return planFor(plan, { request, target, preferences, costOf })
}

function chatContext(context: Context, model: string): ChatContext {
  return { id: idOf('chatcmpl-', context), created: createdAt(context), model }
}
