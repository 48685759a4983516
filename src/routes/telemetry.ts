import { findModel } from '../gemini/models/find-model.ts'
import type { Upstream } from '../gemini/upstreams.ts'
import type { TokenCounts } from '../gemini/usage.ts'

/** What the log says of a request that asks a model. It is filled in on the request's way; others leave it empty. */
export interface Telemetry {
  /** As the client named it. */
  asked?: string
  served?: string
  upstream?: Upstream
  /** Only of answers that are told in full: the line of a stream is written when it begins. */
  usage?: TokenCounts
}

/** As OpenTelemetry calls Google's front ends; what Code Assist is has no name of its own there. */
const PROVIDERS: Readonly<Record<Upstream, string>> = {
  'gemini-api': 'gcp.gemini',
  vertex: 'gcp.vertex_ai',
  'code-assist': 'gcp.gen_ai',
}

/** What the last part of an address asks for. */
const OPERATIONS: readonly (readonly [RegExp, string])[] = [
  [/\/(?:chat\/completions|responses|messages)$/, 'chat'],
  [/\/completions$/, 'text_completion'],
  [/embed/i, 'embeddings'],
  [/count_?tokens|input_tokens/i, 'count_tokens'],
]

/**
 * The names of OpenTelemetry (semantic-conventions-genai 0.1.0), for those who export logs. A client may write a secret where a
 * model belongs, so a name that no credential served is told only if it is a known model's.
 */
export function genAiFields(
  { asked, served, upstream, usage }: Telemetry,
  address: string,
  errorType: string | null,
): Readonly<Record<string, string | number>> {
  if (asked === undefined) return {}
  const isTold = errorType === null || findModel(asked) !== undefined
  return {
    'gen_ai.operation.name': operationAt(address),
    ...(isTold && { 'gen_ai.request.model': asked }),
    ...(upstream !== undefined && { 'gen_ai.provider.name': PROVIDERS[upstream] }),
    ...(served !== undefined && { 'gen_ai.response.model': served }),
    ...(usage !== undefined && {
      'gen_ai.usage.input_tokens': usage.prompt + usage.toolUse,
      'gen_ai.usage.output_tokens': usage.output + usage.reasoning,
    }),
    ...(errorType !== null && { 'error.type': errorType }),
  }
}

function operationAt(address: string): string {
  const { pathname } = new URL(address)
  return OPERATIONS.find(([pattern]) => pattern.test(pathname))?.[1] ?? 'generate_content'
}
