/** The tools of a request. Tools without an equivalent in Gemini are recognised and dropped. */
import { wordOf } from '../../failure/check.ts'
import * as v from 'valibot'
import { isRecord } from '../../json/record.ts'
import { checkedOnce } from '../checked-once.ts'
import { sitesNote } from '../search-sites.ts'
import { boolean, name, parameters, record, string } from '../words.ts'
import { lazy } from '../../lazy.ts'

const text = lazy(() => v.nullish(string()))
const declared = lazy(() => ({
  name: name(),
  description: text(),
  parameters: parameters(),
  defer_loading: v.nullish(boolean()),
}))

/** Either flat, or in the form of Chat Completions, which some clients send here too. */
const functionTool = lazy(() =>
  v.lazy((input) =>
    isRecord(input) && isRecord(input['function']) ? nestedFunction() : flatFunction(),
  ),
)
/** Only a member of a namespace can be of another type. */
const ofFunction = lazy(() => v.literal('function', 'must be function or custom'))
const flatFunction = lazy(() => v.object({ type: ofFunction(), ...declared() }, 'an object'))
const nestedFunction = lazy(() =>
  v.pipe(
    v.object(
      { type: v.literal('function'), function: v.object(declared(), 'an object') },
      'an object',
    ),
    v.transform(({ type, function: inner }) => ({ type, ...inner })),
  ),
)

const rule = lazy(() => ({ definition: text(), syntax: text() }))
const grammar = lazy(() =>
  v.pipe(
    v.object(
      { type: text(), ...rule(), grammar: v.nullish(v.object(rule(), 'an object')) },
      'an object',
    ),
    v.transform(({ grammar: nested, definition, syntax }) => nested ?? { definition, syntax }),
  ),
)
const custom = lazy(() => ({
  name: name(),
  description: text(),
  format: v.nullish(grammar()),
  defer_loading: v.nullish(boolean()),
}))

const customTool = lazy(() =>
  v.lazy((input) => (isRecord(input) && isRecord(input['custom']) ? nestedCustom() : flatCustom())),
)
const flatCustom = lazy(() => v.object({ type: v.literal('custom'), ...custom() }, 'an object'))
const nestedCustom = lazy(() =>
  v.pipe(
    v.object({ type: v.literal('custom'), custom: v.object(custom(), 'an object') }, 'an object'),
    v.transform(({ type, custom: inner }) => ({ type, ...inner })),
  ),
)

const member = lazy(() =>
  v.lazy((input) =>
    isRecord(input) && input['type'] === 'custom' ? customTool() : functionTool(),
  ),
)

const namespaceTool = lazy(() =>
  v.object(
    {
      type: v.literal('namespace'),
      name: name(),
      description: text(),
      tools: v.nullish(v.array(member(), 'an array of tools'), []),
    },
    'an object',
  ),
)

const toolSearch = lazy(() =>
  v.object(
    {
      type: v.literal('tool_search'),
      description: text(),
      parameters: parameters(),
      execution: text(),
    },
    'an object',
  ),
)

const SEARCH = /^web_search(?:_\w+)?$|^google_search$/
const CODE = /^code_(?:interpreter|execution)$/
const NATIVE = ['local_shell', 'shell', 'apply_patch'] as const

/** The tool of Google's own that a type stands for; null if it is none. */
export function builtInOf(type: string): 'googleSearch' | 'codeExecution' | null {
  if (SEARCH.test(type)) return 'googleSearch'
  return CODE.test(type) ? 'codeExecution' : null
}

const other = lazy(() =>
  v.pipe(
    v.object({ type: string(), filters: v.nullish(record()) }, 'an object'),
    v.transform(({ type, filters }) => {
      const builtIn = builtInOf(type)
      if (builtIn !== null) {
        const { allowed_domains: allowed, blocked_domains: blocked } = filters ?? {}
        return {
          type: 'built_in' as const,
          builtIn,
          note: sitesNote({ allowed, blocked }, 'search'),
        }
      }
      const native = NATIVE.find((known) => known === type)
      return native === undefined
        ? { type: 'dropped' as const, name: type }
        : { type: 'native' as const, name: native }
    }),
  ),
)

const tool = lazy(() =>
  checkedOnce(
    v.lazy((input) => {
      switch (isRecord(input) ? input['type'] : undefined) {
        case 'function':
          return functionTool()
        case 'custom':
          return customTool()
        case 'namespace':
          return namespaceTool()
        case 'tool_search':
          return toolSearch()
        default:
          return other()
      }
    }),
  ),
)

export const toolList = lazy(() => v.array(tool(), 'an array of tools'))
export type Tool = v.InferOutput<ReturnType<typeof tool>>
export type NamespaceTool = v.InferOutput<ReturnType<typeof namespaceTool>>
export type FunctionTool = v.InferOutput<ReturnType<typeof flatFunction>>
export type CustomTool = v.InferOutput<ReturnType<typeof flatCustom>>

const MODES = ['none', 'auto', 'required'] as const
const mode = lazy(() => v.pipe(v.string('a string or an object'), wordOf(MODES)))
const functionNamed = lazy(() => v.nullish(v.object({ name: name() }, 'an object')))
const allowed = lazy(() => ({
  mode: v.nullish(mode()),
  tools: v.nullish(
    v.array(
      v.object(
        { type: text(), name: text(), namespace: text(), function: functionNamed() },
        'an object',
      ),
      'an array',
    ),
  ),
}))
/** What is allowed stands in the choice, or within it as in Chat Completions. */
const choice = lazy(() =>
  v.pipe(
    v.object(
      {
        type: string(),
        name: v.nullish(name()),
        namespace: text(),
        function: functionNamed(),
        ...allowed(),
        allowed_tools: v.nullish(v.object(allowed(), 'an object')),
      },
      'a string or an object',
    ),
    v.transform(({ allowed_tools: nested, ...flat }) => ({ ...flat, ...nested })),
  ),
)

export const toolChoice = lazy(() =>
  v.lazy((input) => (typeof input === 'string' ? mode() : choice())),
)
export type ToolChoice = v.InferOutput<ReturnType<typeof toolChoice>>
