/** The response object: what the request said, and how far its answer is. */
import { toJsonLine } from '../../../json/line.ts'
import type { Usage } from '../usage.ts'

/** What is known of a response before its answer. */
export interface Head {
  readonly id: string
  /** Unix seconds. */
  readonly createdAt: number
  /** The client's own name for it, unless another model stood in; that is known with the first word of the answer. */
  readonly model: string
  readonly previous: string | null
  readonly conversation: string | null
  /**
   * The request's settings, which the response repeats and a stored response keeps: JSON of an object that is not
   * empty.
   */
  readonly settings: string
}

export interface Standing {
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed'
  readonly store: boolean
  /** Each item as JSON. */
  readonly output: readonly string[]
  readonly usage: Usage | null
  readonly incomplete?: 'max_output_tokens' | 'content_filter'
  readonly error?: { readonly code: string; readonly message: string }
}

/** The complete response object. */
export function responseJson(head: Head, standing: Standing): string {
  return joinedJson(bodyJson(head, standing), head.settings, standing.output)
}

/** The response without settings and output, which are stored separately. */
export function bodyJson(head: Head, standing: Standing): string {
  const { id, createdAt, model, previous, conversation } = head
  const { status, store, usage, incomplete, error } = standing
  return toJsonLine({
    id,
    object: 'response',
    created_at: createdAt,
    status,
    background: false,
    error: error ?? null,
    incomplete_details: incomplete === undefined ? null : { reason: incomplete },
    model,
    previous_response_id: previous,
    conversation: conversation === null ? null : { id: conversation },
    store,
    usage,
  })
}

/** Joins the parts of a response that are stored separately. */
export function joinedJson(body: string, settings: string, output: readonly string[]): string {
  return `${body.slice(0, -1)},"output":[${output.join(',')}],${settings.slice(1)}`
}

/**
 * What is stored of a response that was streamed, beside its output and settings. `numbers`: those of the events that
 * ended its items and then itself, so that the events are numbered alike when they are told again.
 */
export function withNumbers(body: string, numbers: readonly number[]): string {
  return `${body.slice(0, -1)},"numbers":[${numbers.join(',')}]}`
}

/** The body without the numbers; null for those of an answer that was told whole. */
export function parted(body: string): { readonly body: string; readonly numbers: number[] | null } {
  // The body ends with its own fields otherwise, none of which looks like this.
  const [end, list] = /,"numbers":\[([\d,]+)\]\}$/.exec(body) ?? []
  if (end === undefined || list === undefined) return { body, numbers: null }
  return { body: `${body.slice(0, -end.length)}}`, numbers: list.split(',').map(Number) }
}

/** A shortened conversation, as /v1/responses/compact answers it. */
export function compactionJson({ id, createdAt }: Head, { output, usage }: Standing): string {
  const head = { id, object: 'response.compaction', created_at: createdAt, usage }
  return `${toJsonLine(head).slice(0, -1)},"output":[${output.join(',')}]}`
}
