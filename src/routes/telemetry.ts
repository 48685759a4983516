import { findModel } from '../gemini/models/find-model.ts'
import type { Upstream } from '../gemini/upstreams.ts'
import type { TokenCounts } from '../gemini/usage.ts'

/**
 * What the log says of a request that asks a model. It is filled in while the request is served, and stays empty for
 * other requests.
 */
export interface Telemetry {
  /** The model's name as the client wrote it. */
  asked?: string
  served?: string
  /** The last one asked. Routes that ask no model name theirs in a header of the answer. */
  credential?: string
  attempts?: number
  upstream?: Upstream
  /** Only for whole answers, since the log's line of a stream is written when the stream begins. */
  usage?: TokenCounts
}

/** OpenTelemetry's names of Google's APIs. It has none for Code Assist, which gets the general one. */
const PROVIDERS: Readonly<Record<Upstream, string>> = {
  'gemini-api': 'gcp.gemini',
  vertex: 'gcp.vertex_ai',
  'code-assist': 'gcp.gen_ai',
}

/** The operation, by the end of the path. */
const OPERATIONS: readonly (readonly [RegExp, string])[] = [
  [/\/(?:chat\/completions|responses|messages)$/, 'chat'],
  [/\/completions$/, 'text_completion'],
  [/embed/i, 'embeddings'],
  [/count_?tokens|input_tokens/i, 'count_tokens'],
]

/**
 * Fields named by OpenTelemetry (semantic-conventions-genai 0.1.0), for operators who export their logs.
 * Danger: a client may write a secret in the model's place. So a name that no credential served is logged only if it
 * is a known model's.
 */
export function genAiFields(
  { asked, served, upstream, usage }: Telemetry,
  address: string,
  errorType: string | null,
): Readonly<Record<string, string | number>> {
  // The line of a refused key must be the same wherever the key was refused: the lease knows the model, the door does not.
  if (asked === undefined || errorType === 'invalid_api_key') return {}
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

/** `address` is absolute. It is cut and not parsed: this is done for every request that asks a model. */
function operationAt(address: string): string {
  const from = address.indexOf('/', 'https://'.length)
  const [path = ''] = address.slice(from).split('?', 1)
  return OPERATIONS.find(([pattern]) => pattern.test(path))?.[1] ?? 'generate_content'
}
