/**
 * Other roots under which clients look for OpenAI's routes: without `/v1`, if their base URL leaves it out, and where
 * Google has its own OpenAI layer (docs/clients.md: Paths and browsers).
 */
export const OTHER_ROOTS = ['', '/v1beta/openai']

/**
 * The same for Anthropic's routes: without `/v1` if a base URL lacks it, and with it twice if a base URL should not
 * have it.
 */
export const ANTHROPIC_ROOTS = ['', '/v1/v1']
