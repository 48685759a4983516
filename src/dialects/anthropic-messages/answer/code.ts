/** What became of code that Google ran, as the content of Anthropic's result block. */
import type { CodeRun } from '../../../gemini/answer/code-blocks.ts'

export function codeResult({ text, isFailure }: CodeRun): object {
  return {
    type: 'code_execution_result',
    stdout: isFailure ? '' : text,
    stderr: isFailure ? text : '',
    return_code: isFailure ? 1 : 0,
    content: [],
  }
}

/** Google said nothing of what became of the code. */
export const NO_RESULT = { type: 'code_execution_tool_result_error', error_code: 'unavailable' }
