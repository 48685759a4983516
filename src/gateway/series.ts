import type { GenerateContentRequest } from '../gemini/types.ts'
import type { Upstream } from '../gemini/upstreams.ts'
import type { Answers } from './choices.ts'
import { type GenerateInput, generating } from './generate.ts'
import type { Answered } from './journey-input.ts'
import { serve } from './serve.ts'

/**
 * Several generations, one after the other, for one request of the client's. Each is an attempt of its own. Each is
 * settled when the next one begins, so only the last is left to settle; settling the others again does nothing.
 */
export async function generateSeries(
  input: Omit<GenerateInput, 'request' | 'stream'>,
  requests: readonly GenerateContentRequest[],
): Promise<Answers> {
  const servings = requests.map((request) => generating({ ...input, request, stream: false }))
  const [first] = servings
  if (first === undefined) throw new Error('There is no request to make.')
  const done: Answered[] = []
  const calls = everywhere(requests.length)
  let generated = await serve({
    ...first,
    estimatedOutput: servings.reduce((sum, { estimatedOutput = 0 }) => sum + estimatedOutput, 0),
    calls: () => calls,
    askUnder: (lease, wording) => {
      const serving = servings[done.length]
      if (serving === undefined) throw new Error('There is no request left to make.')
      return serving.askUnder(lease, wording)
    },
  })
  for (;;) {
    if (!generated.ok) return generated
    if (generated.kind !== 'unary') throw new Error('A series is not streamed.')
    if (done.length === requests.length - 1) {
      const [head, ...others] = [...done, generated]
      return { ok: true, all: [head, ...others], lead: generated, attempts: generated.attempts }
    }
    done.push(generated)
    generated = await generated.next(generated.response.usageMetadata)
  }
}

function everywhere(calls: number): Readonly<Record<Upstream, number>> {
  return { 'code-assist': calls, vertex: calls, 'gemini-api': calls }
}
