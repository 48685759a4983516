/** get, list, delete and download of files. Each poll moves a file on that is being processed. */
import { invalidArgument } from '../errors/failure.ts'
import { perform, refuse } from '../exchange.ts'
import type { Exchange, Outcome } from '../exchange.ts'
import { describeFile } from '../state/files.ts'
import type { StoredFile } from '../state/files.ts'
import { callerOf, noFile } from './owner.ts'

export function getFile(exchange: Exchange): Outcome {
  return withFile(exchange, (file) => {
    if (file.state === 'PROCESSING') {
      file.pollsLeft -= 1
      if (file.pollsLeft <= 0) file.state = 'ACTIVE'
    }
    return { kind: 'json', body: describeFile(file) }
  })
}

export function listFiles(exchange: Exchange): Outcome {
  const { state, url } = exchange
  return perform(exchange, () => {
    const { things, ...rest } = state.files.shelf.page(
      callerOf(exchange),
      state.now(),
      url.searchParams,
    )
    const files = things.map(describeFile)
    return { kind: 'json', body: { ...(files.length > 0 ? { files } : {}), ...rest } }
  })
}

export function deleteFile(exchange: Exchange): Outcome {
  return withFile(exchange, (found) => {
    exchange.state.files.shelf.remove(found)
    return { kind: 'json', body: {} }
  })
}

export function downloadFile(exchange: Exchange): Outcome {
  return withFile(exchange, ({ source, content, mimeType, name }) => {
    if (source !== 'GENERATED' || !content) {
      return refuse(invalidArgument(`Only generated files can be downloaded: ${name}`))
    }
    return { kind: 'bytes', body: content, type: mimeType }
  })
}

function withFile(exchange: Exchange, act: (file: StoredFile) => Outcome): Outcome {
  const { state, route } = exchange
  const file = state.files.shelf.get(`files/${route.id}`, callerOf(exchange), state.now())
  return file ? perform(exchange, () => act(file)) : refuse(noFile(route.id))
}
