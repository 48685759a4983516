/** The tools of a request. Tools without an equivalent in Gemini are recognised and dropped. */
import * as v from 'valibot'
import { isRecord } from '../../json/record.ts'
import { checkedOnce } from '../checked-once.ts'
import { name, record, string } from '../words.ts'

const text = v.nullish(string)
const declared = { name, description: text, parameters: v.nullish(record) }

/** Either flat, or in the form of Chat Completions, which some clients send here too. */
const functionTool = v.lazy((input) =>
  isRecord(input) && isRecord(input['function']) ? nestedFunction : flatFunction,
)
/** Only a member of a namespace can be of another type. */
const ofFunction = v.literal('function', 'must be function or custom')
const flatFunction = v.object({ type: ofFunction, ...declared }, 'an object')
const nestedFunction = v.pipe(
  v.object({ type: v.literal('function'), function: v.object(declared, 'an object') }, 'an object'),
  v.transform(({ type, function: inner }) => ({ type, ...inner })),
)

const rule = { definition: text, syntax: text }
const grammar = v.pipe(
  v.object({ type: text, ...rule, grammar: v.nullish(v.object(rule, 'an object')) }, 'an object'),
  v.transform(({ grammar: nested, definition, syntax }) => nested ?? { definition, syntax }),
)
const custom = { name, description: text, format: v.nullish(grammar) }

const customTool = v.lazy((input) =>
  isRecord(input) && isRecord(input['custom']) ? nestedCustom : flatCustom,
)
const flatCustom = v.object({ type: v.literal('custom'), ...custom }, 'an object')
const nestedCustom = v.pipe(
  v.object({ type: v.literal('custom'), custom: v.object(custom, 'an object') }, 'an object'),
  v.transform(({ type, custom: inner }) => ({ type, ...inner })),
)

const member = v.lazy((input) =>
  isRecord(input) && input['type'] === 'custom' ? customTool : functionTool,
)

const namespaceTool = v.object(
  {
    type: v.literal('namespace'),
    name,
    description: text,
    tools: v.nullish(v.array(member, 'an array of tools'), []),
  },
  'an object',
)

const toolSearch = v.object(
  {
    type: v.literal('tool_search'),
    description: text,
    parameters: v.nullish(record),
    execution: text,
  },
  'an object',
)

const SEARCH = /^web_search(?:_\w+)?$|^google_search$/
const CODE = /^code_(?:interpreter|execution)$/
const NATIVE = ['local_shell', 'shell', 'apply_patch'] as const

/** The tool of Google's own that a type stands for; null if it is none. */
export function builtInOf(type: string): 'googleSearch' | 'codeExecution' | null {
  if (SEARCH.test(type)) return 'googleSearch'
  return CODE.test(type) ? 'codeExecution' : null
}

const other = v.pipe(
  v.object({ type: string }, 'an object'),
  v.transform(({ type }) => {
    const builtIn = builtInOf(type)
    if (builtIn !== null) return { type: 'built_in' as const, builtIn }
    const native = NATIVE.find((known) => known === type)
    return native === undefined
      ? { type: 'dropped' as const, name: type }
      : { type: 'native' as const, name: native }
  }),
)

const tool = checkedOnce(
  v.lazy((input) => {
    switch (isRecord(input) ? input['type'] : undefined) {
      case 'function':
        return functionTool
      case 'custom':
        return customTool
      case 'namespace':
        return namespaceTool
      case 'tool_search':
        return toolSearch
      default:
        return other
    }
  }),
)

export const toolList = v.array(tool, 'an array of tools')
export type Tool = v.InferOutput<typeof tool>
export type FunctionTool = v.InferOutput<typeof flatFunction>
export type CustomTool = v.InferOutput<typeof flatCustom>

const MODES = ['none', 'auto', 'required'] as const
const mode = v.pipe(
  v.string('a string or an object'),
  v.picklist(MODES, `must be one of: ${MODES.join(', ')}`),
)
const choice = v.object(
  {
    type: string,
    name: v.nullish(name),
    namespace: text,
    function: v.nullish(v.object({ name }, 'an object')),
    mode: v.nullish(mode),
    tools: v.nullish(
      v.array(
        v.object(
          {
            type: text,
            name: text,
            namespace: text,
            function: v.nullish(v.object({ name }, 'an object')),
          },
          'an object',
        ),
        'an array',
      ),
    ),
  },
  'a string or an object',
)

export const toolChoice = v.lazy((input) => (typeof input === 'string' ? mode : choice))
export type ToolChoice = v.InferOutput<typeof toolChoice>
