import { jsonResponse } from '../../json/json-response.ts'
import type { Failure } from '../../failure/failure.ts'
import { credentialId, type CredentialInput } from '../../objects/ring/credential.ts'
import type { PutCredentialsResult } from '../../objects/rpc-results.ts'
import { type Verification, verify } from '../../upstreams/verify.ts'
import { existingUser, putAll, refusalOf, shown } from './additions.ts'
import { readBody } from './body.ts'
import { additionQuery } from './query-schema.ts'
import type { Call, Reply } from '../call.ts'
import { parseCredential } from './credential-body.ts'
import { additionBody, bulkBody } from './credential-schema.ts'
import { readQuery } from './query.ts'
import { userNotFound } from './user-id.ts'

/**
 * A Worker may have six connections open at a time (Workers limits). A check makes its one or two calls one after the
 * other.
 */
const CHECKS_AT_ONCE = 5

/** The result for a line. `ok`: the credential is in the ring, or in a dry run, Google accepts it. */
type LineResult = { readonly line: number; readonly ok: boolean } & (
  | ReturnType<typeof shown>
  | Verification
  | { readonly error?: object }
)

interface GoodLine {
  readonly line: number
  readonly input: CredentialInput
}

/**
 * POST /v1/config/users/{id}/credentials/bulk: adds many credentials, with a result for each. The answer is 200
 * whatever the results are: a client that took another status for a failure would lose sight of what was done.
 */
export async function addCredentials(call: Call): Promise<Reply> {
  const query = readQuery(call, additionQuery())
  if (!query.ok) return query.failure
  const body = await readBody(call, bulkBody())
  if (!body.ok) return body.failure
  const user = await existingUser(call)
  if (user === null) return userNotFound('id')

  const { bad, good } = await sortOut(call, body.value.credentials, user)
  const done = query.value.dry_run
    ? await checkAll(call, good)
    : keepAll(call, await putAll(call, user, inputsOf(good)), good)
  if ('reason' in done) return done
  const results = [...bad, ...done].toSorted((one, other) => one.line - other.line)
  return jsonResponse({
    status: 'ok',
    user,
    dry_run: query.value.dry_run,
    succeeded: results.filter(({ ok }) => ok).length,
    failed: results.filter(({ ok }) => !ok).length,
    results,
    max_credentials: call.settings.maxCredentials,
  })
}

/** The lines that hold a credential, each credential once, and what is wrong with the other lines. */
async function sortOut(
  call: Call,
  given: readonly unknown[],
  userId: string,
): Promise<{ readonly bad: readonly LineResult[]; readonly good: readonly GoodLine[] }> {
  const bad: LineResult[] = []
  const good: GoodLine[] = []
  const seen = new Map<string, number>()
  for (const [index, value] of given.entries()) {
    const line = index + 1
    const parsed = await parseCredential(value, additionBody())
    if (!parsed.ok) {
      bad.push(refused(call, line, parsed.failure))
      continue
    }
    const id = await credentialId(userId, parsed.input.secret)
    const first = seen.get(id)
    if (first === undefined) {
      seen.set(id, line)
      good.push({ line, input: parsed.input })
    } else {
      bad.push(refused(call, line, repetitionOf(first)))
    }
  }
  return { bad, good }
}

function keepAll(
  call: Call,
  put: PutCredentialsResult,
  good: readonly GoodLine[],
): readonly LineResult[] | Failure {
  const { maxCredentials } = call.settings
  if (!put.ok) return refusalOf(put, maxCredentials)
  return put.results.map((result, index) => {
    const line = good[index]?.line ?? 0
    return result.ok
      ? { line, ok: true, ...shown(result) }
      : refused(call, line, refusalOf(result, maxCredentials))
  })
}

/** Checks each credential with Google, a few at a time. */
async function checkAll(
  { settings }: Call,
  good: readonly GoodLine[],
): Promise<readonly LineResult[]> {
  const results: LineResult[] = []
  const left = good.values()
  const work = async (): Promise<void> => {
    for (const { line, input } of left) {
      const verification = await verify(input, settings)
      results.push({ line, ok: verification.verdict === 'works', ...verification })
    }
  }
  await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, work))
  return results
}

/** Names the field by its path in the whole body. */
function refused({ family, requestId }: Call, line: number, failure: Failure): LineResult {
  const element = `credentials[${line - 1}]`
  const { param = '' } = failure
  const named = param === '' ? element : `${element}.${param}`
  const message = failure.message.replace(`'${param}'`, `'${named}'`)
  return { line, ok: false, ...family.errorBody({ ...failure, message, param: named }, requestId) }
}

function repetitionOf(line: number): Failure {
  return {
    reason: 'invalid_value',
    message: `Invalid value for 'gcpServiceAccount': is the credential of line ${line} again.`,
    param: 'gcpServiceAccount',
  }
}

function inputsOf(good: readonly GoodLine[]): readonly CredentialInput[] {
  return good.map(({ input }) => input)
}
