/**
 * Turns the client's tools into Gemini's functions, and tools of Anthropic's servers into Google's own if it has an
 * equivalent.
 */
import {
  type FunctionChoice,
  excessOf,
  GOOGLES_ALONE,
  type OfferedFunction,
} from '../../../gemini/ask/functions.ts'
import type { Tool } from '../../../gemini/types.ts'
import { frozen, onceForFrozen } from '../../../json/frozen.ts'
import { isRecord } from '../../../json/record.ts'
import type { Changes } from '../body/changes.ts'
import type { Block } from '../body/content.ts'
import type { Fields } from '../body/fields.ts'
import { type Reading, REQUIRED } from '../body/reading.ts'
import { clientTool } from './client-tools.ts'
import { serverTool } from './server-tools.ts'

export interface Offers {
  /** Keyed by the client's names. */
  readonly functions: Map<string, OfferedFunction>
  /** No tool twice. */
  readonly googles: Tool[]
  /** Names of the tools of Anthropic's servers: true if one of Google's stands for it, false if none is needed. */
  readonly served: Map<string, boolean>
  /** What the model must be told in words. */
  readonly notes: string[]
}

/** Claude Code's name for tools that it has yet to load. */
const PLACEHOLDER = 'DeferredToolPlaceholder'

export function readTools(
  tools: readonly Block[] | null | undefined,
  changes: Changes,
  reading: Reading,
): Offers {
  const offers: Offers = { functions: new Map(), googles: [], served: new Map(), notes: [] }
  let at = 0
  for (const tool of tools ?? []) {
    const path = `tools.${at++}`
    if (!changes.removed.has(tool['name'])) addTool(offers, tool, path, reading)
  }
  for (const [name, { tool, path }] of changes.added) {
    if (changes.removed.has(name)) continue
    offers.functions.delete(name)
    addTool(offers, tool, path, reading)
  }
  const excess = excessOf(offers.functions)
  if (excess !== null) reading.refuse('tools', excess)
  const runsCode = offers.googles.some(({ codeExecution }) => codeExecution !== undefined)
  if (runsCode && offers.functions.size > 0) {
    const what = 'code_execution goes with no other tools here; let the client run the code'
    reading.refuse('tools', what, 'unsupported_value')
  }
  return offers
}

/** If several tools share a name, the first one counts. */
function addTool(offers: Offers, tool: Block, path: string, reading: Reading): void {
  const { type, name, input_schema: schema } = tool
  if (type !== undefined && type !== null && type !== 'custom') {
    return addTyped(offers, tool, path, reading)
  }
  if (name === PLACEHOLDER) return
  if (typeof name !== 'string') return reading.refuseType(`${path}.name`, name, 'a string')
  if (name === '') return reading.refuse(`${path}.name`, 'must not be empty')
  if (!isRecord(schema)) return reading.refuseType(`${path}.input_schema`, schema, 'an object')
  if (offers.functions.has(name)) return
  offers.functions.set(name, functionOf(tool))
}

/** Of a tool whose name and schema have been checked. Agents offer the same ones with each turn. */
const functionOf = onceForFrozen((tool): OfferedFunction => {
  const { name, description, input_schema: schema } = tool as Block
  const offered = {
    name: name as string,
    description: typeof description === 'string' ? description : null,
    parameters: schema as Record<string, unknown>,
  }
  return Object.isFrozen(tool) ? frozen(offered) : offered
})

function addTyped(offers: Offers, tool: Block, path: string, reading: Reading): void {
  const { type } = tool
  if (typeof type !== 'string') return reading.refuseType(`${path}.type`, type, 'a string')
  const ofClient = clientTool(tool)
  if (ofClient !== null) {
    if (!offers.functions.has(ofClient.name)) offers.functions.set(ofClient.name, ofClient)
    return
  }
  const ofServer = serverTool(tool)
  switch (ofServer?.kind) {
    case undefined:
      return reading.refuse(
        `${path}.type`,
        'is no type of tool that is known here',
        'unsupported_value',
      )
    case 'unserved':
      return reading.refuse(`${path}.type`, ofServer.why, 'unsupported_value')
    case 'needless':
      offers.served.set(nameOf(tool), false)
      return
    case 'googles': {
      offers.served.set(nameOf(tool), true)
      const [kind = ''] = Object.keys(ofServer.tool)
      if (!offers.googles.some((each) => Object.hasOwn(each, kind)))
        offers.googles.push(ofServer.tool)
      if (ofServer.note !== null) offers.notes.push(ofServer.note)
    }
  }
}

function nameOf({ name, type }: Block): string {
  return typeof name === 'string' ? name : String(type)
}

const ANY: FunctionChoice = { mode: 'AUTO', only: null, keep: null }
const MODES = { auto: 'AUTO', any: 'ANY' } as const

/** Without functions there is nothing to choose but none: the model uses Google's own tools as it sees fit. */
export function toChoice(
  choice: Fields['tool_choice'],
  { functions, googles, served }: Offers,
  reading: Reading,
): FunctionChoice {
  if (!choice) return ANY
  if (choice.type === 'none') return { ...ANY, mode: 'NONE' }
  if (functions.size === 0 && googles.length > 0) return ANY
  if (choice.type !== 'tool')
    return functions.size === 0 ? ANY : { ...ANY, mode: MODES[choice.type] }
  const { name } = choice
  if (!name) reading.refuse('tool_choice.name', REQUIRED, 'missing_required_parameter')
  else if (functions.has(name)) return { mode: 'ANY', only: [name], keep: null }
  else if (served.has(name)) return served.get(name) === true ? GOOGLES_ALONE : ANY
  else reading.refuse('tool_choice.name', 'names a tool that is not among the tools')
  return ANY
}
