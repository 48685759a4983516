/** Google's three front ends. */
export const UPSTREAMS = ['code-assist', 'vertex', 'gemini-api'] as const
export type Upstream = (typeof UPSTREAMS)[number]
