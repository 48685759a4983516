/** How closely the model looks at a picture, in OpenAI's words (docs/google.md: Parts). */
const LEVELS = {
  auto: null,
  low: 'MEDIA_RESOLUTION_LOW',
  high: 'MEDIA_RESOLUTION_HIGH',
  original: 'MEDIA_RESOLUTION_ULTRA_HIGH',
} as const

export type ImageDetail = keyof typeof LEVELS
export const IMAGE_DETAILS = Object.keys(LEVELS) as ImageDetail[]

/** Google's word for it; null if Google decides. */
export function levelOf(detail: ImageDetail | null | undefined): string | null {
  return LEVELS[detail ?? 'auto']
}
