import { admitMedia, needsFetch } from '../../gateway/admit-media.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import type { Attachment } from '../../gemini/media/attachment.ts'
import type { Cuttings } from '../../bytes/cuttings.ts'
import { checked } from '../access.ts'
import type { Call, Reply } from '../call.ts'
import { foresee } from '../../gateway/foresee.ts'

interface Attaching {
  readonly attachments: readonly Attachment[]
  readonly cuttings: Cuttings
  /** As the client asked for it, and how many choices. */
  readonly model: string
  readonly standIn?: string | null | undefined
  readonly choices: number
}

/** Checks and fetches the media of a request; null where all are there, else what to answer. Never fetches for who would be refused. */
export async function attach(
  call: Call,
  holder: KeyHolder,
  { attachments, cuttings, model, standIn, choices }: Attaching,
): Promise<Reply | null> {
  const { request, settings } = call
  if (attachments.some(needsFetch)) {
    const refusal = await foresee({ ...call, holder, model, standIn, choices })
    if (refusal !== null) return refusal
  }
  const clientSignal = request.signal
  const failure = await admitMedia(attachments, { settings, cuttings, clientSignal })
  return failure === null ? null : checked(call, holder, failure)
}
