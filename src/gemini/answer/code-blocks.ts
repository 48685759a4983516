import type { Part } from '../types.ts'
import { isRecord } from '../../json/record.ts'

/**
 * Code that Google ran and what came of it, as Markdown: OpenAI's chat has no part for it, and
 * without it the text speaks of something that the reader cannot see. Null for any other part.
 */
export function codeBlock({ executableCode, codeExecutionResult }: Part): string | null {
  if (isRecord(executableCode) && typeof executableCode.code === 'string') {
    const { language } = executableCode
    const tag = typeof language === 'string' ? language.toLowerCase() : ''
    return fenced(executableCode.code, /^[a-z]{1,30}$/.test(tag) ? tag : '')
  }
  if (isRecord(codeExecutionResult) && typeof codeExecutionResult.output === 'string') {
    return fenced(codeExecutionResult.output, '')
  }
  return null
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

/** A model asked for JSON in words likes to wrap it in a fence (E52). Without a pattern over all of it, which long runs of white space make slow. */
export function withoutFence(text: string): string {
  const trimmed = text.trim()
  const opening = OPENING.exec(trimmed.slice(0, 200))?.[0]
  if (opening === undefined || !trimmed.endsWith('```')) return text
  if (trimmed.length < opening.length + 3) return text
  return trimmed.slice(opening.length, -3).trimEnd()
}
