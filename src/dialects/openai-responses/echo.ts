/** What a response repeats of its request. */
import type { Cuttings } from '../../bytes/cuttings.ts'
import { recordOf } from '../../json/record.ts'
import { onceForFrozen } from '../../json/frozen.ts'
import { toJsonLine } from '../../json/line.ts'
import type { ResponsesRequest } from './body.ts'

type Raw = Readonly<Record<string, unknown>>

/** Fields that are repeated unchanged, each with the value that stands for a missing one. */
const AS_SENT: Readonly<Record<string, unknown>> = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  prompt_cache_key: null,
  prompt_cache_retention: null,
  safety_identifier: null,
  service_tier: 'default',
  temperature: 1,
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
  user: null,
}

/** JSON of an object. `raw` is the client's body. */
export function settingsJson(
  raw: Raw,
  { parallel_tool_calls }: ResponsesRequest,
  cuttings: Cuttings,
): string {
  const said: Record<string, unknown> = {}
  for (const [name, otherwise] of Object.entries(AS_SENT)) {
    said[name] = Object.hasOwn(raw, name) ? cuttings.uncut(raw[name] ?? otherwise) : otherwise
  }
  said['parallel_tool_calls'] = parallel_tool_calls !== false
  said['reasoning'] = reasoningOf(raw['reasoning'])
  said['text'] = textOf(cuttings.uncut(raw['text']))
  // Piece by piece: an agent's tools are most of it, and the same with each turn.
  const fields = Object.entries(said).map(([name, value]) => `"${name}":${lineOf(value)}`)
  return `{${fields.join(',')}}`
}

function lineOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? objectLine(value) : toJsonLine(value)
}

const objectLine = onceForFrozen((value) => toJsonLine(value))

function reasoningOf(reasoning: unknown): object {
  const { effort, summary } = recordOf(reasoning)
  return { effort: effort ?? null, summary: summary ?? null }
}

function textOf(text: unknown): object {
  const { format, verbosity } = recordOf(text)
  return { format: format ?? { type: 'text' }, verbosity: verbosity ?? 'medium' }
}
