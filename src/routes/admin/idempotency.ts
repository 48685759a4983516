import { sha256Hex } from '../../bytes/sha256.ts'
import { VAULT_CLOSED } from '../../gateway/failure-of.ts'
import { persistently } from '../../persistently.ts'
import { readRaw } from '../../http/body.ts'
import type { Failure } from '../../failure/failure.ts'
import { logError } from '../../http/log.ts'
import { DIRECTORY_NAME } from '../../objects/directory.ts'
import type { Begun } from '../../objects/idempotency-keys.ts'
import { openVault, type Vault } from '../../objects/secrets/vault.ts'
import { type AdminHandler, type Call, type Reply, urlOf } from '../call.ts'

/** An answer as it is stored. Always sealed, since it may hold a new key. */
interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

interface Claim {
  readonly key: string
  readonly operation: string
  readonly vault: Vault
}

const HEADER = 'Idempotency-Key'
const WELL_FORMED = /^[\x21-\x7e]{1,255}$/

/**
 * With an Idempotency-Key, an act is done only once: whoever repeats the same request within a day gets the first
 * answer again. Answers of 5xx are not stored, since they do not tell whether the act was done. A repetition then
 * continues the same operation, by which the user's object knows what it has done already.
 */
export function idempotent(handle: AdminHandler): AdminHandler {
  return async (call) => {
    const name = call.request.headers.get(HEADER)
    if (name === null || call.request.method === 'GET' || call.request.method === 'HEAD') {
      return handle(call)
    }
    if (!WELL_FORMED.test(name)) return MALFORMED
    const vault = await openVault(call.env.VAULT_KEY)
    if (vault === null) return VAULT_CLOSED
    const body = await readRaw(call.request, call.settings.maxBodyBytes)
    if (!body.ok) return body.failure

    const key = await sha256Hex(name)
    const fingerprint = await fingerprintOf(call, body.bytes)
    const begun = await persistently<Begun>(() =>
      directory(call).begin({ key, fingerprint, requestId: call.requestId }),
    )
    switch (begun.kind) {
      case 'other_request':
        return REUSED
      case 'running':
        return { ...IN_PROGRESS, retryAfterMs: begun.retryAfterMs }
      case 'done':
        return replay(begun.sealedAnswer, key, vault)
      case 'run': {
        const work = run(handle, withBody(call, body.bytes), { ...begun, key, vault })
        // If the client leaves, the act still completes and its answer is stored.
        call.ctx.waitUntil(work.catch(() => undefined)) // the caller awaits the same promise and reports the error
        return work
      }
    }
  }
}

async function run(handle: AdminHandler, call: Call, claim: Claim): Promise<Reply> {
  const { key, operation } = claim
  let reply: Reply
  try {
    reply = await handle({ ...call, by: { requestId: call.requestId, operation } })
  } catch (error) {
    await persistently(() => directory(call).release(key, operation))
    throw error
  }
  const response =
    reply instanceof Response ? reply.clone() : call.family.refuse(reply, call.requestId)
  try {
    if (response.status >= 500) {
      await persistently(() => directory(call).release(key, operation))
    } else {
      const sealed = await seal(response, claim)
      await persistently(() => directory(call).finish(key, operation, sealed))
    }
  } catch (error) {
    // The act is done, so the client gets its answer. A repetition will find the operation done.
    logError('answer_not_kept', { request_id: call.requestId, error: String(error) })
  }
  return reply
}

async function seal(response: Response, { vault, key }: Claim): Promise<string> {
  const { status, headers } = response
  const answer: Answer = { status, headers: [...headers], body: await response.text() }
  return vault.seal(JSON.stringify(answer), ownerOf(key))
}

async function replay(sealed: string, key: string, vault: Vault): Promise<Reply> {
  let answer: Answer
  try {
    answer = JSON.parse(await vault.open(sealed, ownerOf(key))) as Answer
  } catch {
    return SEALED
  }
  const headers = new Headers(answer.headers.map(([name, value]) => [name, value]))
  headers.set('idempotent-replayed', 'true')
  return new Response(answer.body, { status: answer.status, headers })
}

function ownerOf(key: string) {
  return { userId: '', credentialId: key, purpose: 'answer' } as const
}

/** The body was read for the fingerprint. The handler gets a request with the same bytes. */
function withBody(call: Call, bytes: Uint8Array): Call {
  const { url, method, headers, signal } = call.request
  const body = bytes.length === 0 ? null : bytes
  return { ...call, request: new Request(url, { method, headers, body, signal }) }
}

async function fingerprintOf(call: Call, body: Uint8Array): Promise<string> {
  const { pathname, search } = urlOf(call)
  return sha256Hex(JSON.stringify([call.request.method, pathname, search, await sha256Hex(body)]))
}

function directory({ env }: Call) {
  return env.DIRECTORY.getByName(DIRECTORY_NAME)
}

const MALFORMED: Failure = {
  reason: 'invalid_value',
  message: `Invalid value for '${HEADER}': must be 1 to 255 characters of printable ASCII without spaces.`,
  param: HEADER,
}

const REUSED: Failure = {
  reason: 'idempotency_key_reused',
  message: `This ${HEADER} was used for another request; send a new one with each act.`,
  param: HEADER,
}

const IN_PROGRESS: Failure = {
  reason: 'idempotency_in_progress',
  message: `A request with this ${HEADER} is under way; ask again for its answer.`,
  param: HEADER,
}

const SEALED: Failure = {
  reason: 'vault_not_configured',
  message: `The act was done, and its answer was sealed by a key that VAULT_KEY does not hold any more.`,
  param: HEADER,
}
