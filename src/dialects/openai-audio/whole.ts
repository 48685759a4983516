/** Gemini's answer as OpenAI's transcript, in the requested format. */
import { parsed } from '../../json/parsed.ts'
import * as v from 'valibot'
import { collect } from '../../gemini/answer/collect.ts'
import { blockReasonOf, finishReasonOf } from '../../gemini/response.ts'
import type { GenerateContentResponse, UsageMetadata } from '../../gemini/types.ts'
import { countTokens } from '../../gemini/usage.ts'
import type { Failure } from '../../failure/failure.ts'
import { toWellFormedJson } from '../../json/well-formed.ts'
import { incompleteness } from './ending.ts'
import { shapeOf } from './request.ts'
import type { AudioRequest, Task } from './body.ts'
import { type Segment, segments, toSrt, toVtt } from './segments.ts'
import { lazy } from '../../lazy.ts'

export type Transcript =
  | { readonly ok: true; readonly contentType: string; readonly body: string }
  | { readonly ok: false; readonly failure: Failure }

interface Asked {
  readonly audio: AudioRequest
  readonly task: Task
  /** Seconds; null if the file does not say. */
  readonly duration: number | null
}

const structured = lazy(() => v.object({ language: v.string(), text: v.string() }))
const timed = lazy(() => v.object({ language: v.string(), segments: segments() }))

export function toTranscript(response: GenerateContentResponse, asked: Asked): Transcript {
  const failure = incompleteness({
    finishReason: finishReasonOf(response),
    blockReason: blockReasonOf(response),
  })
  if (failure !== null) return { ok: false, failure }
  const text = collect(response).text.trim()
  const usage = toUsage(response.usageMetadata)
  const { response_format: format } = asked.audio
  if (format === 'text') return { ok: true, contentType: TEXT, body: `${text}\n` }
  if (format === 'json') return json({ text, usage })
  return shapeOf(asked.audio) === 'timed' ? toTimed(text, asked) : toVerbose(text, asked)
}

export function toUsage(meta: UsageMetadata | undefined) {
  const { prompt, toolUse, output, reasoning } = countTokens(meta)
  const [input_tokens, output_tokens] = [prompt + toolUse, output + reasoning]
  const total_tokens = input_tokens + output_tokens
  return { type: 'tokens', input_tokens, output_tokens, total_tokens } as const
}

function toVerbose(text: string, asked: Asked): Transcript {
  const read = v.safeParse(structured(), parsed(text))
  if (!read.success) return UNREADABLE
  const { language, text: spoken } = read.output
  return json({ ...head(language, asked), text: spoken.trim() })
}

function toTimed(text: string, asked: Asked): Transcript {
  const read = v.safeParse(timed(), parsed(text))
  if (!read.success) return UNREADABLE
  const { language } = read.output
  const spoken: readonly Segment[] = read.output.segments.filter(({ text: said }) => said !== '')
  const { response_format: format } = asked.audio
  if (format === 'srt') return { ok: true, contentType: TEXT, body: toSrt(spoken) }
  if (format === 'vtt') return { ok: true, contentType: TEXT, body: toVtt(spoken) }
  return json({
    ...head(language, asked),
    text: spoken.map(({ text: said }) => said).join(' '),
    segments: spoken.map((segment, id) => ({ id, ...segment })),
  })
}

/**
 * What is known besides the text: the language that the client named or the model heard, and the file's duration if
 * it is known.
 */
function head(heard: string, { audio, task, duration }: Asked): Record<string, unknown> {
  return {
    task,
    language: audio.language ?? heard,
    ...(duration !== null && {
      duration,
      usage: { type: 'duration', seconds: Math.ceil(duration) },
    }),
  }
}

function json(body: unknown): Transcript {
  return { ok: true, contentType: 'application/json', body: toWellFormedJson(body) }
}

const TEXT = 'text/plain; charset=utf-8'

const UNREADABLE: Transcript = {
  ok: false,
  failure: { reason: 'upstream_error', message: 'Google sent a transcript that cannot be read.' },
}
