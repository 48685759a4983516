import { jsonResponse } from '../../json/json-response.ts'
import type { Call, Reply } from '../call.ts'
import type { Failure } from '../../failure/failure.ts'

/**
 * Routes of OpenAI's that have no counterpart here. Clients that try one are told so, instead of that the address is
 * wrong.
 */
const NOT_SERVED: readonly (readonly [path: string, why: string])[] = [
  ['/moderations', 'Gemini has no moderation endpoint; safety settings act on each request'],
  ['/files', 'files are uploaded as with OpenAI or Google; their ids are taken in every dialect'],
  ['/uploads', 'files go up whole, to /v1/files'],
  ['/batches', 'requests are answered at once'],
  ['/images/edits', 'send the image to a model that draws, in a chat'],
  ['/images/variations', 'send the image to a model that draws, in a chat'],
  ['/videos', 'no model that films is served'],
  ['/realtime', 'live sessions are not served'],
  ['/fine_tuning', 'models are not tuned here'],
  ['/assistants', 'the Responses API has taken its place'],
  ['/threads', 'conversations of the Responses API have taken their place'],
  ['/vector_stores', 'files are not searched here'],
  ['/evals', 'answers are not rated here'],
]

/** The failure for a path of OpenAI's that is not served, under any root; null for any other path. */
export function notServedAt(pathname: string): Failure | null {
  const path = pathname.replace(/^\/v1(?:beta\/openai)?(?=\/)/, '')
  const row = NOT_SERVED.find(([served]) => path === served || path.startsWith(`${served}/`))
  if (row === undefined) return null
  return { reason: 'not_served', message: `Pollux does not serve ${row[0]}: ${row[1]}.` }
}

/** For a path that another family has too. */
export async function notServed({ request }: Call): Promise<Reply> {
  const { pathname } = new URL(request.url)
  return (
    notServedAt(pathname) ?? {
      reason: 'unknown_url',
      message: `Invalid URL (${pathname.slice(0, 200)})`,
    }
  )
}

/** GET /v1/chat/completions lists stored completions. Pollux stores none, so the list is empty. */
export async function listStored(): Promise<Response> {
  return jsonResponse({ object: 'list', data: [], first_id: null, last_id: null, has_more: false })
}

/** For requests about a stored completion by its id. */
export async function getStored({ params }: Call): Promise<Failure> {
  if (params['id'] === 'chat/completions') {
    return {
      reason: 'unknown_url',
      message:
        'The path says /chat/completions twice: clients add it by themselves, so their base URL ends in /v1.',
    }
  }
  return {
    reason: 'not_served',
    message: 'There is no stored chat completion of this id: Pollux stores none.',
  }
}
