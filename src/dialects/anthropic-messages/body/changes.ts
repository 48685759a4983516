import { isRecord } from '../../../json/record.ts'
import { EFFORTS, type Effort } from '../../efforts.ts'
import type { Block } from './content.ts'

/** What system messages in the middle of a conversation change about the request. */
export class Changes {
  /** The latest effort that a message set. It overrides the request's own. */
  effort: Effort | null = null
  /** Tools that messages added, by name; null if one was removed. The last change of a name counts. */
  readonly tools = new Map<string, Block | null>()

  readConfig(config: unknown): void {
    const effort = isRecord(config) ? config['effort'] : undefined
    if (typeof effort !== 'string') return
    const word = effort.toLowerCase()
    if (isEffort(word)) this.effort = word
  }

  /** Returns whether the block was about tools. */
  readTools(block: Block): boolean {
    const { type } = block
    if (type !== 'tool_addition' && type !== 'tool_removal') return false
    const tool = toolIn(block)
    const name = tool['name'] ?? tool['tool_name']
    if (typeof name !== 'string') return true
    if (type === 'tool_removal') this.tools.set(name, null)
    // Without a definition, it is a tool that the request itself declares.
    else if (isRecord(tool['input_schema'])) this.tools.set(name, tool)
    else this.tools.delete(name)
    return true
  }
}

function toolIn(block: Block): Block {
  const { tool, definition } = block
  if (isRecord(tool)) return tool
  return isRecord(definition) ? definition : block
}

function isEffort(word: string): word is Effort {
  return Object.hasOwn(EFFORTS, word)
}
