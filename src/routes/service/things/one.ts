import { jsonResponse } from '../../../json/json-response.ts'
import type { KeyHolder } from '../../../gateway/authenticate.ts'
import { countBatches, countedInPassing } from '../../../gateway/count-batches.ts'
import { callFiles, callUser } from '../../../gateway/object-calls.ts'
import { askAbout, borrow, type Borrower, forget, heldText, keep } from '../../../gateway/things.ts'
import { accepted, inTurn } from '../../../gateway/in-turn.ts'
import { OUTAGES } from '../../../gateway/failure-of.ts'
import { parsed } from '../../../json/parsed.ts'
import { wellFormedJson } from '../../../json/well-formed.ts'
import type { Failure } from '../../../failure/failure.ts'
import type { Access } from '../../../upstreams/credential.ts'
import { readRaw } from '../../../http/body.ts'
import { streamOf } from '../../../http/text-or-pieces.ts'
import { type Call, type Handler, type Reply, urlOf } from '../../call.ts'
import { answersOf, FILES, ID, type Kind, ownHeaders, pinOf, refOf } from './kinds.ts'
import { watched } from './watched.ts'
import { wholeCharacters } from './whole-characters.ts'

/** Parameters of the address that are passed on to Google. All others are between the client and Pollux. */
const PASSED = ['updateMask', 'update_mask', 'stream', 'last_event_id', 'include_input', 'alt']

/**
 * Makes the handler for one thing at Google. It asks the credential that knows the thing; `act` follows the thing's
 * id in the address. The owner is looked up each time. If no owner is known, only one credential that Google accepts is asked:
 * another would not find the thing either. A file that this user does not own is not asked for at all, since it may belong to
 * another user of the same project.
 */
export function oneThing(
  of: Kind,
  {
    method,
    act = '',
    gone = false,
  }: { readonly method: string; readonly act?: string; readonly gone?: boolean },
): Handler {
  return async (call, holder) => {
    const id = call.params['id'] ?? ''
    const borrower = borrowerOf(call, holder)
    const first = await borrow(borrower, { pins: ID.test(id) ? [refOf(of, id)] : [] })
    if (!first.ok) return first.failure
    if (!ID.test(id)) return noSuch(of, id)
    if (!first.mayRead) return notYours(id)
    const hasBody = method === 'PATCH' || method === 'POST'
    const body = hasBody ? await textOf(call) : undefined
    if (typeof body === 'object') return body
    // A batch that is to be counted has an owner, which is asked in any case.
    if (gone && of.kind === 'batch') await countBefore({ call, holder, ...first }, id)
    const path = `/v1beta/${of.collection}/${id}${act}${act.includes('?') ? '' : queryOf(call)}`
    // What a file says is no description of a thing: nothing in it may become the user's own.
    const isContent = of.kind === 'file' && act !== ''
    const range = isContent ? call.request.headers.get('range') : null
    const asked = {
      method,
      path,
      ...(body !== undefined && { body }),
      headers: {
        ...ownHeaders(of, call.request.headers),
        ...(range !== null && { range }),
      },
    }
    const { borrowed, done } = await inTurn(borrower, first, ({ access }) =>
      accepted(borrower, access, asked),
    )
    const { credentialId } = borrowed
    if (!done.ok) return named(done.reply, credentialId)
    const { answer } = done
    if (gone && of.kind === 'file') await forgetFile(call, borrower, id)
    else if (gone) await forget(borrower, refOf(of, id))
    const type = answer.headers.get('content-type') ?? ''
    if (type.includes('event-stream')) return streamed(call, answer, credentialId)
    if (gone || isContent || !type.includes('json')) return passed(answer, credentialId)
    return described({ call, holder, ...borrowed }, { of, id, answer })
  }
}

/** An interaction's events, as Google writes them. */
function streamed(
  { request, settings }: Call,
  { body, headers }: Response,
  credentialId: string,
): Response {
  const { signal } = request
  const events = watched(body, { idleMs: settings.streamIdleTimeoutMs, signal })
  const type = headers.get('content-type') ?? ''
  return new Response(events.pipeThrough(wholeCharacters()), {
    headers: headersFor(type, credentialId),
  })
}

/** Google's description of the thing. Whose it is, and what a batch used, is recorded before the client sees it. */
async function described(
  asked: Counting & { readonly isOwner: boolean },
  { of, id, answer }: { readonly of: Kind; readonly id: string; readonly answer: Response },
): Promise<Reply> {
  const { call, holder, credentialId, isOwner } = asked
  const headers = headersFor(answer.headers.get('content-type') ?? '', credentialId)
  const text = await heldText(answer)
  if (text === null) return named(OUTAGES.unreadable, credentialId)
  if (typeof text !== 'string') {
    const borrower = borrowerOf(call, holder)
    const isBatch = of.kind === 'batch'
    const body = isBatch ? countedInPassing(borrower, { id, credentialId }, text) : text
    return new Response(streamOf(body), { headers })
  }
  // Reading a file that an admin lets everybody read must not make it the reader's own.
  if (of.kind !== 'file' || isOwner) await remember(call, holder, { of, text, credentialId })
  if (of.kind === 'batch') await countShown(asked, [parsed(text)])
  return new Response(wellFormedJson(text), { headers })
}

interface Counting {
  readonly call: Call
  readonly holder: KeyHolder
  readonly access: Access
  readonly credentialId: string
}

/** Counts the use of those batches that are over. */
export async function countShown(
  { call, holder, access, credentialId }: Counting,
  batches: readonly unknown[],
): Promise<void> {
  const aside = (work: Promise<void>): void => call.ctx.waitUntil(work)
  await countBatches(borrowerOf(call, holder), { access, credentialId, batches, aside })
}

/** Counts the use of a batch before it is deleted, since afterwards nobody could tell it. */
async function countBefore(
  { call, holder, access, credentialId }: Counting,
  id: string,
): Promise<void> {
  const borrower = borrowerOf(call, holder)
  const uncounted = await callUser<readonly unknown[]>(call.env, holder.userId, (user) =>
    user.uncountedBatches([id], credentialId),
  )
  if (uncounted.length === 0) return
  const answer = await askAbout(borrower, access, { method: 'GET', path: `/v1beta/batches/${id}` })
  if (!(answer instanceof Response) || !answer.ok) return
  const text = await heldText(answer)
  if (text === null) return
  if (typeof text !== 'string') {
    const passing = countedInPassing(borrower, { id, credentialId }, text)
    while ((await passing.next()).done !== true); // each piece is counted, and then no longer needed
    return
  }
  const batches = [parsed(text)]
  const files: Promise<void>[] = []
  const aside = (work: Promise<void>): number => files.push(work)
  await countBatches(borrower, { access, credentialId, batches, aside })
  await Promise.all(files)
}

/** Deletes what was stored of a deleted file, and its copies under other credentials. */
export async function forgetFile(
  { env, ctx }: Call,
  borrower: Borrower,
  id: string,
): Promise<void> {
  await forget(borrower, refOf(FILES, id))
  const places = (await callFiles(env, borrower.userId, (files) => files.remove(id))) ?? []
  const deleting = places.map(async ({ credentialId, copiedId }) => {
    const borrowed = await borrow(borrower, { pins: [], credentialId })
    if (!borrowed.ok) return
    const path = `/v1beta/files/${copiedId}`
    await askAbout(borrower, borrowed.access, { method: 'DELETE', path })
  })
  // If this fails, Google deletes the copies by itself within two days.
  ctx.waitUntil(Promise.allSettled(deleting))
}

/** Records who owns a thing that Google has described, and who owns the files that it names. */
export async function remember(
  call: Call,
  { userId }: KeyHolder,
  {
    of,
    text,
    credentialId,
    uncountedModel,
  }: {
    readonly of: Kind
    readonly text: string
    readonly credentialId: string
    /** Only for a batch that was just made. */
    readonly uncountedModel?: string
  },
): Promise<void> {
  const now = Date.now()
  const thing = parsed(text)
  const pin = pinOf(of, thing, now)
  const files = of.kind === 'batch' ? answersOf(thing, now) : []
  const isNew = of.kind === 'batch' && uncountedModel !== undefined
  const pins = pin === null ? files : [{ ...pin, ...(isNew && { uncountedModel }) }, ...files]
  await keep({ env: call.env, userId }, pins, credentialId)
}

export function borrowerOf({ env, settings, request }: Call, holder: KeyHolder): Borrower {
  const { userId, keyDigest } = holder
  return { env, userId, keyDigest, settings, signal: request.signal }
}

/** Passes bytes on unchanged. */
export function passed(answer: Response, credentialId: string): Response {
  const headers = headersFor(answer.headers.get('content-type') ?? 'application/json', credentialId)
  for (const name of OF_RANGES) {
    const value = answer.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  return new Response(answer.body, { status: answer.status, headers })
}

/** With these, a client goes on with a download that broke off, where Google takes ranges. */
const OF_RANGES = ['content-range', 'accept-ranges']

export function headersFor(type: string, credentialId: string): Headers {
  return new Headers({ 'content-type': type, 'x-pollux-credential': credentialId })
}

export function named(reply: Reply, credentialId: string): Reply {
  if (reply instanceof Response) {
    reply.headers.set('x-pollux-credential', credentialId)
    return reply
  }
  return { ...reply, headers: new Headers({ 'x-pollux-credential': credentialId }) }
}

/** The body unchanged, or a failure if it is too large. */
export async function textOf({ request, settings }: Call): Promise<string | Failure> {
  const read = await readRaw(request, settings.maxBodyBytes)
  return read.ok ? new TextDecoder().decode(read.bytes) : read.failure
}

function queryOf(call: Call): string {
  const { searchParams } = urlOf(call)
  const passedOn = PASSED.flatMap((name) => {
    const value = searchParams.get(name)
    return value === null ? [] : [[name, value]]
  })
  return passedOn.length === 0 ? '' : `?${new URLSearchParams(passedOn).toString()}`
}

/** Google's own words for a missing file, so that nobody learns whether it exists. */
function notYours(id: string): Response {
  const message = `You do not have permission to access the File ${id} or it may not exist.`
  const error = { code: 403, message, status: 'PERMISSION_DENIED' }
  return jsonResponse({ error }, { status: 403 })
}

function noSuch({ collection }: Kind, id: string): Failure {
  return { reason: 'unknown_url', message: `There is no ${collection}/${id.slice(0, 100)}.` }
}
