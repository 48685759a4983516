import { everyone, user } from '../../access.ts'
import { type Handler, urlOf } from '../../call.ts'
import { BATCHES, FILES } from './kinds.ts'
import { oneThing } from './one.ts'
import { continueUpload, startUpload } from './upload.ts'

const start = user(startUpload)

/**
 * One path both starts and continues an upload. Whoever continues needs no key: the address with its `upload_id` is
 * the permission.
 */
export const uploads = everyone((call) =>
  urlOf(call).searchParams.has('upload_id') ? continueUpload(call) : start(call),
)

const DOWNLOAD = ':download'
const CANCEL = ':cancel'

const read = oneThing(FILES, { method: 'GET' })
const download = oneThing(FILES, { method: 'GET', act: `${DOWNLOAD}?alt=media` })

/** `files/{id}` and `files/{id}:download`. */
export const getFile = acting(DOWNLOAD, download, read)

const cancel = oneThing(BATCHES, { method: 'POST', act: CANCEL })

/** `batches/{id}:cancel` */
export const actOnBatch = acting(CANCEL, cancel, async () => ({
  reason: 'unknown_url',
  message: 'A batch is asked to end with batches/{id}:cancel.',
}))

/** Calls `does` if the id ends with the act, and with the act removed from the id. */
function acting(act: string, does: Handler, otherwise: Handler): Handler {
  return (call, holder) => {
    const id = call.params['id'] ?? ''
    if (!id.endsWith(act)) return otherwise(call, holder)
    return does({ ...call, params: { ...call.params, id: id.slice(0, -act.length) } }, holder)
  }
}
