import type { Part } from '../types.ts'
import { isRecord } from '../../json/record.ts'

/** Code that Google ran, or its output. */
export interface CodeRun {
  readonly kind: 'code' | 'output'
  readonly text: string
  /** In lower case; empty for output, and if Google names no language. */
  readonly language: string
}

/** Null for a part of another kind. */
export function codeRunOf({ executableCode, codeExecutionResult }: Part): CodeRun | null {
  if (isRecord(executableCode) && typeof executableCode.code === 'string') {
    const { code, language } = executableCode
    const tag = typeof language === 'string' ? language.toLowerCase() : ''
    return { kind: 'code', text: code, language: /^[a-z]{1,30}$/.test(tag) ? tag : '' }
  }
  if (isRecord(codeExecutionResult) && typeof codeExecutionResult.output === 'string') {
    return { kind: 'output', text: codeExecutionResult.output, language: '' }
  }
  return null
}

/**
 * For dialects without a form for code. Leaving the code out would make the text speak of something that the reader
 * cannot see.
 */
export function toMarkdown({ text, language }: CodeRun): string {
  return fenced(text, language)
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
