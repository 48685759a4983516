/** Timed segments in the model's JSON, and as subtitles. */
import { MINUTE_MS, HOUR_MS } from '../../json/time.ts'
import * as v from 'valibot'
import { lazy } from '../../lazy.ts'

export interface Segment {
  /** Seconds, as `end`. */
  readonly start: number
  readonly end: number
  readonly text: string
}

const TIME = /^(?:(?:(\d{1,3}):)?(\d{1,3}):)?(\d{1,6}(?:[.,]\d{1,6})?)s?$/

const time = lazy(() =>
  v.pipe(
    v.union([v.string(), v.number()]),
    v.transform(String),
    v.trim(),
    v.regex(TIME),
    v.transform((text) => {
      const [, hours = '0', minutes = '0', seconds = '0'] = TIME.exec(text) ?? []
      return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'))
    }),
  ),
)

export const segments = lazy(() =>
  v.array(
    v.pipe(
      v.object({ start: time(), end: time(), text: v.string() }),
      // A model may give an end before the start, which subtitles do not allow.
      v.transform(({ start, end, text }): Segment => ({
        start,
        end: Math.max(start, end),
        text: text.trim(),
      })),
    ),
  ),
)

export function toSrt(all: readonly Segment[]): string {
  return all
    .map(({ start, end, text }, index) => {
      const times = `${clock(start, ',')} --> ${clock(end, ',')}`
      return `${index + 1}\n${times}\n${oneBlock(text)}\n\n`
    })
    .join('')
}

export function toVtt(all: readonly Segment[]): string {
  const cues = all.map(
    ({ start, end, text }) => `${clock(start, '.')} --> ${clock(end, '.')}\n${oneBlock(text)}\n\n`,
  )
  return `WEBVTT\n\n${cues.join('')}`
}

/** In subtitles an empty line would end a cue, and an arrow would begin another. */
function oneBlock(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '')
    .join(' ')
    .replaceAll('-->', '→')
}

function clock(seconds: number, point: ',' | '.'): string {
  const ms = Math.round(seconds * 1000)
  const [hours, minutes, rest] = [
    Math.floor(ms / HOUR_MS),
    Math.floor(ms / MINUTE_MS) % 60,
    Math.floor(ms / 1000) % 60,
  ].map((value) => String(value).padStart(2, '0'))
  return `${hours}:${minutes}:${rest}${point}${String(ms % 1000).padStart(3, '0')}`
}
