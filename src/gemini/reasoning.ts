/**
 * Where thoughts go: into `reasoning_content`, into that and OpenRouter's `reasoning`, into the text between <think>
 * tags, or nowhere (docs/clients.md: Reasoning).
 */
export const REASONING_FORMATS = ['reasoning_content', 'reasoning', 'think_tags', 'none'] as const
export type ReasoningFormat = (typeof REASONING_FORMATS)[number]
