/** Where else clients look for OpenAI's routes: with `/v1` left out of their base URL, and where Google has them (docs/clients.md: Paths and browsers). */
export const OTHER_ROOTS = ['', '/v1beta/openai']

/** The same for Anthropic's: with `/v1` left out of a base URL that needs it, and with it in one that needs none. */
export const ANTHROPIC_ROOTS = ['', '/v1/v1']
