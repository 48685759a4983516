/** Valid bodies of POST /v1/responses. Together they contain most of what the route reads. */
const HELLO = { role: 'user', content: [{ type: 'input_text', text: 'Hello there' }] }
export const RESPONSES: readonly object[] = [
  {
    input: 'Hello there',
    instructions: 'Be brief',
    temperature: 1,
    max_output_tokens: 100,
    store: true,
    text: {
      format: { type: 'json_schema', name: 'a', schema: { type: 'object' } },
      verbosity: 'low',
    },
    reasoning: { effort: 'low', summary: 'auto' },
    metadata: { a: 'b' },
    include: ['reasoning.encrypted_content'],
  },
  {
    input: [
      { type: 'additional_tools', role: 'developer', tools: [{ type: 'custom', name: 'exec' }] },
      { role: 'developer', content: 'Work' },
      HELLO,
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'px1.3.a.b' },
      { type: 'function_call', call_id: 'c1', name: 'f', namespace: 'ns', arguments: '{"a":1}' },
      {
        type: 'function_call_output',
        call_id: 'c1',
        output: [{ type: 'input_text', text: 'ok' }],
      },
      { type: 'custom_tool_call', call_id: 'c2', name: 'exec', input: 'x' },
      { type: 'custom_tool_call_output', call_id: 'c2', output: 'ok' },
      { type: 'shell_call', call_id: 'c3', action: { commands: ['ls'] } },
      { type: 'shell_call_output', call_id: 'c3', output: [] },
      { type: 'compaction', id: 'cmp_1', encrypted_content: 'pxc1.4.QWRh' },
      { id: 'msg_1' },
    ],
    stream: false,
  },
  {
    input: [HELLO],
    tools: [
      {
        type: 'function',
        name: 'f',
        parameters: { type: 'object', properties: { a: { type: 'string', enum: [1] } } },
      },
      { type: 'namespace', name: 'ns', tools: [{ type: 'function', name: 'f' }] },
      { type: 'custom', name: 'c', format: { type: 'grammar', syntax: 'lark', definition: 'x' } },
      { type: 'web_search' },
      { type: 'shell' },
    ],
    tool_choice: {
      type: 'allowed_tools',
      mode: 'auto',
      tools: [{ type: 'function', name: 'f' }],
    },
    parallel_tool_calls: false,
    store: false,
  },
]
