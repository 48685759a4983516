/** What a FilesObject keeps of files, for how long, and how much at the most. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'

const MIB = 1_048_576
const HOUR_MS = 3_600_000
const SEALED = new Uint8Array([1, 2, 3])

const anId = (): string => crypto.randomUUID()
const objectOf = (userId: string) => env.FILES.getByName(userId)

function laterBy(ms: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms })
}

interface Kept {
  readonly bytes?: number
  readonly lifeMs?: number
}

/** A whole copy in one piece. Only its size is real: nobody here could open it. */
async function kept(userId: string, { bytes = 3, lifeMs = HOUR_MS }: Kept = {}): Promise<string> {
  const [copyId, fileId] = [anId(), anId()]
  expect(await objectOf(userId).put(copyId, { start: 0, bytes, sealed: SEALED })).toBe(true)
  expect(await finished(userId, copyId, fileId, bytes, lifeMs)).toBe(true)
  return fileId
}

function finished(
  userId: string,
  copyId: string,
  fileId: string,
  bytes: number,
  lifeMs = HOUR_MS,
): Promise<boolean> {
  const sealed = { sealedKey: 'key', sealedAbout: SEALED }
  const expiresAt = Date.now() + lifeMs
  return objectOf(userId).finish({ copyId, fileId, bytes, expiresAt, ...sealed })
}

function rowsOf(userId: string): Promise<Record<string, number>> {
  return runInDurableObject(objectOf(userId), (_, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE name NOT GLOB '_cf_*'")
      .toArray()
      .filter(({ name }) => ['copies', 'pieces', 'places'].includes(name))
    return Object.fromEntries(
      tables.map(({ name }) => [
        name,
        Number(storage.sql.exec(`SELECT count(*) AS n FROM ${name}`).one()['n']),
      ]),
    )
  })
}

afterEach(() => vi.useRealTimers())

describe('a copy', () => {
  it('is whole once all pieces are there, in whatever order and however often they came', async () => {
    const [userId, copyId, fileId] = [anId(), anId(), anId()]
    const files = objectOf(userId)
    await files.put(copyId, { start: 5, bytes: 2, sealed: SEALED })
    expect(await files.find([fileId])).toBeNull()
    await files.put(copyId, { start: 0, bytes: 5, sealed: SEALED })
    await files.put(copyId, { start: 0, bytes: 5, sealed: SEALED })
    expect(await finished(userId, copyId, fileId, 7)).toBe(true)
    expect(await files.find([fileId])).toMatchObject([{ copyId, fileId, bytes: 7, starts: [0, 5] }])
    expect(await files.piece(copyId, 5)).toEqual(SEALED)
    expect(await files.piece(copyId, 6)).toBeNull()
  })

  it.each([
    ['a gap', [0, 6], 8],
    ['too little', [0], 3],
    ['too much', [0, 2], 3],
  ] as const)('with %s is none, and is dropped', async (_, starts, bytes) => {
    const [userId, copyId, fileId] = [anId(), anId(), anId()]
    for (const start of starts)
      await objectOf(userId).put(copyId, { start, bytes: 2, sealed: SEALED })
    expect(await finished(userId, copyId, fileId, bytes)).toBe(false)
    expect(await objectOf(userId).find([fileId])).toBeNull()
    expect(await rowsOf(userId)).toMatchObject({ copies: 0, pieces: 0 })
  })

  it('replaces the one before it of the same file', async () => {
    const userId = anId()
    const fileId = await kept(userId)
    const copyId = anId()
    await objectOf(userId).put(copyId, { start: 0, bytes: 1, sealed: SEALED })
    await finished(userId, copyId, fileId, 1)
    expect(await objectOf(userId).find([fileId])).toMatchObject([{ copyId, bytes: 1 }])
    expect(await rowsOf(userId)).toMatchObject({ copies: 1, pieces: 1 })
  })

  it('is gone from the moment that Google forgets the file, and its rows with the alarm', async () => {
    const userId = anId()
    const fileId = await kept(userId, { lifeMs: HOUR_MS })
    await objectOf(userId).place(fileId, {
      credentialId: 'c',
      copiedId: 'x',
      expiresAt: Date.now() + HOUR_MS,
    })
    laterBy(HOUR_MS + 1)
    expect(await objectOf(userId).find([fileId])).toBeNull()
    expect(await objectOf(userId).placesOf(fileId)).toEqual([])
    expect(await runDurableObjectAlarm(objectOf(userId))).toBe(true)
    expect(await rowsOf(userId)).toEqual({})
  })

  it('of an upload that was never finished is gone within half a day', async () => {
    const [userId, copyId] = [anId(), anId()]
    await objectOf(userId).put(copyId, { start: 0, bytes: 1, sealed: SEALED })
    laterBy(12 * HOUR_MS + 1)
    await runDurableObjectAlarm(objectOf(userId))
    expect(await rowsOf(userId)).toEqual({})
  })

  it('gives way to newer ones where there is more than 256 MiB', async () => {
    const userId = anId()
    const ids: string[] = []
    for (let index = 0; index < 4; index++) ids.push(await kept(userId, { bytes: 80 * MIB }))
    const found = await Promise.all(
      ids.map(async (id) => (await objectOf(userId).find([id])) !== null),
    )
    expect(found).toEqual([false, true, true, true])
  })

  it('gives way to newer ones where there are more than 2000', async () => {
    const userId = anId()
    const first = await kept(userId)
    await runInDurableObject(objectOf(userId), (object) => {
      for (let index = 0; index < 2000; index++)
        object.put(`copy-${index}`, { start: 0, bytes: 1, sealed: SEALED })
    })
    expect(await objectOf(userId).find([first])).toBeNull()
    expect(await rowsOf(userId)).toMatchObject({ copies: 2000 })
  })

  it('is gone with its user for good, and nothing is kept after that', async () => {
    const userId = anId()
    const fileId = await kept(userId)
    await objectOf(userId).clear()
    expect(await objectOf(userId).find([fileId])).toBeNull()
    expect(await objectOf(userId).put(anId(), { start: 0, bytes: 1, sealed: SEALED })).toBe(false)
    await objectOf(userId).clear()
    expect(await rowsOf(userId)).toEqual({})
  })
})
