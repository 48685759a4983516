import { jsonResponse } from '../../../json/json-response.ts'
import type { KeyHolder } from '../../../gateway/authenticate.ts'
import { OUTAGES } from '../../../gateway/failure-of.ts'
import {
  askAbout,
  borrow,
  type Borrower,
  heldText,
  ownOf,
  refusedBy,
  wholeText,
} from '../../../gateway/things.ts'
import type { Failure } from '../../../failure/failure.ts'
import { streamOf } from '../../../http/text-or-pieces.ts'
import { parsed } from '../../../json/parsed.ts'
import { isRecord } from '../../../json/record.ts'
import { type Call, type Handler, urlOf } from '../../call.ts'
import { type Kind, pinOf, refOf } from './kinds.ts'
import { longPage } from './long-page.ts'
import { borrowerOf, countShown } from './one.ts'
import { nextOf, type Place, placeFrom, placeIn, tokenFor } from './places.ts'

const MAX_PAGE = 100
/** The most pages of Google's that one page here may take. */
const MAX_CALLS = 20

export type Listed =
  | { readonly ok: true; readonly page: Readonly<Record<string, unknown>> }
  /** A page that is too long to be held. */
  | { readonly ok: true; readonly json: AsyncGenerator<Uint8Array, void> }
  | { readonly ok: false; readonly failure: Failure }

/** Lists what all of a user's credentials hold, one credential after the other, page by page. */
export function allThings(of: Kind): Handler {
  return async (call, holder) => {
    const listed = await pageOf(call, holder, of)
    if (!listed.ok) return listed.failure
    if ('page' in listed) return jsonResponse(listed.page)
    const headers = { 'content-type': 'application/json' }
    return new Response(streamOf(listed.json), { headers })
  }
}

/**
 * One page, in Google's form. It may be shorter than asked for, but it is empty only if nothing follows, and it names
 * a next page only if that one is not empty: Google's SDK for JavaScript would hand out an empty page as one
 * undefined thing.
 */
export async function pageOf(call: Call, holder: KeyHolder, of: Kind): Promise<Listed> {
  const { searchParams } = urlOf(call)
  const place = placeIn(searchParams.get('pageToken') ?? searchParams.get('page_token') ?? '')
  if (place === undefined) return { ok: false, failure: INVALID_TOKEN }
  const asked = searchParams.get('pageSize') ?? searchParams.get('page_size') ?? ''
  if (!/^\d{0,9}$/.test(asked)) return { ok: false, failure: INVALID_SIZE }
  const size = Math.min(Number(asked), MAX_PAGE)
  const first = await borrow(borrowerOf(call, holder), { pins: [] })
  if (!first.ok) return first
  const lister = listerOf(call, holder, { of, size, lenders: first.lenders })
  const { heard } = lister
  const from = placeFrom(place, lister.lenders)
  if (from === null) return { ok: true, page: {} }
  const page = await nextFull(lister, from)
  if (!page.ok) return page
  if (!heard.hasAnswered && heard.refused !== null) return { ok: false, failure: heard.refused }
  if (page.long !== undefined) return { ok: true, json: longJson(lister, page.long) }
  const { things, next } = page
  const ahead = await sureOf(lister, next)
  return {
    ok: true,
    page: {
      ...(things.length > 0 && { [of.listed]: things }),
      ...(ahead !== null && { nextPageToken: tokenFor(ahead) }),
    },
  }
}

/** The next place, or the first after it that holds anything: another credential may hold nothing of this kind. */
async function sureOf(lister: Lister, next: Place | null): Promise<Place | null> {
  return next === null || next.token !== '' ? next : filledFrom(lister, next)
}

async function* longJson(
  lister: Lister,
  { batches, next }: Long,
): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder()
  yield encoder.encode(`{"${lister.of.listed}":[`)
  yield* batches
  const ahead = await sureOf(lister, next())
  const token = ahead === null ? '' : `,"nextPageToken":${JSON.stringify(tokenFor(ahead))}`
  yield encoder.encode(`]${token}}`)
}

/** All things, as far as the calls that one request may make reach. */
export async function everyThing(
  call: Call,
  holder: KeyHolder,
  of: Kind,
): Promise<
  | { readonly ok: true; readonly things: readonly unknown[] }
  | { readonly ok: false; readonly failure: Failure }
> {
  const first = await borrow(borrowerOf(call, holder), { pins: [] })
  if (!first.ok) return first
  const lister = listerOf(call, holder, { of, size: MAX_PAGE, lenders: first.lenders })
  const { heard } = lister
  const all: unknown[] = []
  let place = placeFrom(null, lister.lenders)
  for (let calls = 0; place !== null && calls < MAX_CALLS; calls++) {
    const page: Page = await googlesPage(lister, place)
    if (!page.ok) return page
    for (const thing of page.things) all.push(thing)
    place = page.next
  }
  if (!heard.hasAnswered && heard.refused !== null) return { ok: false, failure: heard.refused }
  return { ok: true, things: all }
}

interface Lister {
  readonly call: Call
  readonly holder: KeyHolder
  readonly of: Kind
  readonly size: number
  /** In the order in which they are asked. */
  readonly lenders: readonly string[]
  readonly heard: Heard
}

function listerOf(
  call: Call,
  holder: KeyHolder,
  { of, size, lenders }: Pick<Lister, 'of' | 'size' | 'lenders'>,
): Lister {
  const heard: Heard = { hasAnswered: false, refused: null }
  return { call, holder, of, size, lenders, heard }
}

/** What Google's answers have shown so far. */
interface Heard {
  hasAnswered: boolean
  /** Google does not accept one of the credentials. The others' things are listed all the same. */
  refused: Failure | null
}

interface Long {
  readonly batches: AsyncGenerator<Uint8Array, void>
  /** To be called when all of them have passed. */
  readonly next: () => Place | null
  readonly close: () => Promise<void>
}

type Page =
  | {
      readonly ok: true
      readonly things: readonly unknown[]
      readonly next: Place | null
      /** Set instead of things if these are too long to be held. */
      readonly long?: Long
    }
  | { readonly ok: false; readonly failure: Failure }

/** The first page from `from` on that holds anything; the last page if none does. */
async function nextFull(lister: Lister, from: Place): Promise<Page> {
  let page = await googlesPage(lister, from)
  for (let calls = 1; page.ok && page.things.length === 0 && page.next !== null; calls++) {
    if (calls === MAX_CALLS) return { ...page, next: null }
    page = await googlesPage(lister, page.next)
  }
  return page
}

/** The place of the first page from `from` on that holds anything; null if none does. */
async function filledFrom(lister: Lister, from: Place): Promise<Place | null> {
  let place: Place | null = from
  for (let calls = 0; place !== null && calls < MAX_CALLS; calls++) {
    const page: Page = await googlesPage(lister, place)
    // An error of that page is told to whoever asks for the page.
    if (!page.ok || page.things.length > 0) return place
    if (page.long !== undefined) {
      await page.long.close()
      return place
    }
    place = page.next
  }
  return null
}

async function googlesPage(lister: Lister, place: Place): Promise<Page> {
  const { credentialId, token } = place
  const { call, holder, of, size, lenders, heard } = lister
  const borrower = borrowerOf(call, holder)
  const asked = await borrow(borrower, { pins: [], credentialId })
  if (!asked.ok) return asked
  const query = new URLSearchParams({
    ...(size > 0 && { pageSize: String(size) }),
    ...(token !== '' && { pageToken: token }),
  })
  const path = `/v1beta/${of.collection}?${query.toString()}`
  const answer = await askAbout(borrower, asked.access, { method: 'GET', path })
  if (!(answer instanceof Response)) return { ok: false, failure: answer }
  if (!answer.ok) {
    const { reply } = await refusedBy(asked.access, answer)
    if (reply instanceof Response) return { ok: false, failure: NO_LIST }
    if (reply.reason !== 'credentials_unusable') return { ok: false, failure: reply }
    heard.refused = reply
    return { ok: true, things: [], next: nextOf(undefined, place, lenders) }
  }
  heard.hasAnswered = true
  const { access } = asked
  const counting = { call, holder, access, credentialId }
  const isOfBatches = of.kind === 'batch'
  const text = isOfBatches ? await heldText(answer) : await wholeText(answer)
  const seen = (list: unknown): Promise<readonly unknown[]> =>
    seenOf(borrower, { of, credentialId, list })
  const placeAfter = (next: unknown): Place | null => nextOf(next, place, lenders)
  if (text !== null && typeof text !== 'string') {
    const count = (batch: unknown): Promise<void> => countShown(counting, [batch])
    const showing = { borrower, credentialId, seen, count }
    const long = await longPage(text, of.listed, showing).catch(() => null)
    if (long === null) return { ok: false, failure: OUTAGES.unreadable }
    const next = (): Place | null => placeAfter(long.token())
    if (long.isEmpty) return { ok: true, things: [], next: next() }
    return { ok: true, things: [], next: null, long: { ...long, next } }
  }
  const body = parsed(text)
  if (!isRecord(body)) return { ok: false, failure: OUTAGES.unreadable }
  const things = await seen(body[of.listed])
  if (isOfBatches) await countShown(counting, things)
  return { ok: true, things, next: placeAfter(body['nextPageToken']) }
}

/** Only the things that the user may see: an API key of Google's lists everything in its project. */
async function seenOf(
  borrower: Borrower,
  { of, credentialId, list }: { of: Kind; credentialId: string; list: unknown },
): Promise<readonly unknown[]> {
  const now = Date.now()
  const known = (Array.isArray(list) ? list.slice(0, MAX_PAGE) : []).flatMap((thing: unknown) => {
    const pin = pinOf(of, thing, now)
    return pin === null ? [] : [{ thing, ref: refOf(of, pin.id) }]
  })
  const refs = known.map(({ ref }) => ref)
  const own = await ownOf(borrower, refs, credentialId)
  return known.filter((_, index) => own[index] === true).map(({ thing }) => thing)
}

const NO_LIST: Failure = { reason: 'upstream_rejected', message: 'Google refused to list.' }

const INVALID_TOKEN: Failure = {
  reason: 'invalid_value',
  message: "Invalid value for 'pageToken': must be the nextPageToken of another page.",
  param: 'pageToken',
}

const INVALID_SIZE: Failure = {
  reason: 'invalid_value',
  message: "Invalid value for 'pageSize': must be a whole number.",
  param: 'pageSize',
}
