import { admitMedia, needsFetch } from '../../gateway/admit-media.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import type { Attachment } from '../../gemini/media/attachment.ts'
import type { Cuttings } from '../../bytes/cuttings.ts'
import { checked, refusalTo } from '../access.ts'
import type { Call, Reply } from '../call.ts'

/** Checks and fetches the media of a request; null where all are there, else what to answer. Never fetches for a stranger. */
export async function attach(
  call: Call,
  holder: KeyHolder,
  {
    attachments,
    cuttings,
  }: { readonly attachments: readonly Attachment[]; readonly cuttings: Cuttings },
): Promise<Reply | null> {
  const { request, env, settings } = call
  const refusal = attachments.some(needsFetch) ? await refusalTo(env, holder) : null
  if (refusal !== null) return refusal
  const clientSignal = request.signal
  const failure = await admitMedia(attachments, { settings, cuttings, clientSignal })
  return failure === null ? null : checked(call, holder, failure)
}
