import type { GenerateContentResponse } from '../gemini/types.ts'
import type { Settings } from '../settings.ts'
import type { Access } from './credential.ts'

export type Method = 'generateContent' | 'streamGenerateContent'

/** What differs between Google's front ends: address, envelope, and how a reply is wrapped. */
export interface Front {
  readonly url: (access: Access, model: string, method: Method, settings: Settings) => string
  /** Wraps the pivot's JSON, which is serialised once a request however many attempts are made. */
  readonly body: (access: Access, model: string, requestJson: string) => string
  /** The pivot inside a parsed reply or stream event; undefined where it is not there. */
  readonly unwrap: (reply: object) => GenerateContentResponse | undefined
}

/** The end of an address. `?alt=sse` makes a stream server-sent events; without it Google sends one JSON array (google-upstreams §2.6). */
export function methodSuffix(method: Method): string {
  return method === 'streamGenerateContent' ? ':streamGenerateContent?alt=sse' : ':generateContent'
}
