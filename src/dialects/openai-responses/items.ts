/** The items of an input. Fields that are not read here are let through: clients push answers back as they came. */
import * as v from 'valibot'
import { isRecord } from '../../json/record.ts'
import { name, record, string } from '../words.ts'
import { content, type ContentPart } from './content.ts'
import { toolList } from './tool-schema.ts'

const text = v.nullish(string)
/** What is said of a call that nobody knows any more may lack anything but where it belongs. */
const said = v.nullish(content, [])

const ROLES = ['user', 'assistant', 'model', 'system', 'developer'] as const
const message = v.object(
  {
    type: v.optional(v.literal('message'), 'message'),
    role: v.pipe(string, v.picklist(ROLES, `must be one of: ${ROLES.join(', ')}`)),
    content: said,
  },
  'an object',
)

const SCHEMAS = {
  message,
  function_call: v.object({
    type: v.literal('function_call'),
    call_id: text,
    id: text,
    name,
    namespace: text,
    /** A string, unless a client has read it already. */
    arguments: v.unknown(),
  }),
  function_call_output: v.object({
    type: v.literal('function_call_output'),
    call_id: text,
    name: text,
    output: v.lazy(outputOf),
  }),
  custom_tool_call: v.object({
    type: v.literal('custom_tool_call'),
    call_id: text,
    id: text,
    name,
    namespace: text,
    input: v.nullish(string, ''),
  }),
  custom_tool_call_output: v.object({
    type: v.literal('custom_tool_call_output'),
    call_id: text,
    output: v.lazy(outputOf),
  }),
  reasoning: v.object({ type: v.literal('reasoning'), encrypted_content: text }),
  item_reference: v.object({
    type: v.optional(v.literal('item_reference'), 'item_reference'),
    id: string,
  }),
  additional_tools: v.object({
    type: v.literal('additional_tools'),
    tools: v.nullish(toolList, []),
  }),
  tool_search_call: v.object({
    type: v.literal('tool_search_call'),
    call_id: text,
    arguments: v.unknown(),
  }),
  tool_search_output: v.object({
    type: v.literal('tool_search_output'),
    call_id: text,
    tools: v.nullish(toolList, []),
  }),
  compaction: v.object({ type: v.literal('compaction'), encrypted_content: text }),
  compaction_trigger: v.object({ type: v.literal('compaction_trigger') }),
  image_generation_call: v.object({ type: v.literal('image_generation_call'), result: text }),
  local_shell_call: acting('local_shell_call'),
  local_shell_call_output: nativeOutput('local_shell_call_output'),
  shell_call: acting('shell_call'),
  shell_call_output: nativeOutput('shell_call_output'),
  apply_patch_call: v.object({
    type: v.literal('apply_patch_call'),
    call_id: text,
    operation: v.nullish(record, {}),
  }),
  apply_patch_call_output: nativeOutput('apply_patch_call_output'),
}

/** A call of one of the tools that have items of their own. */
function acting<const Type extends string>(type: Type) {
  return v.object({ type: v.literal(type), call_id: text, action: v.nullish(record, {}) })
}

function nativeOutput<const Type extends string>(type: Type) {
  return v.object({ type: v.literal(type), call_id: text, id: text, output: v.unknown() })
}

/** What came of a call: parts where it is a list of them, else JSON of whatever it is. */
function outputOf(input: unknown): v.GenericSchema<unknown, readonly ContentPart[]> {
  if (typeof input === 'string') return content as v.GenericSchema<unknown, ContentPart[]>
  const isParts = Array.isArray(input) && input.every((one) => isRecord(one) && 'type' in one)
  if (isParts) return content as v.GenericSchema<unknown, ContentPart[]>
  return v.pipe(
    v.unknown(),
    v.transform((value): readonly ContentPart[] => [value ? JSON.stringify(value) : '']),
  )
}

/** What Gemini has no part for, or nobody needs again: OpenAI's own tools, and types that are not known yet. */
const other = v.pipe(
  record,
  v.transform(() => ({ type: 'other' as const })),
)

const item = v.lazy((input) => {
  const type = typeOf(input)
  if (type === undefined) return message // says what is missing
  return Object.hasOwn(SCHEMAS, type) ? SCHEMAS[type as keyof typeof SCHEMAS] : other
})

/** Clients leave the type of messages out, and of references that are nothing but an id. */
function typeOf(input: unknown): string | undefined {
  if (!isRecord(input)) return undefined
  if (typeof input['type'] === 'string') return input['type']
  return 'id' in input && !('role' in input) ? 'item_reference' : undefined
}

export const items = v.array(item, 'a string or an array of items')

export type Item = v.InferOutput<typeof item>
export type ItemOf<Type extends Item['type']> = Extract<Item, { type: Type }>
