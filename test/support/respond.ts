import { MODEL, post, type User } from './pollux.ts'

/** An item of an answer, as far as tests read it. */
export interface ToldItem {
  readonly type: string
  readonly id: string
  readonly call_id?: string
  readonly name?: string
  readonly namespace?: string
  readonly arguments?: unknown
  readonly input?: string
  readonly encrypted_content?: string
  readonly summary?: readonly { readonly text: string }[]
  readonly content?: readonly { readonly type: string; readonly text: string }[]
  readonly [field: string]: unknown
}

export interface ToldResponse {
  readonly id: string
  readonly object: string
  readonly status: string
  readonly store: boolean
  readonly output: readonly ToldItem[]
  readonly usage: { readonly total_tokens: number }
  readonly [field: string]: unknown
}

export interface ToldEvent {
  readonly type: string
  readonly sequence_number: number
  readonly response?: ToldResponse
  readonly item?: ToldItem
  readonly delta?: string
  readonly [field: string]: unknown
}

/** POST /v1/responses */
export function respond(user: Pick<User, 'key'>, body: object = {}): Promise<Response> {
  return post('/v1/responses', user.key, { model: MODEL, input: 'Hello there', ...body })
}

/** The answer; throws unless the request succeeded. */
export async function responded(user: Pick<User, 'key'>, body: object = {}): Promise<ToldResponse> {
  const answer = await respond(user, body)
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return JSON.parse(text) as ToldResponse
}

/** The events of a streamed answer; throws unless the request succeeded. */
export async function streamed(
  user: Pick<User, 'key'>,
  body: object = {},
): Promise<readonly ToldEvent[]> {
  const answer = await respond(user, { stream: true, ...body })
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return eventsIn(text)
}

export function eventsIn(text: string): readonly ToldEvent[] {
  return text
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const [event = '', data = ''] = frame.split('\n')
      const value = JSON.parse(data.slice('data: '.length)) as ToldEvent
      if (event !== `event: ${value.type}`) throw new Error(frame)
      return value
    })
}

export function saidIn({ output }: ToldResponse): string {
  return output.flatMap(({ content = [] }) => content.map(({ text }) => text)).join('')
}
