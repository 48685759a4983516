/** The thought signature that came with a function call, under the call id that the client was told: what a later turn must bring back (google-upstreams §6). */
export interface CallSignature {
  readonly callId: string
  /** Base64, as Google sent it. */
  readonly signature: string
}
