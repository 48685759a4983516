import type { Upstream } from '../../../../src/gemini/upstreams.ts'
import type { Verdict } from '../../../../src/upstreams/verdict.ts'
import { CODE_ASSIST } from './code-assist.ts'
import { GEMINI_API } from './gemini-api.ts'
import { VERTEX } from './vertex.ts'

export { OAUTH } from './oauth.ts'

/** Each upstream's cases: the file's name in the upstream's folder, and the verdict on it. */
export const VERDICTS: Readonly<Record<Upstream, Readonly<Record<string, Verdict>>>> = {
  'code-assist': CODE_ASSIST,
  vertex: VERTEX,
  'gemini-api': GEMINI_API,
}
