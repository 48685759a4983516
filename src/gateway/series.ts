import type { GenerateContentRequest, GenerateContentResponse } from '../gemini/types.ts'
import type { Upstream } from '../gemini/upstreams.ts'
import { type Generated, type GenerateInput, generating, serve } from './generate.ts'

export type Series =
  | {
      readonly ok: true
      /** The last of them, still to be settled; the others are. */
      readonly generated: Extract<Generated, { ok: true }>
      /** One for each request, in their order. */
      readonly responses: readonly GenerateContentResponse[]
    }
  | { readonly ok: false; readonly generated: Extract<Generated, { ok: false }> }

/** Several generations that are one request of the client's: each is an attempt of its own, and they are made one after the other. All or nothing. */
export async function generateSeries(
  input: Omit<GenerateInput, 'request' | 'stream'>,
  requests: readonly GenerateContentRequest[],
): Promise<Series> {
  const servings = requests.map((request) => generating({ ...input, request, stream: false }))
  const [first] = servings
  if (first === undefined) throw new Error('There is no request to make.')
  const responses: GenerateContentResponse[] = []
  const calls = everywhere(requests.length)
  let generated = await serve({
    ...first,
    calls: () => calls,
    askUnder: (lease, wording) => {
      const serving = servings[responses.length]
      if (serving === undefined) throw new Error('There is no request left to make.')
      return serving.askUnder(lease, wording)
    },
  })
  for (;;) {
    if (!generated.ok) return { ok: false, generated }
    if (generated.kind !== 'unary') throw new Error('A series is not streamed.')
    const { response, next } = generated
    responses.push(response)
    if (responses.length === requests.length) return { ok: true, generated, responses }
    generated = await next(response.usageMetadata)
  }
}

function everywhere(calls: number): Readonly<Record<Upstream, number>> {
  return { 'code-assist': calls, vertex: calls, 'gemini-api': calls }
}
