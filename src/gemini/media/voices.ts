/** OpenAI's names of voices → Gemini's. Any other name is taken for one of Gemini's own. */
const VOICES: ReadonlyMap<string, string> = new Map([
  ['alloy', 'Kore'],
  ['ash', 'Charon'],
  ['ballad', 'Orus'],
  ['cedar', 'Alnilam'],
  ['coral', 'Aoede'],
  ['echo', 'Puck'],
  ['fable', 'Fenrir'],
  ['marin', 'Sulafat'],
  ['nova', 'Leda'],
  ['onyx', 'Algenib'],
  ['sage', 'Callirrhoe'],
  ['shimmer', 'Zephyr'],
  ['verse', 'Iapetus'],
])

/** The value of Gemini's `speechConfig`. */
export function speechConfigOf(voice: string): object {
  const voiceName = VOICES.get(voice.toLowerCase()) ?? voice
  return { voiceConfig: { prebuiltVoiceConfig: { voiceName } } }
}
