/** Thought signatures that must come back (google-upstreams §6.2, §6.3). */
import { invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { Content } from '../proto/types.ts'
import type { Subject } from './subject.ts'

const DEMANDED_SINCE = 3
const DOCS = 'https://ai.google.dev/gemini-api/docs/thought-signatures'

export function checkSignatures(subject: Subject): Failure | undefined {
  const contents = subject.request.contents ?? []
  const corrupted = contents
    .flatMap(({ parts = [] }) => parts.flatMap((part) => part.thoughtSignature ?? []))
    .some((signature) => !subject.signatures.accepts(subject, signature))
  if (corrupted) return invalidArgument('Corrupted thought signature.')
  if (subject.model.generation < DEMANDED_SINCE) return undefined
  return subject.model.kind === 'image' ? checkImages(contents) : checkCalls(contents)
}

/** The first call of every step of the current turn. */
function checkCalls(contents: Content[]): Failure | undefined {
  const start = contents.findLastIndex(opensTurn)
  for (const [index, { role, parts = [] }] of contents.entries()) {
    if (index < start || role !== 'model') continue
    const first = parts.find((part) => part.functionCall)
    if (!first?.functionCall || first.thoughtSignature !== undefined) continue
    return invalidArgument(
      'Function call is missing a thought_signature in functionCall parts. This is required for tools ' +
        'to work correctly, and missing thought_signature may lead to degraded model performance. ' +
        `Additional data, function call \`default_api:${first.functionCall.name}\` , position ${index + 1}. ` +
        `Please refer to ${DOCS} for more details.`,
    )
  }
  return undefined
}

/** A user's content that answers no call. */
function opensTurn({ role, parts = [] }: Content): boolean {
  return role !== 'model' && parts.every((part) => !part.functionResponse)
}

function checkImages(contents: Content[]): Failure | undefined {
  for (const [index, { role, parts = [] }] of contents.entries()) {
    if (role !== 'model') continue
    const bare = parts.findIndex((part) => part.inlineData && part.thoughtSignature === undefined)
    if (bare < 0) continue
    return invalidArgument(
      `Image part is missing a thought_signature in content position ${index + 1}, part position ` +
        `${bare + 1}. Please refer to ${DOCS} for more details.`,
    )
  }
  return undefined
}
