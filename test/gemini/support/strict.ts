/** What the emulator, as strict as Google is known to be, says to a request. */
import { MODELS } from '../../../emulator/models.ts'
import { failureMessage } from '../../../emulator/errors/failure.ts'
import { parseMessage } from '../../../emulator/proto/parse.ts'
import type { GenerateRequest } from '../../../emulator/proto/types.ts'
import { checkRequest } from '../../../emulator/rules/index.ts'
import { Signatures } from '../../../emulator/state/signatures.ts'
import type { GenerateContentRequest } from '../../../src/gemini/types.ts'
import type { Upstream } from '../../../src/gemini/upstreams.ts'

const signatures = new Signatures()

/** Google's complaint, or `accepted`. */
export function complaintOf(
  request: GenerateContentRequest,
  { upstream, model: id }: { upstream: Upstream; model: string },
): string {
  const model = MODELS.find((each) => each.id === id)
  if (model === undefined) throw new Error(`no such model: ${id}`)
  const body: unknown = JSON.parse(JSON.stringify(request))
  const parsed = parseMessage('GenerateContentRequest', body, { upstream, version: 'v1beta' })
  const failure = parsed.ok
    ? checkRequest({ upstream, model, request: parsed.value as GenerateRequest, signatures })
    : parsed.failure
  return failure === undefined ? 'accepted' : (failureMessage(failure) ?? '')
}
