import { isRecord } from '../../../json/record.ts'
import { EFFORTS, type Effort } from '../../efforts.ts'
import type { Block } from './content.ts'

/** A tool that a message names, and where in the body it does so. */
export interface NamedTool {
  readonly tool: Block
  readonly path: string
  /** Whether the message defines the tool, and not just names it. */
  readonly isDefined: boolean
}

/** What system messages in the middle of a conversation change about the request. */
export class Changes {
  /** The latest effort that a message set. It overrides the request's own. */
  effort: Effort | null = null
  /** Tools that messages defined, by name. The last definition of a name counts. */
  readonly added = new Map<string, NamedTool>()
  /** Names of tools that messages removed, and did not add again. */
  readonly removed = new Set<unknown>()

  readConfig(config: unknown): void {
    const effort = isRecord(config) ? config['effort'] : undefined
    if (typeof effort !== 'string') return
    const word = effort.toLowerCase()
    if (isEffort(word)) this.effort = word
  }

  /** Returns whether the block was about tools. */
  readTools(block: Block, path: string): boolean {
    const { type } = block
    if (type !== 'tool_addition' && type !== 'tool_removal') return false
    const named = toolIn(block, path)
    const { tool } = named
    // Tools of an MCP server are called by Anthropic, so none of them is declared here.
    if (MCP_REFERENCES.has(tool['type'])) return true
    const name = tool['name'] ?? tool['tool_name']
    if (type === 'tool_removal') {
      if (typeof name === 'string') this.removed.add(name)
      return true
    }
    if (typeof name === 'string') this.removed.delete(name)
    // Without a definition, it is a tool that is declared already.
    if (named.isDefined) this.added.set(typeof name === 'string' ? name : named.path, named)
    return true
  }
}

const MCP_REFERENCES = new Set<unknown>(['mcp_tool_reference', 'mcp_toolset_reference'])

/**
 * The tool that a change names. Clients write `tool: {type: "tool_definition", definition: {…}}` or `tool: {type:
 * "tool_reference", name}` (docs/clients.md: Anthropic's Messages). A tool without its wrappers is taken as well.
 */
function toolIn(block: Block, path: string): NamedTool {
  const [outer, at] = inside(block, 'tool', path)
  const [tool, here] = inside(outer, 'definition', at)
  const isDefined = tool !== outer || 'input_schema' in tool
  // The type of the block says nothing of the tool.
  return { tool: tool === block ? { ...tool, type: null } : tool, path: here, isDefined }
}

function inside(block: Block, field: string, path: string): [Block, string] {
  const inner = block[field]
  return isRecord(inner) ? [inner, `${path}.${field}`] : [block, path]
}

function isEffort(word: string): word is Effort {
  return Object.hasOwn(EFFORTS, word)
}
