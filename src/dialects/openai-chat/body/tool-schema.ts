/**
 * The tools that a client offers to the model, and what it says about choosing among them (docs/clients.md: Fields).
 */
import { wordOf } from '../../../failure/check.ts'
import * as v from 'valibot'
import { isRecord } from '../../../json/record.ts'
import { checkedOnce } from '../../checked-once.ts'
import { lowerCaseOf, name, oneOf, parameters, record, string } from '../../words.ts'
import { lazy } from '../../../lazy.ts'

export const declaredFunction = lazy(() =>
  v.object(
    { name: name(), description: v.nullish(string()), parameters: parameters() },
    'an object',
  ),
)
const functionTool = lazy(() =>
  v.object({ type: v.literal('function'), function: declaredFunction() }),
)

const grammar = lazy(() =>
  v.object({ definition: v.nullish(string()), syntax: v.nullish(string()) }, 'an object'),
)
const customTool = lazy(() =>
  v.object({
    type: v.literal('custom'),
    custom: v.object(
      {
        name: name(),
        description: v.nullish(string()),
        format: v.nullish(
          v.object({ ...grammar().entries, grammar: v.nullish(grammar()) }, 'an object'),
        ),
      },
      'an object',
    ),
  }),
)

/** Google's own tools, by the names that clients use for them. */
const BUILT_IN = {
  web_search: 'googleSearch',
  web_search_preview: 'googleSearch',
  google_search: 'googleSearch',
  googleSearch: 'googleSearch',
  url_context: 'urlContext',
  urlContext: 'urlContext',
  code_execution: 'codeExecution',
  codeExecution: 'codeExecution',
  code_interpreter: 'codeExecution',
} as const
export type BuiltIn = (typeof BUILT_IN)[keyof typeof BUILT_IN]

const TYPES = ['function', 'custom', ...Object.keys(BUILT_IN)].join(', ')
/** Refuses a tool of an unknown type, and names the known types. */
const unknownTool = lazy(() =>
  v.object({ type: v.pipe(string(), v.picklist([], `must be one of: ${TYPES}`)) }, 'an object'),
)

export const tool = lazy(() =>
  checkedOnce(
    v.lazy((input) => {
      const type = isRecord(input) ? input['type'] : undefined
      if (type === 'function') return functionTool()
      if (type === 'custom') return customTool()
      return builtInOf(input) === undefined ? unknownTool() : builtInTool()
    }),
  ),
)

const builtInTool = lazy(() =>
  v.pipe(
    record(),
    v.transform((input) => ({ type: 'built_in' as const, builtIn: builtInOf(input) })),
  ),
)

/** Reads `{type: "web_search"}`, or `{google_search: {}}` as Gemini itself writes it. */
export function builtInOf(input: unknown): BuiltIn | undefined {
  if (!isRecord(input)) return undefined
  const { type } = input
  const names = type === undefined ? Object.keys(input) : [type]
  return Object.entries(BUILT_IN).find(([spelling]) => names.includes(spelling))?.[1]
}

/**
 * Which tools are kept if functions and Google's own tools cannot be combined. An extension of Pollux's: Google has
 * no such setting.
 */
export const toolPriority = lazy(() => lowerCaseOf(['functions', 'built_in']))

const MODES = ['none', 'auto', 'required', 'any', 'validated'] as const
const mode = lazy(() => v.pipe(v.string('a string or an object'), wordOf(MODES)))

const CHOICES = [...MODES, 'function', 'custom', 'tool', 'allowed_tools', ...Object.keys(BUILT_IN)]
const named = lazy(() => v.object({ name: name() }, 'an object'))
const allowed = lazy(() => ({
  mode: v.nullish(mode()),
  tools: v.nullish(
    v.array(
      v.object(
        {
          type: v.nullish(string()),
          name: v.nullish(name()),
          function: v.nullish(named()),
          custom: v.nullish(named()),
        },
        'an object',
      ),
      'an array',
    ),
  ),
}))
const chosen = lazy(() =>
  v.object({
    type: oneOf(CHOICES),
    // `{type, name}` is the form of Anthropic and of the Responses API.
    name: v.nullish(name()),
    function: v.nullish(named()),
    custom: v.nullish(named()),
    allowed_tools: v.nullish(v.object(allowed(), 'an object')),
    ...allowed(),
  }),
)

export const toolChoice = lazy(() => v.lazy((input) => (isRecord(input) ? chosen() : mode())))
export const functionChoice = lazy(() => v.lazy((input) => (isRecord(input) ? named() : mode())))

export type DeclaredTool = v.InferOutput<ReturnType<typeof tool>>
export type ToolChoice = v.InferOutput<ReturnType<typeof toolChoice>>
export type LegacyChoice = v.InferOutput<ReturnType<typeof functionChoice>>
export type DeclaredCustomTool = v.InferOutput<ReturnType<typeof customTool>>['custom']
