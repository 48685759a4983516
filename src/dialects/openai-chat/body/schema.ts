/**
 * The request body of POST /v1/chat/completions, parsed once on arrival (docs/clients.md: Fields, Messages). `null`
 * counts as absent everywhere, and unknown fields are ignored: every client sends extras meant for other providers.
 */
import * as v from 'valibot'
import type { Attachment } from '../../../gemini/media/attachment.ts'
import { Cuttings } from '../../../bytes/cuttings.ts'
import type { Failure } from '../../../failure/failure.ts'
import { asObject, parse } from '../../../failure/check.ts'
import { message } from './message-schema.ts'
import { readMedia } from '../media-paths.ts'
import { toChatShape } from '../responses-shape.ts'
import { settingsEntries } from '../settings/settings.ts'
import { declaredFunction, functionChoice, tool, toolChoice, toolPriority } from './tool-schema.ts'
import { findUnsupported } from './unsupported.ts'
import { modelName } from '../../model-name.ts'
import { boolean, fieldsOf, integer, record } from '../../words.ts'
import { lazy } from '../../../lazy.ts'

/** OpenAI allows 128. Here each choice needs a lease, an attempt and a share of the user's limits. */
const MAX_CHOICES = 8

export const chatRequest = lazy(() =>
  v.object(
    {
      model: modelName(),
      messages: v.pipe(
        v.array(message(), 'an array of messages'),
        v.minLength(1, 'must hold at least one message'),
      ),
      stream: v.nullish(boolean(), false),
      stream_options: v.nullish(fieldsOf({ include_usage: v.nullish(boolean()) })),
      usage: v.nullish(fieldsOf({ include: v.nullish(boolean()) })),
      n: v.nullish(v.pipe(integer(), v.minValue(1, 'must be at least 1'))),
      ...settingsEntries(),
      tools: v.nullish(v.array(tool(), 'an array of tools')),
      tool_choice: v.nullish(toolChoice()),
      tool_priority: v.nullish(toolPriority()),
      parallel_tool_calls: v.nullish(boolean()),
      functions: v.nullish(v.array(declaredFunction(), 'an array of functions')),
      function_call: v.nullish(functionChoice()),
      web_search_options: v.nullish(record()),
    },
    'a JSON object',
  ),
)

export type ChatRequest = v.InferOutput<ReturnType<typeof chatRequest>>

export type ParsedChatRequest =
  | {
      readonly ok: true
      readonly chat: ChatRequest
      /**
       * The media of the messages. Before translation, their sizes are checked, and those given by address are
       * fetched.
       */
      readonly attachments: readonly Attachment[]
      /** Rewrites a failure about `chat` so that it names the fields which the client sent. */
      readonly retold: (failure: Failure) => Failure
    }
  | { readonly ok: false; readonly failure: Failure }

/** `cuttings`: what was cut out of the body's strings. */
export function parseChatRequest(
  input: unknown,
  cuttings: Cuttings = Cuttings.NONE,
): ParsedChatRequest {
  const object = asObject(input)
  if (!object.ok) return object
  const { body, retold, retoldPath } = toChatShape(object.value)
  const unsupported = findUnsupported(body) ?? tooManyChoices(body['n'])
  if (unsupported !== undefined) return { ok: false, failure: retold(unsupported) }
  const parsed = parse(chatRequest(), body)
  if (!parsed.ok) return { ok: false, failure: retold(parsed.failure) }
  const chat = parsed.value
  const media = readMedia(chat.messages, cuttings)
  if (!media.ok) return { ok: false, failure: retold(media.failure) }
  const attachments = media.attachments.map((each) => ({ ...each, param: retoldPath(each.param) }))
  return { ok: true, chat, attachments, retold }
}

function tooManyChoices(n: unknown): Failure | undefined {
  if (typeof n !== 'number' || n <= MAX_CHOICES) return undefined
  const message = `'n' must not be above ${MAX_CHOICES} here: each choice is a call to Google of its own.`
  return { reason: 'unsupported_value', message, param: 'n' }
}
