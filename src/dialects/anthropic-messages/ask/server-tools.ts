/** Tools that Anthropic's servers run. Google has an equivalent of some. */
import type { Tool } from '../../../gemini/types.ts'
import { sitesNote } from '../../search-sites.ts'
import type { Block } from '../body/content.ts'

export type ServerTool =
  | { readonly kind: 'googles'; readonly tool: Tool; readonly note: string | null }
  /** Not needed here: the request works as well without it. */
  | { readonly kind: 'needless' }
  | { readonly kind: 'unserved'; readonly why: string }

/** Null if the type is not that of a tool which Anthropic's servers run. */
export function serverTool(block: Block): ServerTool | null {
  const { type } = block
  if (typeof type !== 'string') return null
  if (/^web_search_\d+$/.test(type)) {
    return { kind: 'googles', tool: { googleSearch: {} }, note: noteOf(block, 'search') }
  }
  if (/^web_fetch_\d+$/.test(type)) {
    return { kind: 'googles', tool: { urlContext: {} }, note: noteOf(block, 'read') }
  }
  if (/^code_execution_\d+$/.test(type)) {
    return { kind: 'googles', tool: { codeExecution: {} }, note: null }
  }
  // It searches for tools to load, but here every tool is declared already.
  if (type.startsWith('tool_search_tool_')) return { kind: 'needless' }
  const own = /^(advisor|mcp_toolset|browser_toolset|computer_toolset)/.exec(type)
  return own === null
    ? null
    : { kind: 'unserved', why: `${own[1]} runs on Anthropic's servers, and nothing here does it` }
}

function noteOf(block: Block, act: 'search' | 'read'): string | null {
  const { allowed_domains: allowed, blocked_domains: blocked } = block
  return sitesNote({ allowed, blocked }, act)
}
