/** The items of an input. Fields that are not read here are accepted, since clients send answers back unchanged. */
import * as v from 'valibot'
import { isRecord } from '../../json/record.ts'
import { checkedOnce } from '../checked-once.ts'
import type { Reference } from '../memory.ts'
import { name, oneOf, record, string } from '../words.ts'
import { configurationUpdate } from './configuration.ts'
import { content, type ContentPart, type Media } from './content.ts'
import { toolList } from './tool-schema.ts'
import { lazy } from '../../lazy.ts'

const text = lazy(() => v.nullish(string()))
/** The content of an item may be missing: its call may be long forgotten. */
const said = lazy(() => v.nullish(content(), []))

const ROLES = ['user', 'assistant', 'model', 'system', 'developer'] as const
const message = lazy(() =>
  v.object(
    {
      type: v.nullish(v.literal('message', 'must be a string'), 'message'),
      role: oneOf(ROLES),
      content: said(),
    },
    'an object',
  ),
)

/** A picture that a model made, in base64. */
const drawn = lazy(() =>
  v.pipe(
    string(),
    v.transform((source): Media | null =>
      source === '' ? null : { kind: 'image', field: '', source, part: {} },
    ),
  ),
)

const SCHEMAS = lazy(() => ({
  message: message(),
  /** What one agent of Codex tells another: its task, or what came of it (docs/clients.md: Responses). */
  agent_message: v.object({ type: v.literal('agent_message'), content: said() }),
  function_call: v.object({
    type: v.literal('function_call'),
    call_id: text(),
    id: text(),
    name: name(),
    namespace: text(),
    /** A JSON string, unless the client has already parsed it. */
    arguments: v.optional(v.unknown()),
  }),
  function_call_output: v.object({
    type: v.literal('function_call_output'),
    call_id: text(),
    name: text(),
    namespace: text(),
    output: output(),
  }),
  custom_tool_call: v.object({
    type: v.literal('custom_tool_call'),
    call_id: text(),
    id: text(),
    name: name(),
    namespace: text(),
    input: v.nullish(string(), ''),
  }),
  custom_tool_call_output: v.object({
    type: v.literal('custom_tool_call_output'),
    call_id: text(),
    output: output(),
  }),
  reasoning: v.object({ type: v.literal('reasoning'), encrypted_content: text() }),
  item_reference: v.pipe(
    v.object({ id: string() }),
    v.transform(({ id }) => ({ type: 'item_reference' as const, id })),
  ),
  additional_tools: v.object({
    type: v.literal('additional_tools'),
    tools: v.nullish(toolList(), []),
  }),
  configuration_update: configurationUpdate(),
  tool_search_call: v.object({
    type: v.literal('tool_search_call'),
    call_id: text(),
    execution: text(),
    arguments: v.optional(v.unknown()),
  }),
  tool_search_output: v.object({
    type: v.literal('tool_search_output'),
    call_id: text(),
    execution: text(),
    tools: v.nullish(toolList(), []),
  }),
  compaction: v.object({
    type: v.literal('compaction'),
    encrypted_content: text(),
    status: text(),
  }),
  compaction_trigger: v.object({ type: v.literal('compaction_trigger') }),
  image_generation_call: v.object({
    type: v.literal('image_generation_call'),
    id: text(),
    result: v.nullish(drawn()),
  }),
  local_shell_call: acting('local_shell_call'),
  local_shell_call_output: nativeOutput('local_shell_call_output'),
  shell_call: acting('shell_call'),
  shell_call_output: nativeOutput('shell_call_output'),
  apply_patch_call: v.object({
    type: v.literal('apply_patch_call'),
    call_id: text(),
    operation: v.nullish(record(), {}),
  }),
  apply_patch_call_output: v.object({
    ...nativeOutput('apply_patch_call_output').entries,
    status: text(),
  }),
}))

/** A call of one of the tools that have their own kinds of items. */
function acting<const Type extends string>(type: Type) {
  return v.object({ type: v.literal(type), call_id: text(), action: v.nullish(record(), {}) })
}

function nativeOutput<const Type extends string>(type: Type) {
  return v.object({
    type: v.literal(type),
    call_id: text(),
    id: text(),
    output: v.optional(v.unknown()),
  })
}

/** May be missing, as null may be sent: the call then gave nothing. */
function output() {
  return v.optional(v.lazy(outputOf), '')
}

/** The result of a call. A list of parts stays a list; any other value becomes its JSON. */
function outputOf(input: unknown): v.GenericSchema<unknown, readonly ContentPart[]> {
  if (typeof input === 'string') return content() as v.GenericSchema<unknown, ContentPart[]>
  const isParts = Array.isArray(input) && input.every((one) => isRecord(one) && 'type' in one)
  if (isParts) return content() as v.GenericSchema<unknown, ContentPart[]>
  return v.pipe(
    v.unknown(),
    v.transform((value): readonly ContentPart[] => [
      value === undefined || value === null ? '' : JSON.stringify(value),
    ]),
  )
}

/** Items that Gemini cannot use or nobody needs again: those of OpenAI's own tools, and unknown types. */
const other = lazy(() =>
  v.pipe(
    v.looseObject({ type: string() }, 'an object'),
    v.transform(({ type }) => ({ type: 'other' as const, name: type })),
  ),
)

const item = lazy(() =>
  checkedOnce(
    v.lazy((input) => {
      const type = typeOf(input)
      if (type === undefined) return message() // its message says what is missing
      return Object.hasOwn(SCHEMAS(), type)
        ? SCHEMAS()[type as keyof ReturnType<typeof SCHEMAS>]
        : other()
    }),
    isWithoutMedia,
  ),
)

/** Media are read into their parts anew for each request. */
function isWithoutMedia(read: object): boolean {
  const { content: said, output } = read as Partial<Record<string, unknown>>
  return [said, output].every((list) => !Array.isArray(list) || list.every(isText))
}

function isText(part: unknown): boolean {
  return typeof part === 'string'
}

/**
 * Clients leave out the type of messages, and of references that have only an id. LangChain in Python sends of a
 * picture that the model made only its id; OpenAI's agents SDK says null for the picture, as others do of one that was
 * never made.
 */
function typeOf(input: unknown): string | undefined {
  if (!isRecord(input)) return undefined
  const { type, id, result } = input
  if (type === 'image_generation_call' && result === undefined && typeof id === 'string') {
    return 'item_reference'
  }
  if (typeof type === 'string') return type
  return 'id' in input && !('role' in input) ? 'item_reference' : undefined
}

/** The stored item to which this one only refers. */
export function referenceIn(input: unknown): Reference | null {
  if (!isRecord(input) || typeof input['id'] !== 'string') return null
  const { id, result } = input
  switch (typeOf(input)) {
    case 'item_reference':
      return { id, isNeeded: true }
    case 'image_generation_call':
      return result === null || result === '' ? { id, isNeeded: false } : null
    default:
      return null
  }
}

/** The same of an item that was read. */
export function referenceOf(item: Item): Reference | null {
  if (item.type === 'item_reference') return { id: item.id, isNeeded: true }
  const isLost = item.type === 'image_generation_call' && !item.result
  return isLost && item.id ? { id: item.id, isNeeded: false } : null
}

export const items = lazy(() => v.array(item(), 'a string or an array of items'))

export type Item = v.InferOutput<ReturnType<typeof item>>
export type ItemOf<Type extends Item['type']> = Extract<Item, { type: Type }>
