import type { Failure } from '../../failure/failure.ts'
import { admitMedia, needsFetch } from '../../gateway/admit-media.ts'
import type { KeyHolder } from '../../gateway/authenticate.ts'
import { callUser } from '../../gateway/object-calls.ts'
import type { Attachment } from '../../gemini/media/attachment.ts'
import { unfitness } from '../../gemini/media/media-types.ts'
import { fileIdIn } from '../../gemini/pins.ts'
import type { Cuttings } from '../../bytes/cuttings.ts'
import { checked } from '../access.ts'
import type { Call, Reply } from '../call.ts'
import { foresee } from '../../gateway/foresee.ts'

interface Attaching {
  readonly attachments: readonly Attachment[]
  readonly cuttings: Cuttings
  /** As the client asked for it. */
  readonly model: string
  readonly standIn?: string | null | undefined
  readonly choices: number
}

/**
 * Checks and fetches the media of a request. Null if all are there; otherwise the answer to give. Fetches nothing for
 * a key that must be refused.
 */
export async function attach(
  call: Call,
  holder: KeyHolder,
  { attachments, cuttings, model, standIn, choices }: Attaching,
): Promise<Reply | null> {
  const { request, settings } = call
  const unknown = await nameTypes(call, holder, attachments)
  if (unknown !== null) return checked(call, holder, advised(unknown, attachments))
  if (attachments.some(needsFetch)) {
    const refusal = await foresee({ ...call, holder, model, standIn, choices })
    if (refusal !== null) return refusal
  }
  const clientSignal = request.signal
  const failure = await admitMedia(attachments, { settings, cuttings, clientSignal })
  return failure === null ? null : checked(call, holder, advised(failure, attachments))
}

/** The failure, with what the client can do about the attachment that it names. */
function advised(failure: Failure, attachments: readonly Attachment[]): Failure {
  const advice = attachments.find(({ param }) => param === failure.param)?.advice
  return advice === undefined ? failure : { ...failure, message: `${failure.message} ${advice}` }
}

/**
 * Files that are named by id alone get the type with which they were uploaded. Returns the failure of the first one
 * that is not this user's, or that cannot be used where it stands.
 */
async function nameTypes(
  { env }: Call,
  { userId, keyDigest }: KeyHolder,
  attachments: readonly Attachment[],
): Promise<Failure | null> {
  const untyped = attachments.flatMap((attachment) => {
    const { fileUri, mimeType } = attachment.part.fileData ?? {}
    const id = fileUri === undefined || mimeType !== undefined ? null : fileIdIn(fileUri)
    return id === null ? [] : [{ id, attachment }]
  })
  if (untyped.length === 0) return null
  const ids = untyped.map(({ id }) => id)
  const known = await callUser(env, userId, (user) => user.knownFiles(keyDigest, ids))
  for (const [index, { attachment }] of untyped.entries()) {
    const { part, param, kind } = attachment
    const file = known[index] ?? null
    const type = file?.mimeType ?? null
    // If an address is written out, the lease checks whether this user may name it.
    const isId = param.endsWith('file_id')
    const isUnknown = isId && file === null
    const unfit = type === null ? null : unfitness(type, kind)
    const what = isUnknown ? 'names no file of this API key' : unfit
    if (what !== null) {
      return { reason: 'invalid_value', message: `Invalid value: '${param}' ${what}.`, param }
    }
    if (part.fileData !== undefined && type !== null) part.fileData.mimeType = type
  }
  return null
}
