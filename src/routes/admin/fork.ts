import { jsonResponse } from '../../json/json-response.ts'
import * as v from 'valibot'
import { isRecord } from '../../json/record.ts'
import { userIdOf } from '../../gateway/authenticate.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { Failure } from '../../failure/failure.ts'
import { parse } from '../../failure/check.ts'
import type { CreateResult, PutCredentialsResult } from '../../objects/rpc-results.ts'
import { credentialId, type CredentialInput } from '../../objects/ring/credential.ts'
import type { UserDescription } from '../../wire/user.ts'
import type { ForkAnswer, ForkCredentialLine, ForkLine } from '../../wire/fork-import.ts'
import { refusalOf } from './additions.ts'
import { readObject } from './body.ts'
import type { Call, Reply } from '../call.ts'
import { parseCredential } from './credential-body.ts'
import { additionBody } from './credential-schema.ts'
import { entriesIn, type ForkEntry, parsedValue } from './fork-entries.ts'
import { type ForkUser, forkUser } from './fork-schema.ts'
import { additionQuery } from './query-schema.ts'
import { readQuery } from './query.ts'
import { register } from './register.ts'
import { isMasterKey } from './user-key.ts'
import { chosenKey } from './key-schema.ts'

/** Each user takes several calls to objects, and a request may make only a limited number. */
const MAX_USERS = 100
const PREFIX = 'config:'

/**
 * POST /v1/config/import/fork: creates the fork's users, under their own keys. Each line has its own result, and a
 * bad line does not stop the others. No line of the answer holds a key or any part of a credential.
 */
export async function importFork(call: Call): Promise<Reply> {
  const query = readQuery(call, additionQuery())
  if (!query.ok) return query.failure
  const body = await readObject(call)
  if (!body.ok) return body.failure
  const entries = entriesIn(body.value)
  if (entries.length === 0) return NOTHING
  if (entries.length > MAX_USERS) return TOO_MANY
  const isDry = query.value.dry_run
  const results: ForkLine[] = []
  for (const [index, entry] of entries.entries()) {
    results.push(await moved(call, index + 1, entry, isDry))
  }
  const succeeded = results.filter(({ ok }) => ok).length
  const answer: ForkAnswer = {
    status: 'ok',
    dry_run: isDry,
    succeeded,
    failed: results.length - succeeded,
    results,
  }
  return jsonResponse(answer)
}

/** A credential of the fork's, with its line of the answer. */
interface Sorted {
  readonly line: ForkCredentialLine
  readonly input: CredentialInput | null
  /** Its id in the ring, even if it was there before; null if it was refused. */
  readonly id: string | null
}

/** A user of the fork's whose line can be read. */
interface Arriving {
  readonly ok: true
  readonly user: string
  readonly sorted: readonly Sorted[]
  readonly told: Pick<ForkLine, 'line' | 'user' | 'total_requests' | 'cursor' | 'message'>
}

type Refused = ForkLine & { readonly ok: false }

async function moved(
  call: Call,
  line: number,
  entry: ForkEntry,
  isDry: boolean,
): Promise<ForkLine> {
  const arriving = await readEntry(call, line, entry)
  if (!arriving.ok) return arriving
  const known = await callUser<UserDescription | null>(call.env, arriving.user, (object) =>
    object.describe(),
  )
  return isDry ? wouldMove(arriving, known) : moveIn(call, arriving, known)
}

async function readEntry(
  { env }: Call,
  line: number,
  { key, value }: ForkEntry,
): Promise<Arriving | Refused> {
  const apiKey = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : ''
  const named = parse(v.object({ apiKey: chosenKey() }), { apiKey })
  if (!named.ok) return refused(line, null, NO_KEY)
  if (await isMasterKey(env, apiKey)) return refused(line, null, MASTER)
  const user = await userIdOf(apiKey)
  const held = parsedValue(value)
  if (!isRecord(held)) return refused(line, user, NO_OBJECT)
  const parsed = parse(forkUser(), held)
  if (!parsed.ok) return refused(line, user, parsed.failure.message)
  const sorted = await sortOut(parsed.value, user)
  const cursor = cursorOf(parsed.value, sorted)
  const told = { line, user, total_requests: parsed.value.totalRequests, cursor, message: null }
  return { ok: true, user, sorted, told }
}

function wouldMove({ sorted, told }: Arriving, known: UserDescription | null): ForkLine {
  const ids = new Set(known?.credentials.map(({ id }) => id))
  const credentials = sorted.map(({ line, id }) => ({
    ...line,
    credential: null,
    result: line.result === 'added' && ids.has(id ?? '') ? ('known' as const) : line.result,
  }))
  const result = known === null ? 'would_create' : 'would_complete'
  return { ...told, ok: true, result, credentials }
}

async function moveIn(
  call: Call,
  { user, sorted, told }: Arriving,
  known: UserDescription | null,
): Promise<ForkLine> {
  const { env, by, settings } = call
  if (known === null) {
    const created = await callUser<CreateResult>(env, user, (object) => object.create({}, null, by))
    if (!created.ok && created.reason === 'user_deleted') return refused(told.line, user, DELETED)
  }
  const inputs = sorted.flatMap(({ input }) => input ?? [])
  const put =
    inputs.length === 0
      ? null
      : await callUser<PutCredentialsResult>(env, user, (object) =>
          object.putCredentials(inputs, by),
        )
  if (put?.ok === false) {
    return refused(told.line, user, refusalOf(put, settings.maxCredentials).message)
  }
  const credentials = resultsOf(call, sorted, put)
  if (known === null || credentials.some(({ result }) => result === 'added')) {
    const cursor = told.cursor === null ? null : (sorted[told.cursor]?.id ?? null)
    const counts = sorted.flatMap(({ id, line: { requests } }) =>
      id === null ? [] : [`${id}: ${requests}`],
    )
    const from = { cursor, totalRequests: told.total_requests, counts }
    await callUser<boolean>(env, user, (object) => object.movedIn(from, by))
  }
  await register(env, user)
  return { ...told, ok: true, result: known === null ? 'created' : 'completed', credentials }
}

/** In the fork's order. A credential that appears twice is taken once. */
async function sortOut(user: ForkUser, userId: string): Promise<readonly Sorted[]> {
  const sorted: Sorted[] = []
  const seen = new Set<string>()
  for (const [index, given] of user.gcpServiceAccounts.entries()) {
    const requests = user.requestCounts[index] ?? 0
    const parsed = await parseCredential({ gcpServiceAccount: given }, additionBody())
    if (!parsed.ok) {
      const { message } = parsed.failure
      const line = {
        index,
        result: 'refused',
        credential: null,
        type: null,
        requests,
        message,
      } as const
      sorted.push({ line, input: null, id: null })
      continue
    }
    const { type } = parsed.input.secret
    const id = await credentialId(userId, parsed.input.secret)
    const isFirst = !seen.has(id)
    seen.add(id)
    const result = isFirst ? 'added' : 'duplicate'
    const line = { index, result, credential: null, type, requests, message: null } as const
    sorted.push({ line, input: isFirst ? parsed.input : null, id })
  }
  return sorted
}

/** Where the fork's cursor stood. If that credential is refused, the next one that is not. */
function cursorOf(
  { currentCredentialIndex: at }: ForkUser,
  sorted: readonly Sorted[],
): number | null {
  const order = [...sorted.slice(at), ...sorted.slice(0, at)]
  return order.find(({ id }) => id !== null)?.line.index ?? null
}

function resultsOf(
  { settings }: Call,
  sorted: readonly Sorted[],
  put: Extract<PutCredentialsResult, { ok: true }> | null,
): readonly ForkCredentialLine[] {
  const results = [...(put?.results ?? [])]
  return sorted.map(({ line, input, id }) => {
    const result = input === null ? undefined : results.shift()
    if (result === undefined) return { ...line, credential: id }
    if (result.ok) return { ...line, result: result.created ? 'added' : 'known', credential: id }
    const { message } = refusalOf(result, settings.maxCredentials)
    return { ...line, result: 'refused', credential: null, message }
  })
}

function refused(line: number, user: string | null, message: string): Refused {
  const nothing = { total_requests: 0, cursor: null, credentials: [] }
  return { line, ok: false, result: 'refused', user, ...nothing, message }
}

const NO_OBJECT =
  'The value of the entry must be a JSON object, or the text of one, with the user’s gcpServiceAccounts.'
const NO_KEY =
  "The name of the entry must be 'config:' and the user's key: 8 to 256 printable ASCII characters without spaces, and not of the form of a minted key."
const MASTER = "The key of the entry is the master key, which cannot be a user's."
const DELETED = 'The user with this key was deleted, for good.'

const NOTHING: Failure = {
  reason: 'invalid_value',
  message: 'The body must hold at least one entry, as `wrangler kv bulk get` gives them.',
}

const TOO_MANY: Failure = {
  reason: 'invalid_value',
  message: `The body must hold at most ${MAX_USERS} entries; send the others with another request.`,
}
