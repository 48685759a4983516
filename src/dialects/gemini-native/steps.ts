/**
 * Google wants what the model said in a step, with all its calls, in one content, and the results of all calls in the next,
 * each once. The chats of @google/genai keep one content for each event of a stream, LangChain.js sends one for each
 * result, and Gemini CLI sends each result twice when it resumes a session (docs/clients.md).
 */
import { isRecord } from '../../json/record.ts'
import { elementsAt, memberAt } from '../../json/value-spans.ts'
import { fieldOf, listOf, recordsOf, spanOf, spansIn, textOf } from './fields.ts'

const RESULT = /"function(?:R|_r)esponse"/

/** The request with calls and results joined. Mostly they are already, and the same text is returned. */
export function withStepsTogether(text: string, body: Record<string, unknown>): string {
  if (!RESULT.test(text)) return text
  const contents: unknown = body['contents']
  const at = memberAt(text, 0, 'contents')
  if (!Array.isArray(contents) || !contents.every(isRecord) || at === undefined) return text
  const groups = grouped(contents)
  if (groups.every((group) => group.length === 1 && !hasRepeats(group[0]?.content))) return text
  const spans = elementsAt(text, at.start)
  const sliceOf = (index: number): string => {
    const { start, end } = spans[index] ?? { start: 0, end: 0 }
    return text.slice(start, end)
  }
  const rewritten = groups.map((group) => joined(group.map(({ index }) => sliceOf(index))))
  return `${text.slice(0, at.start)}[${rewritten.join(',')}]${text.slice(at.end)}`
}

interface Numbered {
  readonly content: Record<string, unknown>
  readonly index: number
}

/** The contents in groups: those of one group belong into one content. */
function grouped(contents: readonly Record<string, unknown>[]): readonly (readonly Numbered[])[] {
  const groups: Numbered[][] = []
  for (const [index, content] of contents.entries()) {
    const group = groups.at(-1)
    const before = group?.at(-1)?.content
    const goesOn =
      before !== undefined &&
      ((isResults(before) && beginsWithResult(content)) || (isModels(before) && isModels(content)))
    if (goesOn) group?.push({ content, index })
    else groups.push([{ content, index }])
  }
  return groups.flatMap((group) => (needsNoJoining(group) ? group.map((one) => [one]) : [group]))
}

/** Google takes what a model said in several contents, as long as there is no call in them. */
function needsNoJoining(group: readonly Numbered[]): boolean {
  return group.every(({ content }) => isModels(content) && !hasCall(content))
}

/** Whether the content holds only results. */
function isResults(content: Record<string, unknown>): boolean {
  const parts = recordsOf(content['parts'])
  return (
    content['role'] !== 'model' &&
    parts.length > 0 &&
    parts.every((part) => isRecord(fieldOf(part, 'functionResponse')))
  )
}

/** What a client says behind its results may stand in one content with the last of them. */
function beginsWithResult(content: Record<string, unknown>): boolean {
  const [first] = recordsOf(content['parts'])
  return content['role'] !== 'model' && isRecord(fieldOf(first, 'functionResponse'))
}

/** One without parts stays where it is: joined with others it would hide from Google, and from its client, that it is wrong. */
function isModels(content: Record<string, unknown>): boolean {
  return content['role'] === 'model' && listOf(content['parts']).length > 0
}

function hasCall(content: Record<string, unknown>): boolean {
  return recordsOf(content['parts']).some((part) => isRecord(fieldOf(part, 'functionCall')))
}

function hasRepeats(content: unknown): boolean {
  const keys = recordsOf(fieldOf(content, 'parts')).flatMap((part) => keyOf(part) ?? [])
  return new Set(keys).size < keys.length
}

/** The first content, with the parts of all. Of equal results only one is kept. */
function joined(contents: readonly string[]): string {
  const [first = ''] = contents
  const seen = new Set<string>()
  const parts: string[] = []
  for (const content of contents) {
    const list = memberAt(content, 0, 'parts')
    if (list === undefined) continue
    for (const { start, end } of spansIn(content, list)) {
      const part = content.slice(start, end)
      const key = keyOf(JSON.parse(part))
      if (key !== undefined && seen.has(key)) continue
      if (key !== undefined) seen.add(key)
      parts.push(part)
    }
  }
  const list = spanOf(first, 0, 'parts')
  if (list === undefined) return first
  return `${first.slice(0, list.start)}[${parts.join(',')}]${first.slice(list.end)}`
}

/** Equal results have the same key. Undefined if the result does not say which call it answers. */
function keyOf(part: unknown): string | undefined {
  const result = fieldOf(part, 'functionResponse')
  const id = textOf(result, 'id')
  if (id === undefined || id === '') return undefined
  return JSON.stringify([id, fieldOf(result, 'name'), fieldOf(result, 'response')])
}
