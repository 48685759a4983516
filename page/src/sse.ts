import { ApiError } from './api.ts'

interface Chunk {
  readonly choices?: readonly { readonly delta?: { readonly content?: string | null } }[]
  readonly error?: { readonly message?: string }
}

/** The texts of a streamed chat, as they arrive. Throws ApiError if the stream reports an error. */
export async function* textsIn(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    rest += decoder.decode(value, { stream: !done })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (!line.startsWith('data: ') || line.startsWith('data: [DONE]')) continue
      const { choices, error } = JSON.parse(line.slice(6)) as Chunk
      if (error !== undefined) throw new ApiError(error.message ?? 'The stream failed.', 0, null)
      yield choices?.[0]?.delta?.content ?? ''
    }
    if (done) return
  }
}
