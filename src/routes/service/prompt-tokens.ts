import type { KeyHolder } from '../../gateway/authenticate.ts'
import { type CountedPrompt, countQuickly } from '../../gateway/count-quickly.ts'
import { estimatePromptTokens } from '../../gemini/usage.ts'
import type { Call } from '../call.ts'

/** Google's count of a prompt where a credential is at hand and quick, else the estimate that limits go by: no lease, no limit, no turn of the ring. */
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

/** What stands at an address is not fetched for a count, and Google is shown none: whose file it is, is a lease's to ask. */
function namesFiles({ request: { contents } }: Pick<CountedPrompt, 'request'>): boolean {
  return contents.some(({ parts }) => parts.some(({ fileData }) => fileData !== undefined))
}
