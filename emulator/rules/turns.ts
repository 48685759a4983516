/** The order of calls, responses and turns (docs/google.md: Turns, Parts). */
import { invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { Content, Part } from '../proto/types.ts'
import type { Subject } from './subject.ts'

const NO_PREFILL_SINCE = 3.7
/**
 * From this generation on, a response with an id that no call has is refused. A response without an id is accepted
 * although Google's guide demands one: Google's own google-genai 3.6.1 (Python) sends none when it calls functions
 * automatically.
 */
const IDS_SINCE = 3.7

const MISPLACED_CALL =
  'Please ensure that function call turn comes immediately after a user turn or after a function response turn.'
const MISPLACED_RESPONSE =
  'Please ensure that function response turn comes immediately after a function call turn.'
const WRONG_COUNT =
  'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.'
const WRONG_NAME =
  'Please ensure that the name of each function response part matches a function call part of the function call turn.'
const WRONG_ID =
  'Please ensure that the id of each function response part matches a function call part of the function call turn.'

type Call = NonNullable<Part['functionCall']>
type Response = NonNullable<Part['functionResponse']>

export function checkTurns({ model, request }: Subject): Failure | undefined {
  const contents = request.contents ?? []
  if (model.generation >= NO_PREFILL_SINCE && contents.at(-1)?.role === 'model') {
    return invalidArgument('Requests ending with a model turn are not supported')
  }
  for (const [index, content] of contents.entries()) {
    const neighbours = { before: contents[index - 1], after: contents[index + 1] }
    const complaint = checkTurn(content, neighbours, model.generation)
    if (complaint !== undefined) return invalidArgument(complaint)
  }
  return undefined
}

function checkTurn(
  content: Content,
  { before, after }: { before: Content | undefined; after: Content | undefined },
  generation: number,
): string | undefined {
  if (responsesOf(content).length > 0 && (!before || callsOf(before).length === 0)) {
    return MISPLACED_RESPONSE
  }
  const calls = callsOf(content)
  if (calls.length === 0) return undefined
  if (content.role !== 'model' || !before || before.role === 'model') return MISPLACED_CALL
  const responses = after && after.role !== 'model' ? responsesOf(after) : []
  if (responses.length !== calls.length) return WRONG_COUNT
  if (!sameNames(calls, responses)) return WRONG_NAME
  return generation >= IDS_SINCE && !sameIds(calls, responses) ? WRONG_ID : undefined
}

function sameNames(calls: Call[], responses: Response[]): boolean {
  const open = responses.map(({ name }) => name)
  return calls.every(({ name }) => {
    const at = open.indexOf(name)
    if (at >= 0) open.splice(at, 1)
    return at >= 0
  })
}

/** Calls that the client wrote itself may have no ids; then responses need none. */
function sameIds(calls: Call[], responses: Response[]): boolean {
  const called = new Set(calls.flatMap(({ id }) => id ?? []))
  return called.size === 0 || responses.every(({ id }) => id === undefined || called.has(id))
}

function callsOf({ parts = [] }: Content): Call[] {
  return parts.flatMap((part) => part.functionCall ?? [])
}

function responsesOf({ parts = [] }: Content): Response[] {
  return parts.flatMap((part) => part.functionResponse ?? [])
}
