import type { AnswerSink } from './reader.ts'

/** Hears nothing: for answers of which a dialect wants one thing or two, which it overrides. */
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
