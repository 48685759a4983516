/** Tools that Anthropic's servers run. Google has an equivalent of some. */
import type { Tool } from '../../../gemini/types.ts'
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
    return { kind: 'googles', tool: { googleSearch: {} }, note: domainsNote(block, 'search') }
  }
  if (/^web_fetch_\d+$/.test(type)) {
    return { kind: 'googles', tool: { urlContext: {} }, note: domainsNote(block, 'read') }
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

/** Google's search accepts no list of sites, so the model is asked in words to keep to it. */
function domainsNote(
  { allowed_domains: allowed, blocked_domains: blocked }: Block,
  act: 'search' | 'read',
): string | null {
  const [only, not] = [sitesIn(allowed), sitesIn(blocked)]
  const where = act === 'search' ? 'When you search the web' : 'When you read pages of the web'
  if (only !== null) return `${where}, use pages of these sites only: ${only}.`
  return not === null ? null : `${where}, use no pages of these sites: ${not}.`
}

const MAX_SITES = 100

function sitesIn(list: unknown): string | null {
  const sites = Array.isArray(list) ? list.filter((site) => typeof site === 'string') : []
  return sites.length === 0 ? null : sites.slice(0, MAX_SITES).join(', ')
}
