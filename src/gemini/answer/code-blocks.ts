import type { Part } from '../types.ts'
import { isRecord } from '../../json/record.ts'

/** Code that Google ran, or its output. */
export interface CodeRun {
  readonly kind: 'code' | 'output'
  /** Empty if the code wrote nothing. */
  readonly text: string
  /** Of an output: whether it says why the code failed. */
  readonly isFailure: boolean
  /** In lower case; empty for output, and if Google names no language. */
  readonly language: string
}

/** Null for a part of another kind. */
export function codeRunOf({ executableCode, codeExecutionResult }: Part): CodeRun | null {
  if (isRecord(executableCode) && typeof executableCode.code === 'string') {
    const { code, language } = executableCode
    const tag = typeof language === 'string' ? language.toLowerCase() : ''
    const named = /^[a-z]{1,30}$/.test(tag) ? tag : ''
    return { kind: 'code', text: code, language: named, isFailure: false }
  }
  if (!isRecord(codeExecutionResult)) return null
  // Google leaves the output out if the code wrote nothing.
  const { outcome = '', output = '' } = codeExecutionResult
  const why = FAILURES.get(outcome)
  const text = typeof output === 'string' ? output : ''
  return {
    kind: 'output',
    text: text === '' ? (why ?? '') : text,
    language: '',
    isFailure: why !== undefined,
  }
}

/** What to say of code that failed without a word. */
const FAILURES: ReadonlyMap<string, string> = new Map([
  ['OUTCOME_FAILED', 'The code failed.'],
  ['OUTCOME_DEADLINE_EXCEEDED', 'The code ran for too long and was stopped.'],
])

/**
 * For dialects without a form for code. Leaving the code out would make the text speak of something that the reader
 * cannot see. Empty if the code wrote nothing.
 */
export function toMarkdown({ kind, text, language }: CodeRun): string {
  return kind === 'output' && text === '' ? '' : fenced(text, language)
}

/** Puts the text into a fence longer than any fence inside it. */
function fenced(text: string, language: string): string {
  // A loop: `Math.max(...runs)` fails if there are very many runs.
  let longest = 2
  for (const ticks of text.match(/`+/g) ?? []) longest = Math.max(longest, ticks.length)
  const fence = '`'.repeat(longest + 1)
  return `\n${fence}${language}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}\n`
}

const OPENING = /^```[a-z]{0,30}[^\S\n]*\n/i

/**
 * A model that is asked in words for JSON often wraps it in a code fence (docs/clients.md: Fields). Not done by one
 * pattern over the whole text, which long runs of white space would make slow.
 */
export function withoutFence(text: string): string {
  const trimmed = text.trim()
  const opening = OPENING.exec(trimmed.slice(0, 200))?.[0]
  if (opening === undefined || !trimmed.endsWith('```')) return text
  if (trimmed.length < opening.length + 3) return text
  return trimmed.slice(opening.length, -3).trimEnd()
}
