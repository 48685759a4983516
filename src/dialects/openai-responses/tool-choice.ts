/** Which tools the model may or must use, as the client says it. */
import type { Failure } from '../../failure/failure.ts'
import { excessOf, type FunctionChoice, GOOGLES_ALONE } from '../../gemini/ask/functions.ts'
import { builtInOf, type ToolChoice } from './tool-schema.ts'
import type { Offers } from './tools.ts'

export type Choice =
  | { readonly ok: true; readonly choice: FunctionChoice }
  | { readonly ok: false; readonly failure: Failure }

const MODES = { auto: 'AUTO', none: 'NONE', required: 'ANY' } as const
const FREE: Choice = of('auto')
const NO_TOOL = 'names a tool that is not among the tools'
const ALONE: Choice = { ok: true, choice: GOOGLES_ALONE }

export function toChoice(choice: ToolChoice | null | undefined, offers: Offers): Choice {
  const excess = excessOf(offers.functions)
  if (excess !== null) return refuse('tools', excess)
  if (choice === null || choice === undefined) return FREE
  if (typeof choice === 'string') {
    return offers.functions.size === 0 && choice !== 'none' ? FREE : of(choice)
  }
  if (choice.type === 'allowed_tools') return allowed(choice, offers)
  if (offers.dropped.has(choice.type)) return unserved(choice.type)
  const name = nameIn(choice, offers)
  if (name === null) return unnamed(choice.type, offers)
  return offers.functions.has(name)
    ? { ok: true, choice: { mode: 'ANY', only: [name], keep: null } }
    : refuse('tool_choice', 'names a function that is not among the tools')
}

/** A choice that names no function: only its type says what is chosen. */
function unnamed(type: string, { builtIns }: Offers): Choice {
  switch (type) {
    case 'function':
    case 'custom': {
      const [param, message] = [
        'tool_choice.name',
        "Missing required parameter: 'tool_choice.name'.",
      ]
      return { ok: false, failure: { reason: 'missing_required_parameter', message, param } }
    }
    case 'auto':
    case 'none':
    case 'required':
      return of(type)
    case 'tool_search':
      return FREE
    case 'local_shell':
    case 'shell':
    case 'apply_patch':
      return refuse('tool_choice', NO_TOOL)
  }
  const builtIn = builtInOf(type)
  if (builtIn === null) return unserved(type)
  return builtIns.has(builtIn) ? ALONE : refuse('tool_choice', NO_TOOL)
}

function unserved(type: string): Choice {
  return refuse('tool_choice', `names ${type.slice(0, 64)}, which Gemini has no tool for`)
}

function allowed({ mode, tools }: Exclude<ToolChoice, string>, offers: Offers): Choice {
  const named = (tools ?? []).flatMap(
    (tool) => nameIn({ ...tool, type: tool.type ?? '' }, offers) ?? [],
  )
  if (named.some((name) => !offers.functions.has(name))) {
    return refuse('tool_choice', 'names a function that is not among the tools')
  }
  if (mode === 'none') return of('none')
  const builtIns = (tools ?? []).flatMap(({ type }) => builtInOf(type ?? '') ?? [])
  if (builtIns.some((builtIn) => !offers.builtIns.has(builtIn))) {
    return refuse('tool_choice', NO_TOOL)
  }
  if (named.length === 0) return builtIns.length > 0 ? ALONE : of('none')
  return mode === 'required'
    ? { ok: true, choice: { mode: 'ANY', only: named, keep: null } }
    : { ok: true, choice: { mode: 'AUTO', only: null, keep: named } }
}

/** Null if the choice names no function. */
function nameIn(
  choice: {
    readonly type: string
    readonly name?: string | null | undefined
    readonly namespace?: string | null | undefined
    readonly function?: { readonly name: string } | null | undefined
  },
  offers: Offers,
): string | null {
  const name = choice.function?.name ?? choice.name
  if (name) return offers.nameOf(name, choice.namespace)
  return offers.functions.has(choice.type) ? choice.type : null
}

function of(mode: keyof typeof MODES): Choice {
  return { ok: true, choice: { mode: MODES[mode], only: null, keep: null } }
}

function refuse(param: string, problem: string): Choice {
  const message = `Invalid value for '${param}': ${problem}.`
  return { ok: false, failure: { reason: 'invalid_value', message, param } }
}
