/** Bodies that a route almost accepts: valid ones in which a few things were changed. */
import * as fc from 'fast-check'

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const SCHEMA = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'array', items: { $ref: '#/$defs/day' } } },
  required: ['city'],
  $defs: { day: { anyOf: [{ const: 1 }, { type: ['integer', 'null'], minimum: 0 }] } },
}
const CALLS = [
  {
    id: 'call_1',
    type: 'function',
    function: { name: 'weather', arguments: '{"city":"Oslo"}' },
    extra_content: { google: { thought_signature: 'EgABAgME' } },
  },
  { id: 'call_2', type: 'custom', custom: { name: 'shell', input: 'ls' } },
]

/** Together they contain every field of a chat that is read. */
const CHATS: readonly object[] = [
  {
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
      { role: 'assistant', content: null, refusal: null, tool_calls: CALLS },
      { role: 'tool', tool_call_id: 'call_2', content: [{ type: 'text', text: 'a b' }] },
      { role: 'tool', tool_call_id: 'call_1', content: '{"sky":"clear"}' },
      {
        role: 'assistant',
        content: 'Clear.',
        reasoning_content: 'Hm',
        reasoning_details: [{ type: 'reasoning.encrypted', data: 'EgAB', id: 'call_1' }],
        provider_specific_fields: { thought_signature: 'EgAB' },
      },
      { role: 'developer', content: 'Go on.' },
      { role: 'user', content: 'And Rome?', name: 'ada' },
    ],
    tools: [
      {
        type: 'function',
        function: { name: 'weather', description: 'd', parameters: SCHEMA, strict: true },
      },
      {
        type: 'custom',
        custom: {
          name: 'shell',
          format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: "a"' } },
        },
      },
    ],
    tool_choice: {
      type: 'allowed_tools',
      allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'weather' } }] },
    },
    parallel_tool_calls: false,
  },
  {
    messages: [
      {
        role: 'user',
        content: [
          {
            type: 'image_url',
            image_url: { url: `data:image/png;base64,${PIXEL}`, detail: 'low' },
          },
          { type: 'input_audio', input_audio: { data: 'UklGRg==', format: 'wav' } },
          { type: 'file', file: { filename: 'a.pdf', file_data: 'JVBERi0=' } },
          { type: 'video_url', video_url: { url: 'data:video/mp4;base64,AAAA' } },
          { type: 'text', text: 'What is this?', cache_control: { type: 'ephemeral' } },
        ],
      },
    ],
    modalities: ['text', 'audio'],
    audio: { voice: 'alloy', format: 'wav' },
  },
  {
    messages: [{ role: 'user', content: 'Hello' }],
    response_format: { type: 'json_schema', json_schema: { name: 'x', schema: SCHEMA } },
    temperature: 0.5,
    top_p: 0.9,
    top_k: 40,
    n: 2,
    seed: 7,
    stop: ['END', ''],
    max_tokens: 100,
    max_completion_tokens: 100,
    presence_penalty: 0,
    frequency_penalty: 0.1,
    logprobs: true,
    top_logprobs: 2,
    logit_bias: { 50: 1 },
    stream_options: { include_usage: true },
    reasoning_effort: 'low',
    service_tier: 'flex',
    verbosity: 'high',
    user: 'u',
    prompt_cache_key: 'k',
    metadata: { a: 'b' },
  },
  {
    messages: [{ role: 'user', content: 'Hello' }],
    reasoning: { effort: 'low', max_tokens: 1024, exclude: false, enabled: true },
    thinking: { type: 'enabled', budget_tokens: 2048 },
    extra_body: { google: { thinking_config: { thinking_budget: 5, include_thoughts: true } } },
    google: { safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }] },
    generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_LOW', responseModalities: ['TEXT'] },
    cached_content: 'cachedContents/abc',
    image_config: { aspect_ratio: '1:1', image_size: '1K' },
    web_search_options: { search_context_size: 'low' },
  },
  {
    messages: [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: null, function_call: { name: 'weather', arguments: '{}' } },
      { role: 'function', name: 'weather', content: 'clear' },
    ],
    functions: [{ name: 'weather', parameters: SCHEMA }],
    function_call: { name: 'weather' },
  },
  {
    input: [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hello' }] },
      { type: 'function_call', call_id: 'c', name: 'weather', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c', output: 'clear' },
    ],
    instructions: 'Be brief.',
    tools: [{ type: 'function', name: 'weather', parameters: SCHEMA }, { type: 'web_search' }],
    reasoning: { effort: 'low', summary: 'auto' },
    text: { format: { type: 'json_schema', name: 'x', schema: SCHEMA }, verbosity: 'low' },
    max_output_tokens: 100,
  },
]

const PROTO = '@@proto'
/** Values that JSON allows but JSON.stringify cannot write, or that would fill the report of a failure. */
const RAW: ReadonlyMap<string, string> = new Map([
  [PROTO, '"__proto__"'],
  ['@@infinite', '1e999'],
  ['@@minus-infinite', '-1e999'],
  ['@@minus-zero', '-0.0'],
  ['@@precise', '123456789012345678901234567890'],
  ['@@base64', `"${'Zm9v'.repeat(5000)}"`],
  ['@@base64-in-json', JSON.stringify(JSON.stringify({ data: 'Zm9v'.repeat(5000) }))],
  ['@@list-in-list', `${'['.repeat(450)}${']'.repeat(450)}`],
  ['@@object-in-object', `${'{"properties":'.repeat(450)}{}${'}'.repeat(450)}`],
  ['@@list-in-list-in-text', JSON.stringify(`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`)],
])

/** The body's final text. Made separately, so that the report of a failure stays short. */
export function written(body: string): string {
  return body.replaceAll(/"(@@[\w-]+)"/g, (quoted, name: string) => RAW.get(name) ?? quoted)
}

const names = fc.constantFrom(
  PROTO,
  'constructor',
  'toString',
  'hasOwnProperty',
  'then',
  'toJSON',
  '',
  'type',
  'role',
  'content',
  'google',
  '$ref',
)
const strings = fc.oneof(
  names,
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('\uD800', 'a\uDFFF\uD83D', '\u0000', '\u2028', ' ', '{}', '[]', 'null', '{"a":'),
  fc.constantFrom('function', 'custom', 'auto', 'model', 'text', 'image_url', 'MAX', 'data:,'),
  fc.constantFrom(
    'data:image/png;base64,',
    'https://127.0.0.1/x.png',
    'gs://b/o',
    '../..',
    'x'.repeat(3000),
  ),
)
const numbers = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, 0.5, 1e308, -1e308, 5e-324, 2 ** 31, 2 ** 53, -(2 ** 53), 100_000),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
)
const junk = fc.oneof(
  { depthSize: 'small' },
  strings,
  numbers,
  fc.constantFrom(null, true, false, [], {}),
  fc.constantFrom(...RAW.keys()),
  fc.array(fc.oneof(strings, numbers, fc.constant(null), fc.constant({})), { maxLength: 3 }),
  fc.dictionary(names, fc.oneof(strings, numbers, fc.constant({}), fc.constant([])), {
    maxKeys: 3,
  }),
)

type Container = Record<string, unknown> | unknown[]
interface Change {
  readonly at: number
  readonly how: 'replace' | 'remove' | 'add' | 'double'
  readonly name: string
  readonly value: unknown
}

const changes = fc.array(
  fc.record<Change>({
    at: fc.nat(),
    how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'double'),
    name: names,
    value: junk,
  }),
  { minLength: 1, maxLength: 4 },
)

/** A body similar to one of `sound`, for one of `models` or for an unknown name. Pass it to `written`. */
export function anyBody(
  models: readonly string[],
  sound: readonly object[] = CHATS,
): fc.Arbitrary<string> {
  const model = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...models) },
    { weight: 1, arbitrary: junk },
  )
  const stream = fc.constantFrom(undefined, false, true)
  return fc
    .tuple(fc.constantFrom(...sound), model, stream, changes)
    .map(([original, named, streamed, made]) => {
      const body = structuredClone({ ...original, model: named, stream: streamed })
      for (const change of made) apply(body, change)
      return JSON.stringify(body)
    })
}

function apply(body: Container, { at, how, name, value }: Change): void {
  const places = placesIn(body)
  const [container, key] = places[at % places.length] ?? [body, 'model']
  const fields = container as Record<string, unknown>
  switch (how) {
    case 'replace':
      fields[key] = value
      return
    case 'remove':
      if (Array.isArray(container)) container.splice(Number(key), 1)
      else delete fields[key]
      return
    case 'add':
      if (Array.isArray(container)) container.push(value)
      else fields[name] = value
      return
    case 'double':
      if (Array.isArray(container)) container.push(container[Number(key)])
      else fields[name] = structuredClone(fields[key])
  }
}

function placesIn(container: Container): [Container, string][] {
  return Object.entries(container).flatMap(([key, value]): [Container, string][] => [
    [container, key],
    ...(typeof value === 'object' && value !== null ? placesIn(value as Container) : []),
  ])
}
