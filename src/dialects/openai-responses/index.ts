import type { JsonDialect, Read, Sent, Translation, Understood } from '../dialect.ts'
import { withLongArguments } from '../long-arguments.ts'
import { conversationIn } from '../openai/conversation.ts'
import type { Asked } from './answer/asked.ts'
import { parseBody, type ResponsesRequest } from './body.ts'
import { unreadableIn } from './compaction.ts'
import { settingsJson } from './echo.ts'
import { ignoredIn, ignoredUnder } from './ignored.ts'
import type { Item } from './items.ts'
import { readMedia } from './media.ts'
import { asSaid, remember, type Remembered, remembers } from './recall.ts'
import { toGeminiRequest } from './request.ts'
import { ResponseStream } from './stream.ts'
import { inputToStore } from './to-store.ts'
import { tellWhole } from './whole.ts'

/** POST /v1/responses */
export const OPENAI_RESPONSES: JsonDialect = {
  sends: 'cut_json',
  read({ reread, ...sent }) {
    const parsed = parseBody(withLongArguments(sent.body, reread ?? (() => sent.body)))
    return parsed.ok ? read({ ...parsed.value, object: 'response' }, sent) : parsed
  },
}

/** POST /v1/responses/compact: shortens the conversation. Nothing is stored. */
export const OPENAI_COMPACTION: JsonDialect = {
  sends: 'cut_json',
  read({ reread, ...sent }) {
    const parsed = parseBody(withLongArguments(sent.body, reread ?? (() => sent.body)))
    if (!parsed.ok) return parsed
    const { raw, asked } = parsed.value
    const input: Item[] = [...asked.input, { type: 'compaction_trigger' }]
    const quiet = { ...asked, input, stream: false, store: false, conversation: null }
    return read({ raw, asked: quiet, object: 'response.compaction' }, sent)
  },
}

function read(body: Body, sent: Sent<unknown>): Read {
  const { asked } = body
  if (!remembers(asked)) return understand(asSaid(asked), body, sent)
  return remember(asked, sent.memory).then((remembered) =>
    remembered.ok ? understand(remembered, body, sent) : remembered,
  )
}

function understand(
  remembered: Extract<Remembered, { ok: true }>,
  body: Body,
  sent: Sent<unknown>,
): Read {
  const { raw, asked } = body
  const { stored, before, input } = remembered
  const items = before.length === 0 ? input : [...before, ...input]
  const remembering = asked.conversation ? 'conversation' : 'previous_response_id'
  const path = (at: number): string =>
    at < before.length
      ? `${remembering}.items[${stored.findIndex((item) => item === before[at])}]`
      : `input[${at - before.length}]`
  const unreadable = unreadableIn(items, path)
  if (unreadable !== null) return { ok: false, failure: unreadable }
  const media = readMedia(items, path, sent.cuttings)
  if (!media.ok) return media
  const attachments = media.attachments.map((attachment) =>
    attachment.param.startsWith(remembering)
      ? { ...attachment, advice: ADVICE[remembering] }
      : attachment,
  )
  const understood: Understood = {
    ok: true,
    model: asked.model,
    stream: asked.stream,
    conversation: conversationIn(raw),
    choices: 1,
    kind: null,
    attachments,
    translate: () => translate({ remembered, body, items, sent }),
  }
  return understood
}

/** A stored item comes again with each turn, so its loss would end the conversation. */
const ADVICE = {
  previous_response_id:
    "It is stored with that response: go on from an earlier one, or send the conversation without it in 'input'.",
  conversation:
    'It is stored there: take the item out (DELETE /v1/conversations/{id}/items/{item_id}).',
} as const

interface Body {
  readonly raw: Readonly<Record<string, unknown>>
  readonly asked: ResponsesRequest
  /** The type that the answer names. */
  readonly object: Asked['object']
}

interface Reading {
  readonly remembered: Extract<Remembered, { ok: true }>
  readonly body: Body
  readonly items: readonly Item[]
  readonly sent: Sent<unknown>
}

function translate({
  remembered,
  body,
  items,
  sent,
}: Reading): ReturnType<Understood['translate']> {
  const { raw, asked, object } = body
  const compacts = items.at(-1)?.type === 'compaction_trigger'
  const translated = toGeminiRequest(asked, items, compacts)
  if (!translated.ok) return translated
  const { request, plan, offers } = translated
  const { cuttings, settings, memory } = sent
  const answering: Asked = {
    request,
    plan,
    offered: offers.functions,
    unfound: offers.unfound,
    compacts,
    object,
    model: asked.model,
    settings: settingsJson(raw, asked, cuttings),
    previous: asked.previous_response_id ?? null,
    conversation: asked.conversation ?? null,
    store: asked.store && settings.storeResponses,
    input: (ids) =>
      inputToStore(raw['input'], {
        ids,
        cuttings,
        texts: remembered.texts,
        needsIds: Boolean(asked.conversation),
      }),
    memory,
  }
  return {
    ...answeredBy(answering),
    ignored: (target) => [
      ...ignoredIn(raw, asked, offers),
      ...(target === null ? [] : ignoredUnder(request, target)),
    ],
  }
}

function answeredBy(asked: Asked): Translation {
  return {
    ok: true,
    order: 'together',
    requests: [asked.request],
    // Agents take an error for an outage and ask five more times, and they take an answer without items for no
    // answer. One empty message ends their turn. A compaction that says nothing is still an error, since the
    // conversation would be lost.
    bearsSilence: !asked.compacts,
    telling: {
      whole(answers, context) {
        const [answer] = answers
        if (answer === undefined) throw new Error('There is no answer to tell.')
        return tellWhole(asked, answer, context)
      },
      stream: (context) => new ResponseStream(asked, context),
    },
  }
}
