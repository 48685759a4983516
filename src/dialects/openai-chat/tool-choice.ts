import { type FunctionChoice, GOOGLES_ALONE } from '../../gemini/ask/functions.ts'
import { type BuiltIn, builtInOf, type LegacyChoice, type ToolChoice } from './body/tool-schema.ts'

export type Choice =
  | ({ readonly ok: true } & FunctionChoice)
  | { readonly ok: false; readonly why: string }

const MODES = {
  auto: 'AUTO',
  none: 'NONE',
  required: 'ANY',
  any: 'ANY',
  validated: 'VALIDATED',
} as const

/**
 * Reads every form in which clients choose a function (docs/clients.md: Fields). Without functions there is nothing
 * to choose.
 */
export function toFunctionChoice(
  choice: ToolChoice | LegacyChoice | null | undefined,
  offered: ReadonlyMap<string, unknown>,
  builtIns: readonly BuiltIn[],
): Choice {
  if (choice === null || choice === undefined || offered.size === 0) return of('auto')
  if (typeof choice === 'string') return of(choice)
  if (!('type' in choice)) return named([choice.name], offered)
  switch (choice.type) {
    case 'auto':
    case 'none':
    case 'required':
    case 'any':
    case 'validated':
      return of(choice.type)
    case 'function':
    case 'custom':
    case 'tool': {
      const name = choice.function?.name ?? choice.custom?.name ?? choice.name
      return name ? named([name], offered) : { ok: false, why: 'must name a function' }
    }
    case 'allowed_tools':
      return allowed(choice, offered, builtIns)
    default:
      return isAmong(builtIns, choice.type) ? ALONE : of('auto')
  }
}

const ALONE: Choice = { ok: true, ...GOOGLES_ALONE }

function isAmong(builtIns: readonly BuiltIn[], type: string | null | undefined): boolean {
  const builtIn = builtInOf({ type })
  return builtIn !== undefined && builtIns.includes(builtIn)
}

function of(mode: keyof typeof MODES): Choice {
  return { ok: true, mode: MODES[mode], only: null, keep: null }
}

function named(names: readonly string[], offered: ReadonlyMap<string, unknown>): Choice {
  const unknown = names.find((name) => !offered.has(name))
  return unknown === undefined
    ? { ok: true, mode: 'ANY', only: names, keep: null }
    : { ok: false, why: 'names a function that is not among the tools' }
}

function allowed(
  choice: Exclude<ToolChoice, string>,
  offered: ReadonlyMap<string, unknown>,
  builtIns: readonly BuiltIn[],
): Choice {
  const { mode, tools } = choice.allowed_tools ?? choice
  const names = (tools ?? []).flatMap(
    (tool) => tool.function?.name ?? tool.custom?.name ?? tool.name ?? [],
  )
  const choiceOf = named(names, offered)
  if (!choiceOf.ok || mode === 'none') return choiceOf.ok ? of('none') : choiceOf
  if (names.length === 0) {
    return (tools ?? []).some(({ type }) => isAmong(builtIns, type)) ? ALONE : of('none')
  }
  const told = MODES[mode ?? 'auto']
  return told === 'ANY' ? choiceOf : { ok: true, mode: told, only: null, keep: names }
}
