/**
 * The cost of each dialect compared with chat, and of Google's own dialect compared with Workers that do almost
 * nothing.
 */
import { compare, type Comparison, doubts, micros, millis, type Row } from '../report.ts'
import { type Rounds, runRounds, type Target } from '../rounds.ts'
import type { Effort, Result } from './case.ts'
import {
  asking,
  DIALECTS,
  type Dialect,
  messages,
  native,
  responses,
  type Spoken,
} from '../spoken.ts'
import { type Case, HELLO, HELLO_TEXT, manyShort, scaled } from './case.ts'
import { picture } from './images.ts'
import type { Sides } from '../sides.ts'

interface Against {
  readonly dialect: Dialect
  readonly floor: Target
  readonly goal: Comparison['goal']
}

const NAMES: Readonly<Record<Dialect, string>> = {
  responses: 'Responses',
  stored: 'Responses, stored',
  messages: 'Messages',
  native: "Gemini's own",
}

function rowsOf(
  rounds: Rounds,
  pairs: readonly Against[],
  comparison: Omit<Comparison, 'floor' | 'goal' | 'ours'>,
): readonly Row[] {
  return pairs.map(({ dialect, floor, goal }) => {
    const work = `${NAMES[dialect]}: ${comparison.work}`
    return compare(rounds, { ...comparison, work, floor, goal, ours: dialect })
  })
}

function spokenIn(dialects: readonly Dialect[], stream: boolean): Record<string, Spoken> {
  return Object.fromEntries(
    dialects.map((dialect) => [dialect, asking(dialect, HELLO_TEXT, stream)]),
  )
}

async function short(sides: Sides, effort: Effort): Promise<Result> {
  const requests = scaled(1600, effort)
  const rounds = await runRounds(sides, {
    targets: ['b', 'd', ...DIALECTS],
    work: {
      answer: { kind: 'reply' },
      bodies: [HELLO],
      spoken: spokenIn(DIALECTS, false),
      connections: 32,
      requests,
    },
    rounds: manyShort(effort),
    warmUp: { connections: 32, requests: scaled(8000, effort) },
  })
  const pairs: readonly Against[] = [
    { dialect: 'responses', floor: 'd', goal: { must: 1.1, aim: 1 } },
    { dialect: 'stored', floor: 'd', goal: { must: 1.35, aim: 1.2 } },
    { dialect: 'messages', floor: 'd', goal: { must: 1.15, aim: 1 } },
    { dialect: 'native', floor: 'b', goal: { must: 1.15, aim: 1.1 } },
  ]
  const rows = rowsOf(rounds, pairs, {
    work: 'short reply, 32 connections',
    measure: 'CPU per request',
    of: ({ cpuMs }) => cpuMs / requests,
    unit: micros,
  })
  return { rows, notes: doubts('dialects, short', rounds) }
}

const EVENTS = 500

async function stream(sides: Sides, effort: Effort): Promise<Result> {
  const requests = scaled(60, effort)
  const dialects = ['responses', 'messages', 'native'] as const
  const rounds = await runRounds(sides, {
    targets: ['a', 'd', ...dialects],
    work: {
      answer: { kind: 'burst', events: EVENTS, write: 'apart' },
      bodies: [HELLO],
      spoken: spokenIn(dialects, true),
      connections: 8,
      requests,
    },
    rounds: effort.rounds * 2,
    warmUp: { connections: 8, requests: scaled(60, effort) },
  })
  const pairs: readonly Against[] = [
    { dialect: 'responses', floor: 'd', goal: { must: 1.25, aim: 1.1 } },
    { dialect: 'messages', floor: 'd', goal: { must: 1.15, aim: 1 } },
    { dialect: 'native', floor: 'a', goal: { must: 1.5, aim: 1.3 } },
  ]
  const rows = rowsOf(rounds, pairs, {
    work: '500 chunks of 64 B as fast as they come, written apart',
    measure: 'CPU per chunk',
    of: ({ cpuMs }) => cpuMs / requests / EVENTS,
    unit: micros,
  })
  return { rows, notes: doubts('dialects, stream', rounds) }
}

const STREAMS = 64

async function paced(sides: Sides, effort: Effort): Promise<Result> {
  const events = scaled(300, effort) + 1
  const rounds = await runRounds(sides, {
    targets: ['c', 'native'],
    work: {
      answer: { kind: 'paced', events, gapMs: 10 },
      bodies: [HELLO],
      spoken: spokenIn(['native'], true),
      connections: STREAMS,
      requests: STREAMS,
    },
    rounds: effort.rounds,
    warmUp: { connections: STREAMS, requests: STREAMS * 4 },
  })
  const rows = rowsOf(rounds, [{ dialect: 'native', floor: 'c', goal: { must: 1.02, aim: 0.9 } }], {
    work: `${STREAMS} streams, chunks 10 ms apart`,
    measure: 'CPU per chunk',
    of: ({ cpuMs }) => cpuMs / STREAMS / events,
    unit: micros,
  })
  return { rows, notes: doubts('dialects, paced', rounds) }
}

/** Long requests, compared with a bare Worker that reads and writes the same request twice. */
async function turns(sides: Sides, effort: Effort): Promise<Result> {
  const rows: Row[] = []
  const notes: string[] = []
  const asked: readonly (readonly [string, Dialect, Spoken, Comparison['goal']])[] = [
    ['200 KB of history, 40 tools', 'responses', codexTurn(), { must: 1.25, aim: 1.1 }],
    [
      'Claude Code, 60 messages, 12 tools, 120 kB',
      'messages',
      claudeTurn(),
      { must: 1.3, aim: 1.1 },
    ],
  ]
  for (const [work, dialect, spoken, goal] of asked) {
    const requests = scaled(80, effort)
    const rounds = await runRounds(sides, {
      targets: ['e', dialect],
      work: {
        answer: { kind: 'reply' },
        bodies: spoken.bodies,
        spoken: { [dialect]: spoken },
        connections: 4,
        requests,
      },
      rounds: effort.rounds * 2,
      warmUp: { connections: 4, requests: scaled(400, effort) },
    })
    rows.push(
      ...rowsOf(rounds, [{ dialect, floor: 'e', goal }], {
        work: `a turn: ${work}`,
        measure: 'CPU per request',
        of: ({ cpuMs }) => cpuMs / requests,
        unit: millis,
      }),
    )
    notes.push(...doubts(`dialects, ${work}`, rounds))
  }
  return { rows, notes }
}

async function image(sides: Sides, effort: Effort): Promise<Result> {
  const requests = scaled(16, effort)
  const data = picture(5_000_000)
  const spoken = native(
    { contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data } }] }] },
    false,
  )
  const rounds = await runRounds(sides, {
    targets: ['a', 'native'],
    work: {
      answer: { kind: 'reply' },
      bodies: spoken.bodies,
      spoken: { native: spoken },
      connections: requests,
      requests,
    },
    rounds: effort.rounds,
    warmUp: { connections: 1, requests: 1 },
    fresh: true,
  })
  const work = `${requests} requests at once, each with an image of 5 MB`
  const bodies = requests * data.length
  const pairs: readonly Against[] = [
    { dialect: 'native', floor: 'a', goal: { must: 1.3, aim: 1.1 } },
  ]
  const cpu = { work, measure: 'CPU per request', unit: millis }
  return {
    rows: rowsOf(rounds, pairs, { ...cpu, of: ({ cpuMs }) => cpuMs / requests }),
    notes: [
      ...(['a', 'native'] as const).map((target) => {
        const grown = (rounds[target] ?? []).map(({ grownBytes }) => grownBytes / bodies)
        return `dialects, image: ${target} grows by ${Math.max(...grown).toFixed(2)} × the bodies at its most.`
      }),
      ...doubts('dialects, image', rounds),
    ],
  }
}

/** Half of it is tools. Of every three items one is a call and one its result. */
function codexTurn(): Spoken {
  const tools = Array.from({ length: 40 }, (_, number) => ({
    type: 'function',
    ...toolOf(number),
    strict: false,
  }))
  const chars = Math.floor((200_000 - JSON.stringify(tools).length) / 120) - 90
  const input = Array.from({ length: 120 }, (_, number): object => {
    const text = textOf(number, chars)
    const call_id = `call_${number - (number % 3)}`
    if (number % 3 === 0) return { role: 'user', content: [{ type: 'input_text', text }] }
    return number % 3 === 1
      ? { type: 'function_call', call_id, name: 'tool_7', arguments: JSON.stringify({ text }) }
      : { type: 'function_call_output', call_id, output: text }
  }).map((item, number) => renumbered(item, number))
  const instructions = textOf(0, 4000)
  return responses({ instructions, input, tools, store: false }, false)
}

/** Gives a call and its output the same id. */
function renumbered(item: object, number: number): object {
  return 'call_id' in item ? { ...item, call_id: `call_${Math.floor(number / 3)}` } : item
}

function claudeTurn(): Spoken {
  const tools = Array.from({ length: 12 }, (_, number) => {
    const { name, description, parameters } = toolOf(number)
    return { name, description, input_schema: parameters }
  })
  const system = [{ type: 'text', text: textOf(0, 8000), cache_control: { type: 'ephemeral' } }]
  const chars = Math.floor((112_000 - JSON.stringify(tools).length) / 60) - 100
  const turns = Array.from({ length: 60 }, (_, number): object => {
    const text = textOf(number, chars)
    const id = `toolu_${Math.floor(number / 2)}`
    if (number === 0) return { role: 'user', content: [{ type: 'text', text }] }
    return number % 2 === 1
      ? { role: 'assistant', content: [{ type: 'tool_use', id, name: 'tool_7', input: { text } }] }
      : {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: `toolu_${Math.floor((number - 1) / 2)}`,
              content: text,
            },
          ],
        }
  })
  // The last message is the user's, as whenever a model is asked.
  return messages({ system, messages: turns.slice(0, 59), tools }, false)
}

function textOf(number: number, chars: number): string {
  return `Line ${number} of "the log":\n`.padEnd(chars, 'it went on as it had begun; ')
}

function toolOf(number: number) {
  const description = `Does what number ${number} of many tools does, and tells what came of it.`
  return {
    name: `tool_${number}`,
    description,
    parameters: {
      type: 'object',
      properties: {
        path: { type: 'string', description },
        text: { type: 'string', description },
        mode: { type: 'string', enum: ['read', 'write', 'append'] },
        limit: { type: 'integer', minimum: 1, maximum: 1000, description },
      },
      required: ['text'],
    },
  }
}

export const DIALECT_CASES: readonly Case[] = [
  { name: 'dialects', run: short },
  { name: 'dialect-streams', run: stream },
  { name: 'dialect-paced', run: paced },
  { name: 'turns', run: turns },
  { name: 'native-image', run: image },
]
