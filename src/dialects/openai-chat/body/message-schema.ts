/**
 * A message of a conversation (docs/clients.md: Messages). A client that sends an answer back unchanged includes
 * fields that only answers have, mostly null. Fields that are not read here are accepted (docs/clients.md: Fields).
 */
import * as v from 'valibot'
import { isRecord } from '../../../json/record.ts'
import { content, type ContentPart, drawnImages } from './content.ts'
import { checkedOnce } from '../../checked-once.ts'
import { isNothing, name, nothing, oneOf, record, string } from '../../words.ts'
import { lazy } from '../../../lazy.ts'

/** `model` is Gemini's own word for the assistant. Some clients use it here too. */
const ROLES = ['system', 'developer', 'user', 'assistant', 'model', 'tool', 'function'] as const

/** A name that tells speakers of the same role apart. */
const speaker = lazy(() => v.nullish(string()))

const plain = lazy(() =>
  v.object(
    {
      role: v.pipe(
        string(),
        v.picklist(['system', 'developer', 'user'], `must be one of: ${ROLES.join(', ')}`),
      ),
      name: speaker(),
      content: content(),
    },
    'an object',
  ),
)

/**
 * JSON, as OpenAI has it, or the parsed value; missing if the function takes no arguments (docs/clients.md:
 * Messages).
 */
const givenArguments = lazy(() =>
  v.nullish(
    v.lazy((input) => {
      if (isNothing(input)) return nothing()
      return isRecord(input) ? record() : v.string('a string or an object')
    }),
  ),
)

const calledFunction = lazy(() =>
  v.object({ name: name(), arguments: givenArguments() }, 'an object'),
)

/**
 * Where a client may send a thought signature back (docs/clients.md: Signatures). echoed-signatures.ts reads them,
 * leniently.
 */
const carriers = lazy(() => ({
  extra_content: v.optional(v.unknown()),
  provider_specific_fields: v.optional(v.unknown()),
}))

const CALL_TYPES = ['function', 'custom'] as const
const id = lazy(() => v.nullish(string(), ''))

const functionCall = lazy(() =>
  v.object(
    {
      id: id(),
      type: v.nullish(oneOf(CALL_TYPES)),
      function: calledFunction(),
      ...carriers(),
    },
    'an object',
  ),
)
const customCall = lazy(() =>
  v.object(
    {
      id: id(),
      type: v.literal('custom'),
      custom: v.object({ name: name(), input: v.nullish(string(), '') }, 'an object'),
      ...carriers(),
    },
    'an object',
  ),
)

/** An answer that is sent back may have no content (docs/clients.md: Messages, Fields); a question must have some. */
const answer = lazy(() =>
  v.object(
    {
      role: v.picklist(['assistant', 'model']),
      name: speaker(),
      content: v.nullish(content(), []),
      refusal: v.nullish(string()),
      images: v.optional(drawnImages(), []),
      tool_calls: v.nullish(
        v.array(
          v.lazy((input) =>
            isRecord(input) && input['type'] === 'custom' ? customCall() : functionCall(),
          ),
          'an array of tool calls',
        ),
        [],
      ),
      function_call: v.nullish(calledFunction()),
      reasoning_details: v.optional(v.unknown()),
      ...carriers(),
    },
    'an object',
  ),
)

const result = lazy(() =>
  v.object(
    {
      role: v.literal('tool'),
      tool_call_id: string(),
      content: v.nullish(content(), []),
    },
    'an object',
  ),
)

/** The form older than tools: calls have no ids, so a result names its function. */
const legacyResult = lazy(() =>
  v.object(
    { role: v.literal('function'), name: name(), content: v.nullish(content(), []) },
    'an object',
  ),
)

export const message = lazy(() =>
  checkedOnce(
    v.lazy((input) => {
      switch (isRecord(input) ? input['role'] : undefined) {
        case 'assistant':
        case 'model':
          return answer()
        case 'tool':
          return result()
        case 'function':
          return legacyResult()
        default:
          return plain()
      }
    }),
    isOfWords,
  ),
)

/** Media are read anew for each request, so messages with media are not kept. */
function isOfWords(said: {
  readonly content: readonly ContentPart[]
  readonly images?: readonly ContentPart[]
}): boolean {
  const { content: parts, images = [] } = said
  return images.length === 0 && parts.every((part) => typeof part === 'string')
}

export type ChatMessage = v.InferOutput<ReturnType<typeof message>>
export type PlainMessage = v.InferOutput<ReturnType<typeof plain>>
export type AnswerMessage = v.InferOutput<ReturnType<typeof answer>>
export type ToolCallMessage = AnswerMessage['tool_calls'][number]
export type AnswerArguments = v.InferOutput<ReturnType<typeof givenArguments>>
