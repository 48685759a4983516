import type { AnswerSink } from './reader.ts'

/** Ignores everything. For dialects that need only one or two things of an answer and override those. */
export class DeafSink implements AnswerSink {
  open(): void {}
  text(_text: string): void {}
  thought(): void {}
  close(): void {}
  call(): void {}
  mint(googleId: string): string {
    return googleId
  }
  media(_blob: Parameters<AnswerSink['media']>[0]): void {}
  code(_run: Parameters<AnswerSink['code']>[0]): void {}
  signature(): void {}
  citations(): void {}
  logprobs(): void {}
}
