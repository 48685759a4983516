import { ANTHROPIC_MESSAGES } from './anthropic-messages.ts'
import { OPENAI_CHAT } from './openai-chat.ts'
import { OPENAI_RESPONSES } from './openai-responses.ts'
import type { Speaker } from './speaker.ts'

/** One column for each dialect. A new dialect in src/routes/index.ts needs its speaker here. */
export const SPEAKERS: readonly (readonly [string, Speaker])[] = [
  OPENAI_CHAT,
  OPENAI_RESPONSES,
  ANTHROPIC_MESSAGES,
].map((speaker) => [speaker.dialect, speaker])

/** Each dialect whole and streamed. */
export const WAYS: readonly (readonly [string, boolean, Speaker])[] = SPEAKERS.flatMap(
  ([name, speaker]) => [
    [name, false, speaker],
    [name, true, speaker],
  ],
)
