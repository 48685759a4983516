/** A piece of a file, sealed by the Worker; `start`: of its bytes in the file. */
export interface Piece {
  readonly start: number
  /** Before it was sealed. */
  readonly bytes: number
  readonly sealed: Uint8Array
}

/** What is said of a copy once all of it is there. */
export interface Finished {
  readonly copyId: string
  /** Google's id of the file. */
  readonly fileId: string
  readonly bytes: number
  /** Epoch milliseconds: as long as Google keeps the file. */
  readonly expiresAt: number
  readonly sealedKey: string
  readonly sealedAbout: Uint8Array
}

export interface Copy extends Finished {
  /** Where its pieces begin, in their order. */
  readonly starts: readonly number[]
}

/** A file that was uploaded once more, with another credential than its owner. */
export interface Place {
  readonly credentialId: string
  /** Google's id of it there. */
  readonly copiedId: string
  readonly expiresAt: number
}
