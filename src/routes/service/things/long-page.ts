/**
 * A page of Google's list of batches that is too long to be held, as it is when their answers hold pictures. What the
 * user may see of it passes on batch by batch, and in pieces where one batch alone is too long.
 */
import { countedInPassing } from '../../../gateway/count-batches.ts'
import { type Borrower, MAX_THING_BYTES } from '../../../gateway/things.ts'
import { LongList } from '../../../http/long-list.ts'
import { textOrPieces } from '../../../http/text-or-pieces.ts'
import { isRecord } from '../../../json/record.ts'
import { parsed } from '../../../json/parsed.ts'
import { wellFormedJson } from '../../../json/well-formed.ts'

export interface Showing {
  readonly borrower: Borrower
  readonly credentialId: string
  /** Those of these things that the user may see. */
  readonly seen: (things: readonly unknown[]) => Promise<readonly unknown[]>
  /** Called with a batch that can be held, before the client sees it. */
  readonly count: (batch: unknown) => Promise<void>
}

export interface LongPage {
  /** The JSON of the batches, separated by commas. */
  readonly batches: AsyncGenerator<Uint8Array, void>
  /** Google's token for the next page, which is known once all batches have passed. */
  readonly token: () => unknown
  /** Whether the user may see nothing of it. Then the token is known. */
  readonly isEmpty: boolean
  /** To be called if the batches are not wanted. */
  readonly close: () => Promise<void>
}

/** Rejects if Google breaks off before the first batch that the user may see. */
export async function longPage(
  pieces: AsyncIterable<Uint8Array>,
  listed: string,
  showing: Showing,
): Promise<LongPage> {
  const list = new LongList(pieces, listed)
  const batches = shown(list, showing)
  const first = await batches.next()
  const token = (): unknown => {
    const page = parsed(list.around())
    if (!isRecord(page)) throw new Error('The list broke off.')
    return page['nextPageToken']
  }
  const close = (): Promise<void> => list.close()
  if (first.done !== true) {
    return { batches: whole(first.value, batches, list), token, isEmpty: false, close }
  }
  token() // rejects if the list broke off
  return { batches, token, isEmpty: true, close }
}

async function* whole(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array, void>,
  list: LongList,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield first
    yield* rest
  } finally {
    await list.close()
  }
}

const COMMA = new TextEncoder().encode(',')

async function* shown(list: LongList, showing: Showing): AsyncGenerator<Uint8Array, void> {
  const { borrower, credentialId, seen, count } = showing
  const encoder = new TextEncoder()
  let isFirst = true
  for (let element = await list.next(); element !== null; element = await list.next()) {
    const held = await textOrPieces(element, MAX_THING_BYTES)
    const begun = typeof held === 'string' ? null : await begunOf(held)
    const batch = begun === null ? parsed(held as string) : { name: begun.name }
    const isShown = (await seen([batch])).length > 0
    if (isShown && !isFirst) yield COMMA
    if (isShown) isFirst = false
    if (begun !== null) {
      const id = begun.name.slice(begun.name.lastIndexOf('/') + 1)
      if (isShown) yield* countedInPassing(borrower, { id, credentialId }, begun.pieces)
      else for await (const piece of begun.pieces) void piece // Google's page goes on behind it.
    } else if (isShown) {
      await count(batch)
      yield encoder.encode(wellFormedJson(held as string))
    }
  }
}

/** Google writes fields in the order of their numbers, and the name is an operation's first. */
const NAME = /^\{\s*"name"\s*:\s*"(batches\/[\w-]{1,200})"/
const MAX_HEAD = 1000

/** A batch that is too long to be held: its name, empty if it does not begin with it, and all of its pieces. */
async function begunOf(
  pieces: AsyncGenerator<Uint8Array, void>,
): Promise<{ readonly name: string; readonly pieces: AsyncGenerator<Uint8Array, void> }> {
  const head: Uint8Array[] = []
  const utf8 = new TextDecoder()
  let text = ''
  while (text.length < MAX_HEAD) {
    const { done = false, value } = await pieces.next()
    if (done) break
    head.push(value as Uint8Array)
    text += utf8.decode((value as Uint8Array).subarray(0, MAX_HEAD), { stream: true })
  }
  async function* all(): AsyncGenerator<Uint8Array, void> {
    yield* head
    yield* pieces
  }
  return { name: NAME.exec(text)?.[1] ?? '', pieces: all() }
}
