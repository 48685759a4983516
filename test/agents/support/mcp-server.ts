/**
 * A Model Context Protocol server over stdin and stdout, which agents start. It has schemas that are hard for Google,
 * a name that is too long for Google, and a picture as a result. It writes each call into the file that its only
 * argument names, one a line.
 */
import { appendFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

const [, , log = ''] = process.argv

const TREE = {
  type: 'object',
  properties: { children: { type: 'array', items: { $ref: '#/$defs/tree' } } },
}

const TOOLS = [
  {
    name: 'book',
    description: 'Books a seat.',
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        // It has no type, so Codex declares it a string, for which Google accepts no numbers.
        row: { enum: [1, 2, 3] },
        price: { type: ['number', 'null'], minimum: 0, default: 0 },
        who: {
          oneOf: [
            { type: 'string', pattern: '^\\w+$' },
            { type: 'array', items: { type: 'string' } },
          ],
        },
        kind: { const: 'seat' },
        span: { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'integer' }] },
        tree: { $ref: '#/$defs/tree' },
        // Not at the top level: there Claude Code would leave out a tool whose property has a `$` in its name.
        where: { type: 'object', properties: { $ref: { type: 'string', format: 'uri' } } },
        extra: true,
      },
      required: ['row', 'nowhere'],
      patternProperties: { '^x-': { type: 'string' } },
      if: { properties: { row: { const: 1 } } },
      else: { not: { required: ['who'] } },
      $defs: { tree: TREE },
    },
  },
  {
    name: 'look_at_the_picture_of_the_place_that_was_booked_from_where_the_seat_is_in_the_evening',
    description: 'A picture.',
    inputSchema: { type: 'object' },
  },
  {
    name: 'wait',
    description: 'Waits.',
    inputSchema: { type: 'object', properties: { ms: { type: 'integer' } }, required: ['ms'] },
    // Agents run several tools at once only if they change nothing.
    annotations: { readOnlyHint: true },
  },
]

const DOT =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

interface Message {
  readonly id?: number | string
  readonly method?: string
  readonly params?: {
    readonly name?: string
    readonly arguments?: { readonly ms?: number }
    readonly protocolVersion?: string
  }
}

async function resultOf({ method, params }: Message): Promise<object> {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'theatre', version: '1.0.0' },
      }
    case 'tools/list':
      return { tools: TOOLS }
    case 'tools/call': {
      await sleep(params?.arguments?.ms ?? 0)
      appendFileSync(log, `${JSON.stringify([params?.name, params?.arguments])}\n`)
      const text = { type: 'text', text: `Done by ${params?.name}` }
      const image = { type: 'image', data: DOT, mimeType: 'image/png' }
      return { content: params?.name === 'book' ? [text] : [text, image] }
    }
    default:
      return {}
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line) as Message
  if (message.id === undefined) return
  void resultOf(message).then((result) => {
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, result })}\n`)
  })
})
