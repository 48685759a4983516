/** A call of the model's as the item that its client expects. */
import type { MadeCall } from '../../gemini/answer/calls.ts'
import { isRecord, present } from '../../json/record.ts'
import { toWellFormedJson } from '../../json/well-formed.ts'
import { customInput } from '../openai/custom-tools.ts'
import { restored } from './numeric-enums.ts'
import type { Offered } from './tools.ts'

type Args = Readonly<Record<string, unknown>>

/** An item of the output, as an object. */
export interface CallItem {
  readonly type: string
  readonly id: string
  readonly call_id: string
  readonly status: 'completed' | 'in_progress'
  readonly [field: string]: unknown
}

/** A call's item, and which of its fields comes in deltas, if any. */
export interface ToldCall {
  readonly item: CallItem
  /** The field that is empty at first, and the name of its events. */
  readonly streamed: {
    readonly field: 'arguments' | 'input'
    readonly event: 'function_call_arguments' | 'custom_tool_call_input'
    readonly text: string
  } | null
}

const PREFIXES = {
  function: 'fc',
  custom: 'ctc',
  tool_search: 'tsc',
  local_shell: 'lsh',
  shell: 'sh',
  apply_patch: 'apc',
} as const satisfies Record<Offered['kind'], string>

const CALL_ID = 'call_'

/** `call.id` must be `call_` followed by a suffix. The item's id has the same suffix after its own prefix. */
export function tellCall(call: MadeCall, offered: Offered | undefined): ToldCall {
  const kind = offered?.kind ?? 'function'
  const ids = {
    id: `${PREFIXES[kind]}_${call.id.slice(CALL_ID.length)}`,
    call_id: call.id,
    status: 'completed' as const,
  }
  const named = {
    name: offered?.clientName ?? call.name,
    ...(offered?.namespace && { namespace: offered.namespace }),
  }
  switch (kind) {
    case 'custom': {
      const input = customInput(call.args, call.json)
      return {
        item: { type: 'custom_tool_call', ...ids, ...named, input },
        streamed: { field: 'input', event: 'custom_tool_call_input', text: input },
      }
    }
    case 'tool_search':
      // Without `execution` Codex does not run the call, and if the arguments are a string it ends with an error.
      return alone({ type: 'tool_search_call', execution: 'client', ...ids, arguments: call.args })
    case 'local_shell':
      return alone({ type: 'local_shell_call', ...ids, action: execution(call.args) })
    case 'shell':
      return alone({ type: 'shell_call', ...ids, action: commands(call.args) })
    case 'apply_patch':
      return alone({ type: 'apply_patch_call', ...ids, operation: operation(call.args) })
    case 'function': {
      const args = argumentsOf(call, offered)
      const plain = mayBeEncrypted(offered) ? { encrypted_function_args: [] } : {}
      return {
        item: { type: 'function_call', ...ids, ...named, arguments: args, ...plain },
        streamed: { field: 'arguments', event: 'function_call_arguments', text: args },
      }
    }
  }
}

function alone(item: CallItem): ToldCall {
  return { item, streamed: null }
}

/** Always a string, `{}` if there are no arguments: without it Codex ends its turn as if everything were done. */
function argumentsOf({ args, json }: MadeCall, offered: Offered | undefined): string {
  const meant = restored(args, offered?.schema)
  return meant === args ? json : toWellFormedJson(meant)
}

/** Codex asks OpenAI to encrypt some arguments, and takes them for encrypted unless it is told that none are. */
function mayBeEncrypted(offered: Offered | undefined): boolean {
  const { properties } = offered?.schema ?? {}
  if (!isRecord(properties)) return false
  return Object.values(properties).some((one) => isRecord(one) && one['encrypted'] === true)
}

function execution({ command, env, ...rest }: Args): object {
  return {
    type: 'exec',
    command: textsIn(command),
    env: isRecord(env) ? ofTexts(env) : {},
    ...present(rest),
  }
}

/** Clients check that both limits are there, if only as null. */
function commands({ commands: lines, timeout_ms: timeout, max_output_length: most }: Args): object {
  return { commands: textsIn(lines), timeout_ms: timeout ?? null, max_output_length: most ?? null }
}

/** `@ai-sdk/openai` takes an operation with a diff only as a text, and drops the whole answer otherwise. */
function operation({ diff, ...rest }: Args): object {
  if (rest['type'] === 'delete_file') return rest
  return { ...rest, diff: typeof diff === 'string' ? diff : '' }
}

function ofTexts(env: Args): object {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === 'string'))
}

/** Where a list is expected, a model may give a single text. */
function textsIn(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  return all.map((one) => (typeof one === 'string' ? one : JSON.stringify(one ?? '')))
}
