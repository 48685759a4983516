/**
 * Tools that have no schema of their own and whose calls have their own kinds of items. They are declared as
 * functions with the item's fields.
 */
import type { OfferedFunction } from '../../gemini/ask/functions.ts'

export type NativeName = 'local_shell' | 'shell' | 'apply_patch'

const text = { type: 'string' }
const texts = { type: 'array', items: text }
const milliseconds = { type: 'integer', description: 'In milliseconds.' }

export const NATIVE_TOOLS: Readonly<Record<NativeName, Omit<OfferedFunction, 'name'>>> = {
  local_shell: {
    description: 'Runs a command on the computer of the user and gives its output.',
    parameters: {
      type: 'object',
      properties: {
        command: { ...texts, description: 'The program and its arguments.' },
        working_directory: text,
        timeout_ms: milliseconds,
      },
      required: ['command'],
    },
  },
  shell: {
    description: 'Runs shell commands and gives their output.',
    parameters: {
      type: 'object',
      properties: {
        commands: { ...texts, description: 'One command line each.' },
        timeout_ms: milliseconds,
        max_output_length: { type: 'integer', description: 'In characters.' },
      },
      required: ['commands'],
    },
  },
  apply_patch: {
    description: 'Creates, changes or deletes a file.',
    parameters: {
      type: 'object',
      properties: {
        type: { ...text, enum: ['create_file', 'update_file', 'delete_file'] },
        path: text,
        diff: {
          ...text,
          description: 'In the V4A format; all lines of a new file with a + before each.',
        },
      },
      required: ['type', 'path'],
    },
  },
}
