import type { KeyHolder } from '../../gateway/authenticate.ts'
import { type CountedPrompt, countQuickly } from '../../gateway/count-quickly.ts'
import { estimatePromptTokens } from '../../gemini/usage.ts'
import type { Call } from '../call.ts'

/**
 * Google's count of a prompt if a credential is at hand and answers quickly; otherwise the estimate that limits use.
 * Takes no lease, counts against no limit, and does not move the ring.
 */
export async function promptTokens(
  call: Call,
  holder: KeyHolder,
  prompt: Pick<CountedPrompt, 'model' | 'standIn' | 'request' | 'cuttings'>,
): Promise<number> {
  const { env, settings } = call
  const { request, cuttings } = prompt
  const counted = namesFiles(prompt)
    ? null
    : await countQuickly({ ...prompt, env, holder, settings })
  return (
    counted ??
    Math.max(
      1,
      estimatePromptTokens(request, (text) => cuttings.lengthOf(text)),
    )
  )
}

/**
 * A prompt that names files is not shown to Google: only a lease checks whose file it is. And no file is fetched just
 * to be counted.
 */
function namesFiles({ request: { contents } }: Pick<CountedPrompt, 'request'>): boolean {
  return contents.some(({ parts }) => parts.some(({ fileData }) => fileData !== undefined))
}
