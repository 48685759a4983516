/** Thought signatures that must come back (docs/google.md: Thought signatures). */
import { invalidArgument } from '../errors/failure.ts'
import type { Failure } from '../errors/failure.ts'
import type { Content, Part } from '../proto/types.ts'
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
  if (subject.model.kind === 'image') return checkImages(contents)
  return checkTools(subject, contents) ?? checkCalls(contents)
}

/** Checks the first call of every step of the current turn. */
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

/** A turn begins with a user's content that answers no call. */
function opensTurn({ role, parts = [] }: Content): boolean {
  return role !== 'model' && parts.every((part) => !part.functionResponse)
}

/**
 * Google's own tools beside functions: every use and every result must come back signed, and none may be missing that
 * came before a call (ai.google.dev, "Combine built-in tools and function calling"). The guide does not say how a
 * miss is refused, so the wording follows that for calls.
 */
function checkTools({ signatures }: Subject, contents: Content[]): Failure | undefined {
  const start = contents.findLastIndex(opensTurn)
  for (const [index, { role, parts = [] }] of contents.entries()) {
    if (role !== 'model') continue
    const bare = parts.find((part) => isTool(part) && part.thoughtSignature === undefined)
    if (bare) return missingTool(bare.toolCall ? 'toolCall' : 'toolResponse', index)
    if (index < start) continue
    const returned = signaturesOf(parts.filter(isTool))
    const calls = signaturesOf(parts.filter((part) => part.functionCall))
    if (calls.some((call) => signatures.lacksTools(call, returned))) {
      return missingTool('toolCall', index)
    }
  }
  return undefined
}

function missingTool(field: 'toolCall' | 'toolResponse', index: number): Failure {
  const what = field === 'toolCall' ? 'Tool call' : 'Tool response'
  return invalidArgument(
    `${what} is missing a thought_signature in ${field} parts. This is required for tools to work correctly, and ` +
      'missing thought_signature may lead to degraded model performance. Additional data, ' +
      `position ${index + 1}. Please refer to ${DOCS} for more details.`,
  )
}

function isTool({ toolCall, toolResponse }: Part): boolean {
  return toolCall !== undefined || toolResponse !== undefined
}

function signaturesOf(parts: Part[]): string[] {
  return parts.flatMap((part) => part.thoughtSignature ?? [])
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
