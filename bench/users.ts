/** `npm run bench:users -- [--users N]`: how a single local workerd copes with many users, for docs/scale.md. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startChild } from './child.ts'
import { cpuMs, memory } from './processes.ts'
import { machine, millis } from './report.ts'
import { type Crowd, crowd } from './users/crowd.ts'
import { sizeOf } from './users/disk.ts'
import { Fleet, idOf, keyOf } from './users/fleet.ts'

const CONNECTIONS = 8
const CHATS = 500
const WOKEN = 3000
/** workerd puts an object to sleep after 10 s, but some users wake again for their snapshots. */
const ASLEEP_AFTER_MS = 15_000
const SNAPSHOT_WAIT_MS = 30_000
/** How often memory is read while users are made. */
const PARTS = 5
/** No page is begun after this, so that the bench stays bounded. */
const RESTORE_MS = 20_000
const CHAT = { model: 'gemini-2.5-flash', messages: [{ role: 'user', content: 'Hello there' }] }

interface Page {
  readonly users: readonly { readonly user: string }[]
  readonly next: string | null
}

interface Restored {
  readonly restored: readonly string[]
  readonly next: string | null
}

const { values } = parseArgs({ options: { users: { type: 'string', default: '10000' } } })
const count = Number(values.users)
const users = Array.from({ length: count }, (_, number) => number)
const lines: string[] = []
const began = performance.now()
const before = machine()

const upstream = await startChild('upstream.ts')
try {
  await using fleet = new Fleet(Number(upstream.greeting))
  await fleet.start()
  tell('workerd, no user yet', memoryOf(fleet))
  await fill(fleet)
  await list(fleet)
  await look(fleet)
  await chat(fleet)
  await wake(fleet)
  await restore(fleet)
} finally {
  upstream.stop()
}
const seconds = ((performance.now() - began) / 1000).toFixed(0)
console.log(
  `\n${new Date().toISOString().slice(0, 10)}: ${before}; ${count} users, ${seconds} s.\n`,
)
console.log(['| what | measured |', '|---|---|', ...lines].join('\n'))

/** Makes every user with one API key, and measures what that costs once everything is written. */
async function fill(fleet: Fleet): Promise<void> {
  const cpuBefore = cpuMs(fleet.pid)
  const made: Crowd[] = []
  const resident: string[] = []
  for (let part = 0; part < PARTS; part++) {
    const some = users.slice((part * count) / PARTS, ((part + 1) * count) / PARTS)
    made.push(await crowd(some, CONNECTIONS, (user) => make(fleet, user)))
    resident.push(bytes(memory(fleet.pid, 'now')))
  }
  const cpuEach = (cpuMs(fleet.pid) - cpuBefore) / count
  const eachMs = made.map(({ wallMs }) => millis((wallMs * PARTS) / count))
  tell(`make a user, ${CONNECTIONS} at a time: each, by fifths of all`, eachMs.join(' → '))
  tell('– CPU of workerd a user', millis(cpuEach))
  tell('– memory after each fifth', resident.join(' → '))
  const deadline = Date.now() + SNAPSHOT_WAIT_MS
  let kept = await fleet.keysKept()
  while (kept.keys < count && Date.now() < deadline) {
    await sleep(500)
    kept = await fleet.keysKept()
  }
  tell('snapshots in KV', `${kept.keys}, ${bytes(kept.bytes / kept.keys)} each`)
  await sleep(ASLEEP_AFTER_MS)
  tell('memory, all objects asleep', memoryOf(fleet))
  const size = sizeOf(fleet.storageOf('UserObject'))
  tell(
    "disk, users' objects",
    `${size.databases} databases, ${bytes(size.onDisk / count)} each (content ${bytes(size.bytes / count)})`,
  )
  tell('disk, directory', bytes(sizeOf(fleet.storageOf('DirectoryObject')).onDisk))
}

function make(fleet: Fleet, user: number): Promise<unknown> {
  return fleet.ask('/v1/config/update', {
    apiKey: keyOf(user),
    gcpServiceAccount: { type: 'api_key', api_key: `AIzaSyBench${user}`.padEnd(39, '0') },
  })
}

async function list(fleet: Fleet): Promise<void> {
  const seen = new Set<string>()
  const pages = await pagesOf<Page>(
    (after) => fleet.ask(`/v1/config/users${after}`),
    ({ users: page }) => {
      for (const { user } of page) seen.add(user)
      return true
    },
  )
  if (seen.size !== count) throw new Error(`${seen.size} users were listed.`)
  tell(`list all users, ${pages.length} pages of 100, one after the other`, timesOf(pages))
}

async function look(fleet: Fleet): Promise<void> {
  const some = sample(100)
  const one = (user: number): Promise<unknown> => fleet.ask(`/debug/stats?user=${idOf(user)}`)
  tell('`/debug/stats?user=…`, asleep', timesOf(await crowd(some, 1, one)))
  tell('`/debug/stats?user=…`, awake', timesOf(await crowd(some, 1, one)))
  tell('`/debug/stats` of the list', timesOf(await crowd(some, 1, () => fleet.ask('/debug/stats'))))
}

async function chat(fleet: Fleet): Promise<void> {
  await sleep(ASLEEP_AFTER_MS)
  const some = sample(Math.min(CHATS, count))
  const one = (user: number): Promise<unknown> => fleet.ask('/v1/chat/completions', CHAT, user)
  for (const state of ['asleep', 'awake']) {
    const cpuBefore = cpuMs(fleet.pid)
    const answered = await crowd(some, CONNECTIONS, one)
    const cpuEach = (cpuMs(fleet.pid) - cpuBefore) / some.length
    tell(
      `one chat of each of ${some.length} users, ${state}, ${CONNECTIONS} at a time`,
      `${timesOf(answered)}, CPU ${millis(cpuEach)} each`,
    )
  }
  tell(`memory with ${some.length} objects awake`, memoryOf(fleet))
}

/** Asks more users than can be awake at once: the first sleeps again before the last is asked. */
async function wake(fleet: Fleet): Promise<void> {
  const some = users.slice(0, WOKEN)
  const all = await crowd(some, CONNECTIONS, (user) => fleet.ask('/v1/key', undefined, user))
  tell(`wake ${some.length} users (\`GET /v1/key\`), ${CONNECTIONS} at a time`, timesOf(all))
  tell('– memory right after', memoryOf(fleet))
}

/** Everything except KV is lost. */
async function restore(fleet: Fleet): Promise<void> {
  await fleet.stop()
  fleet.loseObjects()
  await fleet.start()
  const restored: string[] = []
  const until = Date.now() + RESTORE_MS
  const pages = await pagesOf<Restored>(
    (cursor) => fleet.ask('/v1/config/restore', cursor === '' ? {} : { cursor }),
    (page) => {
      restored.push(...page.restored)
      return Date.now() < until
    },
  )
  tell(
    `restore from KV after the loss of all objects: ${restored.length} users, ${pages.length} pages of 15, one after the other`,
    timesOf(pages),
  )
  const user = users.find((number) => idOf(number) === restored[0]) ?? 0
  await fleet.ask('/v1/chat/completions', CHAT, user)
}

interface Pages extends Crowd {
  readonly length: number
}

/** Asks page after page, following `next`, as long as `take` returns true. */
async function pagesOf<T extends { readonly next: string | null }>(
  ask: (next: string) => Promise<T>,
  take: (page: T) => boolean,
): Promise<Pages> {
  let next: string | null = ''
  let length = 0
  function* untilTheLast(): Iterable<string> {
    while (next !== null) yield next
  }
  const times = await crowd(untilTheLast(), 1, async (from) => {
    const page = await ask(from)
    length++
    next = take(page) ? page.next : null
  })
  return { ...times, length }
}

/** Random users, the same in each run. */
function sample(size: number): readonly number[] {
  let seed = 1
  return Array.from({ length: size }, () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % count
  })
}

function tell(what: string, measured: string): void {
  lines.push(`| ${what} | ${measured} |`)
  console.error(`${what}: ${measured}`)
}

function timesOf({ wallMs, p50, p99 }: Crowd): string {
  return `${(wallMs / 1000).toFixed(1)} s; p50 ${millis(p50)}, p99 ${millis(p99)}`
}

function memoryOf({ pid }: Fleet): string {
  return `${bytes(memory(pid, 'now'))}, at most ${bytes(memory(pid, 'peak'))}`
}

function bytes(size: number): string {
  const kib = size / 1024
  return kib < 1024 ? `${kib.toFixed(1)} KiB` : `${(kib / 1024).toFixed(0)} MiB`
}
