/** Where else clients look for OpenAI's routes: with `/v1` left out of their base URL, and where Google has them (client-protocols §0.1). */
export const OTHER_ROOTS = ['', '/v1beta/openai']
