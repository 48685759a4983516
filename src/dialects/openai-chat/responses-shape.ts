/**
 * Turns a body of the Responses API into the shape of a chat request. Cursor's agent mode sends such bodies to the
 * path of Chat Completions (docs/clients.md: Fields). The answer is a chat's. Checks nothing: what it does not
 * understand is left for the schema to refuse.
 */
import type { Failure } from '../../failure/failure.ts'
import { isRecord, present, recordOf } from '../../json/record.ts'

type Body = Record<string, unknown>

export interface ChatShaped {
  readonly body: Body
  /** Rewrites a failure about the chat request so that it names the fields which the client sent. */
  readonly retold: (failure: Failure) => Failure
  /** The same for the path of a field in the chat request. */
  readonly retoldPath: (path: string) => string
}

export function toChatShape(body: Body): ChatShaped {
  if (!isResponsesShape(body)) {
    return { body: withNestedTools(body, false), retold: same, retoldPath: same }
  }
  const shaped = fromResponses(body)
  return { ...shaped, body: withNestedTools(shaped.body, true) }
}

export function isResponsesShape(body: Body): boolean {
  return isSet(body['input']) && !isSet(body['messages'])
}

/** The tools that `servedTool` drops, by what the header calls them. */
export function droppedTools(tools: unknown): string[] {
  if (!Array.isArray(tools)) return []
  return tools.flatMap((tool: unknown) =>
    isRecord(tool) && typeof tool['type'] === 'string' && servedTool(tool).length === 0
      ? [`tools.${tool['type']}`]
      : [],
  )
}

function fromResponses(body: Body): ChatShaped {
  const { input, instructions, text, reasoning, max_output_tokens, ...rest } = body
  const { messages, sources } = toMessages(input, instructions)
  const { format, verbosity } = recordOf(text)
  const chat = {
    ...rest,
    messages,
    ...present({
      max_completion_tokens: max_output_tokens,
      response_format: nestedFormat(format),
      verbosity,
      // A value that is not an object stays, so that the schema refuses it.
      ...(isRecord(reasoning) ? { reasoning_effort: reasoning['effort'] } : { reasoning }),
    }),
  }
  const retoldPath = (path: string): string => retellPath(path, sources)
  return { body: chat, retold: (failure) => retell(failure, retoldPath), retoldPath }
}

/** `sources`: for each message, its path in the client's body. */
function toMessages(
  input: unknown,
  instructions: unknown,
): { messages: unknown; sources: string[] } {
  const messages: unknown[] = []
  const sources: string[] = []
  const add = (message: unknown, source: string): void => {
    messages.push(message)
    sources.push(source)
  }
  if (isSet(instructions)) add({ role: 'system', content: instructions }, 'instructions')
  if (typeof input === 'string') add({ role: 'user', content: input }, 'input')
  if (!Array.isArray(input)) {
    return typeof input === 'string' ? { messages, sources } : { messages: input, sources }
  }
  for (const [index, item] of input.entries()) {
    const call = isRecord(item) ? callOf(item) : undefined
    const last = messages.at(-1)
    if (call === undefined) {
      const message = isRecord(item) ? messageOf(item) : item
      if (message !== undefined) add(message, `input[${index}]`)
    } else if (isRecord(last) && last['role'] === 'assistant') {
      // All calls of one turn go into one message.
      const calls = Array.isArray(last['tool_calls']) ? last['tool_calls'] : []
      messages[messages.length - 1] = { ...last, tool_calls: [...calls, call] }
    } else add({ role: 'assistant', content: null, tool_calls: [call] }, `input[${index}]`)
  }
  return { messages, sources }
}

function callOf({ type, call_id: id, name, arguments: args, input }: Body): Body | undefined {
  if (type === 'function_call') return { id, type: 'function', function: { name, arguments: args } }
  return type === 'custom_tool_call' ? { id, type: 'custom', custom: { name, input } } : undefined
}

/**
 * Undefined for items that mean nothing in a chat: reasoning, references, calls of OpenAI's own tools, and unknown
 * types.
 */
function messageOf({ type, role, content, call_id, output }: Body): Body | undefined {
  if (type === 'function_call_output' || type === 'custom_tool_call_output') {
    return { role: 'tool', tool_call_id: call_id, content: partsOf(output ?? '') }
  }
  const isMessage = type === 'message' || (!isSet(type) && isSet(role))
  return isMessage ? { role, content: partsOf(content) } : undefined
}

function partsOf(content: unknown): unknown {
  return Array.isArray(content)
    ? content.map((part) => (isRecord(part) ? toPart(part) : part))
    : content
}

function toPart(part: Body): Body {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
      return { type: 'text', text: part['text'] }
    case 'input_image':
      return {
        type: 'image_url',
        image_url: present({ url: part['image_url'], detail: part['detail'] }),
      }
    case 'input_file': {
      const { type: _, ...file } = part
      return { type: 'file', file }
    }
    default:
      return part
  }
}

function nestedFormat(format: unknown): unknown {
  if (!isRecord(format) || format['type'] !== 'json_schema' || isRecord(format['json_schema'])) {
    return format
  }
  const { type, ...schema } = format
  return { type, json_schema: schema }
}

function withNestedTools(body: Body, isResponses: boolean): Body {
  const { tools, tool_choice: choice } = body
  if (!Array.isArray(tools)) return body
  const served = isResponses ? tools.flatMap(servedTool) : tools
  return { ...body, tools: served.map(nested), ...present({ tool_choice: nestedChoice(choice) }) }
}

/**
 * Agents always send OpenAI's own tools too. Those without an equivalent in Gemini are dropped, and a search loses
 * its date suffix.
 */
function servedTool(tool: unknown): readonly unknown[] {
  const type = isRecord(tool) ? tool['type'] : undefined
  if (typeof type !== 'string') return []
  if (type.startsWith('web_search')) return [{ type: 'web_search' }]
  return type === 'function' || type === 'custom' || type === 'code_interpreter' ? [tool] : []
}

/** `{type:"function",name}` becomes `{type:"function",function:{name}}`. */
function nested(tool: unknown): unknown {
  if (!isRecord(tool)) return tool
  const { type, ...fields } = tool
  const isFlat =
    (type === 'function' || type === 'custom') && !isSet(fields[type]) && isSet(fields['name'])
  return isFlat ? { type, [type]: fields } : tool
}

function nestedChoice(choice: unknown): unknown {
  if (!isRecord(choice) || choice['type'] !== 'allowed_tools') return nested(choice)
  const { mode, tools } = choice
  if (!Array.isArray(tools)) return choice
  return { type: 'allowed_tools', allowed_tools: { mode, tools: tools.map(nested) } }
}

function same<T>(told: T): T {
  return told
}

function retell(failure: Failure, retoldPath: (path: string) => string): Failure {
  const { param, message } = failure
  if (param === undefined || !param.startsWith('messages')) return failure
  const told = retoldPath(param)
  return { ...failure, param: told, message: message.replace(`'${param}'`, `'${told}'`) }
}

function retellPath(path: string, sources: readonly string[]): string {
  return path
    .replace(/^messages\[(\d+)\]/, (given, index: string) => sources[Number(index)] ?? given)
    .replace(/^messages$/, 'input')
    .replace(/^(input|instructions)\.content/, '$1')
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null
}
