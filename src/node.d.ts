/**
 * Only what the Worker uses of Node and workerd has built in. The full @types/node would offer much that workerd
 * lacks.
 */
declare const process: {
  getBuiltinModule(name: 'node:crypto'): {
    createHash(algorithm: 'sha256'): {
      update(text: string): { digest(encoding: 'hex'): string }
    }
    createHmac(
      algorithm: 'sha256',
      key: Uint8Array,
    ): {
      update(text: string): { digest(encoding: 'hex'): string }
    }
  }
  getBuiltinModule(name: 'node:zlib'): {
    gunzip(
      bytes: Uint8Array,
      options: { readonly maxOutputLength: number },
      done: (error: Error | null, whole: Uint8Array) => void,
    ): void
  }
}
