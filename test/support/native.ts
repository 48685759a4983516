/** Requests to Gemini's own API, as its clients make them. */
import { fetchPollux, MODEL } from './pollux.ts'

export const NATIVE_BODY = { contents: [{ role: 'user', parts: [{ text: 'Hello there' }] }] }

export interface Asking {
  readonly model?: string
  readonly method?: string
  readonly version?: string
  readonly query?: string
  readonly headers?: Record<string, string>
}

/** `body`: a text is sent as it is. */
export function native(
  key: string,
  body: unknown = NATIVE_BODY,
  asking: Asking = {},
): Promise<Response> {
  const { model = MODEL, method = 'generateContent', version = '/v1beta', query = '' } = asking
  return fetchPollux(`${version}/models/${model}:${method}${query}`, {
    method: 'POST',
    headers: { 'x-goog-api-key': key, 'content-type': 'application/json', ...asking.headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

export function nativeStream(
  key: string,
  body: unknown = NATIVE_BODY,
  asking: Asking = {},
): Promise<Response> {
  return native(key, body, { method: 'streamGenerateContent', query: '?alt=sse', ...asking })
}

export interface NativeResponse {
  readonly candidates?: readonly {
    readonly content?: { readonly parts?: readonly Record<string, unknown>[] }
    readonly finishReason?: string
  }[]
  readonly error?: { readonly code: number; readonly message: string; readonly status: string }
  readonly usageMetadata?: object
}

/** The events of a stream. Checks the one form that all of Google's clients read. */
export function eventsOf(stream: string): NativeResponse[] {
  if (!stream.endsWith('\r\n\r\n')) throw new Error(`The last event is not closed: ${stream}`)
  return stream
    .slice(0, -4)
    .split('\r\n\r\n')
    .map((event) => {
      if (!/^data: +\{/.test(event) || /[\r\n]/.test(event)) throw new Error(event)
      return JSON.parse(event.slice('data: '.length)) as NativeResponse
    })
}

export function wordsOf(responses: readonly NativeResponse[]): string {
  return responses
    .flatMap(({ candidates = [] }) => candidates[0]?.content?.parts ?? [])
    .map(({ text = '' }) => String(text))
    .join('')
}
