/** A piece of a file, sealed by the Worker. `start`: index of its first byte in the file. */
export interface Piece {
  readonly start: number
  /** Length before it was sealed. */
  readonly bytes: number
  readonly sealed: Uint8Array
}

/** What is stored of a copy once all of it is there. */
export interface Finished {
  readonly copyId: string
  /** Google's id of the file. */
  readonly fileId: string
  readonly bytes: number
  /** Epoch milliseconds: when Google deletes the file. */
  readonly expiresAt: number
  readonly sealedKey: string
  readonly sealedAbout: Uint8Array
}

export interface Copy extends Finished {
  /** Where its pieces begin, in order. */
  readonly starts: readonly number[]
}

/** A file that was uploaded again, under another credential than its owner's. */
export interface Place {
  readonly credentialId: string
  /** Google's id of the file there. */
  readonly copiedId: string
  readonly expiresAt: number
}
