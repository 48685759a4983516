import type { Blob, GenerateContentResponse } from '../types.ts'
import { DeafSink } from './deaf-sink.ts'
import { PLAIN_ANSWER } from './plan.ts'
import { AnswerReader } from './reader.ts'

/** The text and media of a whole answer, without thoughts. */
export interface Collected {
  readonly text: string
  /** Pictures and sounds, in order. */
  readonly media: readonly Blob[]
}

/** For dialects that need no more of an answer than this. */
export function collect(response: GenerateContentResponse): Collected {
  const collector = new Collector()
  const reader = new AnswerReader(PLAIN_ANSWER, collector)
  reader.read(response)
  reader.end()
  return { text: collector.said, media: collector.shown }
}

class Collector extends DeafSink {
  readonly shown: Blob[] = []
  said = ''

  override text(text: string): void {
    this.said += text
  }

  override media(blob: Blob): void {
    this.shown.push(blob)
  }
}
