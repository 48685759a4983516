/** Bodies that POST /v1/messages almost accepts. */
import fc from 'fast-check'

const BLOCKS = [
  'text',
  'image',
  'document',
  'search_result',
  'thinking',
  'redacted_thinking',
  'tool_use',
  'tool_result',
  'tool_reference',
  'server_tool_use',
  'web_search_tool_result',
  'tool_addition',
  'tool_removal',
  'compaction',
  'unheard_of',
]
const odd = fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constantFrom(null, '', 'x', 0, {}, []))
/** Rarely wrong, because most fields must be right for the later ones to be read at all. */
const rarely = fc.oneof({ weight: 30, arbitrary: fc.constant(null) }, odd)
const source = fc.oneof(
  odd,
  fc.record(
    {
      type: fc.constantFrom('base64', 'url', 'text', 'content', 'file'),
      data: odd,
      url: odd,
      media_type: odd,
      content: odd,
    },
    { requiredKeys: ['type'] },
  ),
)
const block = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record(
      {
        type: fc.constantFrom(...BLOCKS),
        text: fc.oneof({ weight: 5, arbitrary: fc.string() }, odd),
        id: fc.constantFrom('a', 'b', 7),
        tool_use_id: fc.constantFrom('a', 'b', 'c', null),
        name: fc.constantFrom('f', '', 3, '__proto__'),
        input: odd,
        content: odd,
        source,
        signature: odd,
        data: odd,
        title: odd,
        tool_name: odd,
      },
      { requiredKeys: ['type'] },
    ),
  },
  odd,
)
const content = fc.oneof(
  { weight: 5, arbitrary: fc.string() },
  { weight: 5, arbitrary: fc.array(block, { maxLength: 3 }) },
  odd,
)
const message = fc.record(
  {
    role: fc.constantFrom('user', 'assistant', 'system', 'user', 'assistant'),
    content,
    output_config: rarely,
  },
  { requiredKeys: ['role', 'content'] },
)
const tool = fc.record(
  {
    type: fc.constantFrom(
      null,
      'custom',
      'bash_20250124',
      'text_editor_20250728',
      'computer_20250124',
      'web_search_20250305',
      'code_execution_20250522',
      'mcp_toolset',
      'what',
    ),
    name: fc.constantFrom('f', 'g', '', 5),
    input_schema: fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, odd),
    description: odd,
    allowed_domains: odd,
  },
  { requiredKeys: ['name', 'input_schema'] },
)
export const anyMessageBody = fc.record(
  {
    model: fc.constantFrom('gemini-2.5-flash', 'claude-x', 'anthropic/gemini-2.5-pro', 5),
    max_tokens: fc.constantFrom(1, 100, 8000, 128_000, 5, 0, '5'),
    messages: fc.array(message, { minLength: 1, maxLength: 4 }),
    system: rarely,
    stream: rarely,
    stop_sequences: rarely,
    temperature: rarely,
    tools: fc.oneof({ weight: 9, arbitrary: fc.array(tool, { maxLength: 2 }) }, rarely),
    tool_choice: fc.oneof(
      rarely,
      rarely,
      fc.record({
        type: fc.constantFrom('auto', 'any', 'tool', 'none'),
        name: fc.constantFrom('f', 'nobody', null),
      }),
    ),
    thinking: fc.oneof(
      rarely,
      rarely,
      fc.record({
        type: fc.constantFrom('enabled', 'adaptive', 'disabled', 'between_tools'),
        budget_tokens: odd,
      }),
    ),
    output_config: rarely,
    metadata: rarely,
    context_management: rarely,
    container: rarely,
    cached_content: fc.oneof(rarely, fc.constantFrom(null, 'cachedContents/abc')),
    google: rarely,
    extra_body: rarely,
  },
  { requiredKeys: ['model', 'max_tokens', 'messages'] },
)
