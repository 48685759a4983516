/**
 * Google's count of a prompt, for clients that wait for it in the middle of their work. If it does not come quickly,
 * the caller uses its own estimate.
 */
import type { Cuttings } from '../bytes/cuttings.ts'
import { fit } from '../gemini/fit/index.ts'
import type { GenerateContentRequest } from '../gemini/types.ts'
import { readText } from '../http/read-text.ts'
import { isRecord } from '../json/record.ts'
import type { Counter } from '../objects/leasing/counter.ts'
import type { Settings } from '../settings.ts'
import { callUpstream } from '../upstreams/call.ts'
import { within } from '../within.ts'
import type { KeyHolder } from './authenticate.ts'
import { callUser } from './object-calls.ts'

/** Claude Code counts two dozen prompts at once, and its tools stand still until it knows. */
const PATIENCE_MS = 800
const MAX_ANSWER_BYTES = 65_536

export interface CountedPrompt {
  readonly env: Env
  readonly holder: KeyHolder
  readonly settings: Settings
  readonly model: string
  readonly standIn: string | null
  readonly request: GenerateContentRequest
  readonly cuttings: Cuttings
}

/** Null if no credential is at hand, and after any failure or delay. None of these is held against a credential. */
export async function countQuickly(prompt: CountedPrompt): Promise<number | null> {
  const control = new AbortController()
  const counting = ask(prompt, control.signal).catch(() => null)
  const count = await within(PATIENCE_MS, counting)
  control.abort()
  return count
}

async function ask(prompt: CountedPrompt, signal: AbortSignal): Promise<number | null> {
  const { env, holder, settings, model, standIn, cuttings } = prompt
  const { userId, keyDigest } = holder
  const counter = await callUser<Counter | null>(env, userId, (user) =>
    user.counter({ keyDigest, model, standIn }),
  )
  const json = counter === null ? null : toCount(prompt.request, counter)
  if (counter === null || json === null) return null
  const call = { ...counter, ask: { method: 'countTokens', json, cuttings } as const }
  const response = await callUpstream(call, settings, signal)
  const text = await readText(response, MAX_ANSWER_BYTES)
  const reply: unknown = response.ok && text !== null ? JSON.parse(text) : null
  const total = isRecord(reply) ? reply['totalTokens'] : null
  return typeof total === 'number' && total > 0 ? total : null
}

/** The body in the form that the upstream accepts; null if that form would leave out a part of the prompt. */
function toCount(
  request: GenerateContentRequest,
  { model, access: { upstream } }: Counter,
): string | null {
  const { contents, systemInstruction, tools } = fit(request, { model, upstream })
  const counted = {
    contents,
    ...(systemInstruction && { systemInstruction }),
    ...(tools && { tools }),
  }
  switch (upstream) {
    case 'gemini-api':
      return JSON.stringify({ generateContentRequest: { model: `models/${model}`, ...counted } })
    case 'vertex':
      return JSON.stringify(counted)
    case 'code-assist':
      return systemInstruction || tools ? null : JSON.stringify(counted)
  }
}
