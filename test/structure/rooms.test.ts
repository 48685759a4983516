import { describe, expect, it } from 'vitest'
import { importsBelow } from './imports.ts'

const PURE = ['gemini', 'failure', 'json', 'bytes', 'lazy']
const BELOW = [
  ...PURE,
  'http',
  'settings',
  'secret-keys',
  'within',
  'persistently',
  'clock',
  'wire',
  'version',
]
/** The files of a dialect's contract, one for each kind of route. */
const CONTRACT = ['dialect', 'embedding-dialect', 'count-dialect', 'file-dialect'].map(
  (file) => `dialects/${file}`,
)

/**
 * What each room may import besides itself (docs/architecture.md). A room that is missing here may import everything,
 * such as the Worker's entry.
 */
const MAY_KNOW: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  json: [],
  bytes: ['json', 'lazy'],
  failure: ['json'],
  gemini: ['failure', 'json', 'bytes', 'lazy', 'wire'],
  http: ['failure', 'json', 'bytes', 'lazy', 'clock'],
  upstreams: BELOW,
  objects: [...BELOW, 'upstreams'],
  gateway: [...BELOW, 'upstreams', 'objects', ...CONTRACT],
  // The routes know where stored things are kept; the dialect knows how they look.
  routes: [...BELOW, 'upstreams', 'objects', 'gateway', ...CONTRACT, 'dialects/memory'],
  'routes/index': ['routes', 'dialects', ...PURE],
  'routes/family-of': [
    'dialects/openai',
    'dialects/anthropic-messages',
    'dialects/gemini-native',
    ...CONTRACT,
  ],
  dialects: PURE,
  // Completions are an older form of chat.
  'dialects/openai-completions': [...PURE, 'dialects/openai-chat'],
  // Bodies of the Responses API that are sent to the path of chat.
  'dialects/openai-chat/index': [...PURE, 'dialects/openai-responses'],
}

/** The files beside the dialects' folders, and `openai/`, are shared by dialects. */
const SHARED = /^dialects\/(?:openai\/.*|[\w-]+)$/

function breachesIn(imports: ReadonlyMap<string, readonly string[]>): string[] {
  return [...imports].flatMap(([file, imported]) =>
    imported.filter((to) => !mayKnow(pathOf(file), pathOf(to))).map((to) => `${file} → ${to}`),
  )
}

function mayKnow(from: string, to: string): boolean {
  const rules = Object.keys(MAY_KNOW).filter((room) => isIn(from, room))
  const rule = rules.toSorted((one, other) => other.length - one.length)[0]
  if (rule === undefined || roomOf(from) === roomOf(to)) return true
  if (from.startsWith('dialects/') && SHARED.test(to)) return true
  return (MAY_KNOW[rule] ?? []).some((room) => isIn(to, room))
}

function isIn(path: string, room: string): boolean {
  return path === room || path.startsWith(`${room}/`)
}

/** Each dialect is a room of its own. */
function roomOf(path: string): string {
  const [room = '', dialect = ''] = path.split('/')
  return room === 'dialects' ? `${room}/${dialect}` : room
}

function pathOf(file: string): string {
  return file.replace(/^src\//, '').replace(/\.ts$/, '')
}

describe('rooms', () => {
  it('know only those that they may', () => {
    expect(breachesIn(importsBelow('src'))).toEqual([])
  })

  it.each([
    ['src/gateway/pump.ts', 'src/dialects/openai-chat/index.ts'],
    ['src/gateway/pump.ts', 'src/dialects/openai/family.ts'],
    ['src/objects/user.ts', 'src/gateway/pump.ts'],
    ['src/routes/service/generate.ts', 'src/dialects/openai-chat/index.ts'],
    ['src/dialects/openai-images/index.ts', 'src/dialects/openai-chat/index.ts'],
    ['src/dialects/openai-chat/body/schema.ts', 'src/dialects/openai-responses/body.ts'],
    ['src/dialects/openai/family.ts', 'src/dialects/openai-chat/index.ts'],
    ['src/dialects/openai-chat/index.ts', 'src/http/log.ts'],
    ['src/gemini/usage.ts', 'src/dialects/words.ts'],
  ])('would be seen to: %s → %s', (from, to) => {
    expect(breachesIn(new Map([[from, [to]]]))).toEqual([`${from} → ${to}`])
  })
})
