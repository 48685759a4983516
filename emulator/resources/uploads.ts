/**
 * Google's resumable protocol: `start` returns an address, and pieces, queries and the end go there. The address is
 * the permission: SDKs send the bytes without a key (ai.google.dev, "Files API", REST).
 */
import { invalidArgument, isObject, statusFailure } from '../errors/failure.ts'
import { perform, presetFailure, refuse } from '../exchange.ts'
import type { Exchange, Outcome } from '../exchange.ts'
import type { JsonObject } from '../json.ts'
import { randomId } from '../random.ts'
import { describeFile } from '../state/files.ts'
import type { Upload } from '../state/files.ts'
import { readBody } from '../upstreams/body.ts'
import { callerOf, newId, notFound } from './owner.ts'

/** The size of every piece but the last is a multiple of this many bytes. */
const GRANULARITY = 256 * 1024
const ID_LENGTH = 12
const NAME = /^files\/[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/
/** Types of files that Google takes a while to process. */
const SLOW = /^video\//

export function startUpload(exchange: Exchange): Outcome {
  const { headers, state, url, call } = exchange
  if (headers.get('x-goog-upload-protocol')?.toLowerCase() !== 'resumable') {
    return refuse(invalidArgument('Invalid or missing X-Goog-Upload-Protocol header.'))
  }
  if (headers.get('x-goog-upload-command')?.toLowerCase() !== 'start') {
    return refuse(invalidArgument('Invalid upload command: expected start.'))
  }
  const read = readBody(exchange, 'CreateFileRequest')
  if (!read.ok) return refuse(read.failure)
  const file: JsonObject = isObject(read.value['file']) ? read.value['file'] : {}
  const { name = `files/${newId(ID_LENGTH)}`, displayName, mimeType } = file
  if (typeof name !== 'string' || !NAME.test(name)) {
    return refuse(invalidArgument(`* CreateFileRequest.file.name: invalid name ${String(name)}`))
  }
  const owner = callerOf(exchange)
  if (state.files.shelf.get(name, owner, state.now())) {
    return refuse(statusFailure(409, 'ALREADY_EXISTS', `${name} already exists`))
  }
  return perform(exchange, () => {
    const id = randomId(48)
    state.files.begin({
      id,
      owner,
      credential: call.credential ?? '',
      name,
      displayName: typeof displayName === 'string' ? displayName : undefined,
      mimeType:
        headers.get('x-goog-upload-header-content-type') ??
        (typeof mimeType === 'string' ? mimeType : 'application/octet-stream'),
    })
    const address = `${url.origin}${url.pathname}?upload_id=${id}&upload_protocol=resumable`
    return {
      kind: 'json',
      body: {},
      headers: {
        ...statusOf('active'),
        'x-goog-upload-url': address,
        'x-goog-upload-control-url': address,
        'x-goog-upload-chunk-granularity': String(GRANULARITY),
      },
    }
  })
}

export function continueUpload(exchange: Exchange): Outcome {
  const { headers, state, url, call } = exchange
  const upload = state.files.upload(url.searchParams.get('upload_id') ?? '')
  if (!upload) return refuse({ ...notFound(), headers: statusOf('cancelled') })
  call.credential = upload.credential
  const commands = (headers.get('x-goog-upload-command') ?? '').toLowerCase().split(/\s*,\s*/)
  if (commands.includes('query')) return perform(exchange, () => query(exchange, upload))
  if (upload.state !== 'active') {
    const failed = invalidArgument('Upload has already been terminated.')
    return refuse({ ...failed, headers: statusOf(upload.state) })
  }
  if (commands.includes('cancel')) {
    return perform(exchange, () => {
      upload.state = 'cancelled'
      return told(upload)
    })
  }
  const finalizes = commands.includes('finalize')
  if (!commands.includes('upload') && !finalizes) {
    return refuse(presetFailure(exchange, '400_generic'))
  }
  return receive(exchange, upload, finalizes)
}

function receive(exchange: Exchange, upload: Upload, finalizes: boolean): Outcome {
  const { headers, state, bytes } = exchange
  const offset = Number(headers.get('x-goog-upload-offset') ?? upload.received)
  const isAligned = finalizes || bytes.length % GRANULARITY === 0
  if (offset !== upload.received || !isAligned) {
    const problem =
      offset === upload.received
        ? `Chunk size must be a multiple of ${GRANULARITY} bytes.`
        : `Invalid upload offset: expected ${upload.received}, got ${offset}.`
    return refuse({ ...invalidArgument(problem), headers: progressOf(upload) })
  }
  return perform(exchange, ({ polls = SLOW.test(upload.mimeType) ? 1 : 0 }) => {
    state.files.receive(upload, bytes)
    if (!finalizes) return told(upload)
    const file = state.files.finalize(upload, state.now(), polls)
    return { kind: 'json', body: { file: describeFile(file) }, headers: statusOf('final') }
  })
}

/** A client that lost the answer to the last piece can get it here. */
function query({ state }: Exchange, upload: Upload): Outcome {
  const file = state.files.shelf.get(upload.name, upload.owner, state.now())
  if (upload.state !== 'final' || !file) return told(upload)
  return { kind: 'json', body: { file: describeFile(file) }, headers: progressOf(upload) }
}

function told(upload: Upload): Outcome {
  return { kind: 'json', body: {}, headers: progressOf(upload) }
}

function progressOf(upload: Upload): Record<string, string> {
  return { ...statusOf(upload.state), 'x-goog-upload-size-received': String(upload.received) }
}

function statusOf(state: Upload['state']): Record<string, string> {
  return { 'x-goog-upload-status': state }
}
