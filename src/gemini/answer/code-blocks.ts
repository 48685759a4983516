import type { Part } from '../types.ts'
import { isRecord } from '../../json/record.ts'

/** Code that Google ran, or what came of it. */
export interface CodeRun {
  readonly kind: 'code' | 'output'
  readonly text: string
  /** In lower case; empty where Google does not say, and of what came of it. */
  readonly language: string
}

/** Null for a part of any other kind. */
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

/** For dialects that have no part for it: without it the text speaks of something that the reader cannot see. */
export function toMarkdown({ text, language }: CodeRun): string {
  return fenced(text, language)
}

/** In a fence longer than any in it. */
function fenced(text: string, language: string): string {
  // Not all at once: a call takes only so many arguments.
  let longest = 2
  for (const ticks of text.match(/`+/g) ?? []) longest = Math.max(longest, ticks.length)
  const fence = '`'.repeat(longest + 1)
  return `\n${fence}${language}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}\n`
}

const OPENING = /^```[a-z]{0,30}[^\S\n]*\n/i

/** A model asked for JSON in words likes to wrap it in a fence (docs/clients.md: Fields). Without a pattern over all of it, which long runs of white space make slow. */
export function withoutFence(text: string): string {
  const trimmed = text.trim()
  const opening = OPENING.exec(trimmed.slice(0, 200))?.[0]
  if (opening === undefined || !trimmed.endsWith('```')) return text
  if (trimmed.length < opening.length + 3) return text
  return trimmed.slice(opening.length, -3).trimEnd()
}
