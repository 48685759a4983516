/** Google's three front ends (design §1). */
export const UPSTREAMS = ['code-assist', 'vertex', 'gemini-api'] as const
export type Upstream = (typeof UPSTREAMS)[number]
