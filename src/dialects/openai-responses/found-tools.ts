/**
 * A search for tools, as OpenAI's own servers would tell it. Here all tools are declared from the beginning, so the
 * model needs no search; but OpenAI's agents SDK ends its run at a call of a deferred tool that no search has found.
 */
import type { CustomTool, FunctionTool, NamespaceTool } from './tool-schema.ts'

/** The tool as it stands in what a search found: within its namespace, if it has one. */
export function foundBySearch(
  tool: FunctionTool | CustomTool,
  within: NamespaceTool | null,
): object {
  if (within === null) return tool
  const { type, name, description } = within
  return { type, name, description, tools: [tool] }
}

/** The search and what it found, each without its id. */
export function searchItems(found: object): readonly (readonly [prefix: string, item: object])[] {
  const path = (found as { readonly name: string }).name
  const ended = { execution: 'server', call_id: null, status: 'completed' } as const
  return [
    ['tsc', { type: 'tool_search_call', ...ended, arguments: { paths: [path] } }],
    ['tso', { type: 'tool_search_output', ...ended, tools: [found] }],
  ]
}
