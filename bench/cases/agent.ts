/**
 * An agent's turn: a long conversation and many tools. The same turn is sent again, and then with one more message
 * each time, as agents do.
 */
import { compare, doubts, millis } from '../report.ts'
import { runRounds } from '../rounds.ts'
import { type Case, scaled } from './case.ts'

const MESSAGES = 300
const TOOLS = 128
const BYTES = 200_000
const REQUESTS = 60
/** After this many turns the conversation starts anew. */
const TURNS = 16

export const agent: Case = {
  name: 'agent',
  async run(sides, effort) {
    const requests = scaled(REQUESTS, effort)
    const turn = agentTurn()
    const following = Array.from({ length: TURNS }, (_, more) => withMore(turn, more + 1))
    const works = [
      { work: 'the same', bodies: [turn], goal: { must: 5, aim: 4.5 } },
      { work: 'one more message each time', bodies: following, goal: { must: 4, aim: 3 } },
    ]
    const rows = []
    const notes = []
    for (const { work, bodies, goal } of works) {
      const rounds = await runRounds(sides, {
        targets: ['a', 'd'],
        work: { answer: { kind: 'reply' }, bodies, connections: 4, requests },
        rounds: effort.rounds,
        // With fewer requests most of the code is not yet compiled.
        warmUp: { connections: 4, requests: scaled(400, effort) },
      })
      rows.push(
        compare(rounds, {
          work: `an agent's turn, ${MESSAGES} messages, ${TOOLS} tools, 200 KB: ${work}`,
          measure: 'CPU per request',
          of: ({ cpuMs }) => cpuMs / requests,
          floor: 'a',
          unit: millis,
          goal,
        }),
      )
      notes.push(...doubts(`agent, ${work}`, rounds))
    }
    return { rows, notes }
  },
}

interface Turn {
  readonly messages: readonly object[]
  readonly tools: readonly object[]
}

/** Tools are half of the bytes, as with agents that have many. */
export function agentTurn(bytes = BYTES, first = 0): Turn {
  const tools = Array.from({ length: TOOLS }, (_, number) => toolOf(number))
  const left = bytes - JSON.stringify(tools).length
  const chars = Math.floor(left / MESSAGES) - 60 // of the message around it
  const messages = Array.from({ length: MESSAGES }, (_, number) => messageOf(first + number, chars))
  return { messages, tools }
}

function withMore({ messages, tools }: Turn, more: number): Turn {
  const added = Array.from({ length: more }, (_, number) => messageOf(MESSAGES + number, 300))
  return { messages: [...messages, ...added], tools }
}

/** Of every four messages one calls a function, and one has the result. */
function messageOf(number: number, chars: number): object {
  const text = `Line ${number} of "the log":\n`.padEnd(chars, 'it went on as it had begun; ')
  const id = `call_${number - (number % 4)}`
  switch (number % 4) {
    case 1:
      return {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id,
            type: 'function',
            function: { name: 'tool_7', arguments: JSON.stringify({ path: 'src/a.ts', text }) },
          },
        ],
      }
    case 2:
      return { role: 'tool', tool_call_id: id, content: text }
    case 3:
      return { role: 'assistant', content: text }
    default:
      return { role: 'user', content: text }
  }
}

function toolOf(number: number): object {
  const about = `The value that tool ${number} works with, as the user named it.`
  return {
    type: 'function',
    function: {
      name: `tool_${number}`,
      description: `Does what number ${number} of many tools does, and tells what came of it.`,
      parameters: {
        type: 'object',
        properties: {
          path: { type: 'string', description: about },
          text: { type: ['string', 'null'], description: about },
          mode: { type: 'string', enum: ['read', 'write', 'append'], default: 'read' },
          limit: { type: 'integer', minimum: 1, maximum: 1000, description: about },
          where: {
            type: 'array',
            items: {
              type: 'object',
              properties: { line: { type: 'integer' }, column: { type: 'integer' } },
              required: ['line'],
              additionalProperties: false,
            },
          },
        },
        required: ['path'],
        additionalProperties: false,
      },
    },
  }
}
