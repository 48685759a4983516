/**
 * Google's answers are typed but not checked, and one odd field must not make a conversion throw or a client fail. So
 * a value of the wrong type is removed, or replaced by an empty one where its place in a list counts. Unknown fields
 * stay, since Google may add fields.
 */
type Shape = 'string' | 'number' | 'boolean' | 'any' | Fields | List
interface Fields {
  readonly fields: ReadonlyMap<string, Shape>
}
interface List {
  readonly each: Shape
}

function fields(of: Readonly<Record<string, Shape>>): Fields {
  return { fields: new Map(Object.entries(of)) }
}

function list(each: Shape): List {
  return { each }
}

const BLOB = fields({ mimeType: 'string', data: 'string', displayName: 'string' })
const PARTIAL = fields({
  jsonPath: 'string',
  stringValue: 'string',
  // A number with many digits is a string here (json/long-numbers.ts). Whoever reads it checks it.
  numberValue: 'any',
  boolValue: 'boolean',
  willContinue: 'boolean',
})
const CALL = fields({
  id: 'string',
  name: 'string',
  args: fields({}),
  willContinue: 'boolean',
  partialArgs: list(PARTIAL),
})
const PART = fields({
  text: 'string',
  thought: 'boolean',
  thoughtSignature: 'string',
  inlineData: BLOB,
  fileData: fields({ mimeType: 'string', fileUri: 'string' }),
  audioTranscription: fields({ text: 'string' }),
  functionCall: CALL,
  functionResponse: fields({ id: 'string', name: 'string' }),
  executableCode: fields({ language: 'string', code: 'string' }),
  codeExecutionResult: fields({ outcome: 'string', output: 'string' }),
})
const SOURCE = fields({ uri: 'string', title: 'string', domain: 'string' })
const SEGMENT = fields({
  startIndex: 'number',
  endIndex: 'number',
  partIndex: 'number',
  text: 'string',
})
const LOGPROB = fields({ token: 'string', tokenId: 'number', logProbability: 'number' })
const CANDIDATE = fields({
  index: 'number',
  content: fields({ role: 'string', parts: list(PART) }),
  finishReason: 'string',
  finishMessage: 'string',
  groundingMetadata: fields({
    groundingChunks: list(fields({ web: SOURCE, retrievedContext: SOURCE, maps: SOURCE })),
    groundingSupports: list(fields({ segment: SEGMENT, groundingChunkIndices: list('number') })),
    webSearchQueries: list('string'),
  }),
  citationMetadata: fields({}),
  logprobsResult: fields({
    chosenCandidates: list(LOGPROB),
    topCandidates: list(fields({ candidates: list(LOGPROB) })),
  }),
  continuationToken: 'string',
})
const COUNTS = list(fields({ modality: 'string', tokenCount: 'number' }))
const RESPONSE = fields({
  candidates: list(CANDIDATE),
  promptFeedback: fields({ blockReason: 'string', blockReasonMessage: 'string' }),
  usageMetadata: fields({
    promptTokenCount: 'number',
    cachedContentTokenCount: 'number',
    candidatesTokenCount: 'number',
    thoughtsTokenCount: 'number',
    toolUsePromptTokenCount: 'number',
    totalTokenCount: 'number',
    promptTokensDetails: COUNTS,
    candidatesTokensDetails: COUNTS,
    cacheTokensDetails: COUNTS,
    toolUsePromptTokensDetails: COUNTS,
    serviceTier: 'string',
    trafficType: 'string',
  }),
  modelVersion: 'string',
  responseId: 'string',
})

/** Removes every value of the wrong type. Changes the response in place, so nobody else may hold it. */
export function keepTyped<T extends object>(response: T): T {
  mend(response as Record<string, unknown>, RESPONSE)
  return response
}

function mend(value: Record<string, unknown>, { fields: known }: Fields): void {
  for (const name in value) {
    const shape = known.get(name)
    if (shape === undefined || shape === 'any') continue
    if (!isOf(value[name], shape)) delete value[name]
  }
}

/** Whether a value is of the right type. Wrong values inside it are removed. */
function isOf(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string') return shape === 'any' || typeof value === shape
  if (typeof value !== 'object' || value === null) return false
  if ('each' in shape) {
    if (!Array.isArray(value)) return false
    mendItems(value, shape)
    return true
  }
  if (Array.isArray(value)) return false
  mend(value as Record<string, unknown>, shape)
  return true
}

/**
 * A wrong item is replaced, not removed: other fields refer to places in the list. The replacement is an empty item
 * or an index that matches nothing.
 */
function mendItems(items: unknown[], { each }: List): void {
  for (let at = 0; at < items.length; at++) {
    if (isOf(items[at], each)) continue
    items[at] = each === 'number' ? -1 : each === 'string' ? '' : {}
  }
}
