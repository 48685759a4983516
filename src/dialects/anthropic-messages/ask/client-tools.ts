/** Tools that the client runs and that Anthropic's models know by type alone. Gemini must be told their schemas. */
import type { OfferedFunction } from '../../../gemini/ask/functions.ts'
import type { Block } from '../body/content.ts'

const text = { type: 'string' } as const
const integer = { type: 'integer' } as const
const point = { type: 'array', items: integer, minItems: 2, maxItems: 2 } as const

function oneOf(...words: string[]) {
  return { type: 'string', enum: words } as const
}

const EDITING = {
  path: { ...text, description: 'Absolute path of the file or directory.' },
  file_text: { ...text, description: 'For create: all of the file.' },
  old_str: { ...text, description: 'For str_replace: the text to replace; it must be unique.' },
  new_str: { ...text, description: 'For str_replace: the new text.' },
  insert_line: {
    ...integer,
    description: 'For insert: the line after which to insert; 0: before the first.',
  },
  insert_text: { ...text, description: 'For insert: the text to insert.' },
  view_range: { ...point, description: 'For view: first and last line; -1: to the end.' },
} as const

const KNOWN: readonly (readonly [type: RegExp, toFunction: (tool: Block) => Known])[] = [
  [
    /^bash_\d+$/,
    () => ({
      name: 'bash',
      description: 'Runs a command in a bash shell that lives on between calls.',
      properties: {
        command: { ...text, description: 'The command to run; required unless restarting.' },
        restart: { type: 'boolean', description: 'True restarts the shell.' },
      },
      required: [],
    }),
  ],
  [
    /^text_editor_\d+$/,
    ({ type }) => {
      // Anthropic renamed this tool with the models of May 2025, and took a command from it.
      const isOlder = String(type) < 'text_editor_20250429'
      const commands = ['view', 'create', 'str_replace', 'insert']
      return {
        name: isOlder ? 'str_replace_editor' : EDITOR,
        description: 'Views, creates and edits text files.',
        properties: {
          command: oneOf(...commands, ...(isOlder ? ['undo_edit'] : [])),
          ...EDITING,
        },
        required: ['command', 'path'],
      }
    },
  ],
  [
    /^memory_\d+$/,
    () => ({
      name: 'memory',
      description: 'Views, creates and edits files below /memories, which last between sessions.',
      properties: {
        command: oneOf('view', 'create', 'str_replace', 'insert', 'delete', 'rename'),
        ...EDITING,
        old_path: { ...text, description: 'For rename.' },
        new_path: { ...text, description: 'For rename.' },
      },
      required: ['command'],
    }),
  ],
  [
    /^computer_\d+$/,
    ({ display_width_px: width, display_height_px: height }) => ({
      name: 'computer',
      description: `Uses the mouse and the keyboard of a computer, and takes pictures of its screen of ${pixels(width)} by ${pixels(height)} pixels.`,
      properties: {
        action: { ...text, description: ACTIONS },
        coordinate: { ...point, description: 'Where, from the left and from the top.' },
        start_coordinate: { ...point, description: 'For left_click_drag: where from.' },
        text: { ...text, description: 'What to type, or the keys, such as ctrl+s.' },
        scroll_direction: oneOf('up', 'down', 'left', 'right'),
        scroll_amount: integer,
        duration: { type: 'number', description: 'For hold_key and wait: seconds.' },
        region: { type: 'array', items: integer, minItems: 4, maxItems: 4 },
      },
      required: ['action'],
    }),
  ],
]

const EDITOR = 'str_replace_based_edit_tool'
const ACTIONS =
  'One of: screenshot, left_click, right_click, middle_click, double_click, triple_click, left_click_drag, left_mouse_down, left_mouse_up, mouse_move, scroll, type, key, hold_key, wait, cursor_position, zoom.'

interface Known {
  readonly name: string
  readonly description: string
  readonly properties: object
  readonly required: readonly string[]
}

/** The function for such a tool; null if its type is another. */
export function clientTool(tool: Block): OfferedFunction | null {
  const { type, name } = tool
  const known = KNOWN.find(([pattern]) => typeof type === 'string' && pattern.test(type))
  if (known === undefined) return null
  const { properties, required, ...rest } = known[1](tool)
  return {
    name: typeof name === 'string' && name !== '' ? name : rest.name,
    description: rest.description,
    parameters: { type: 'object', properties, ...(required.length > 0 && { required }) },
  }
}

function pixels(size: unknown): string {
  return typeof size === 'number' ? String(size) : 'unknown'
}
