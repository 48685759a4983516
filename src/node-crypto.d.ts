/** The one thing that the Worker takes from Node: workerd has it built in. All of @types/node would offer what it has not. */
declare module 'node:crypto' {
  interface Hash {
    update(text: string): this
    digest(encoding: 'hex'): string
  }
  export function createHash(algorithm: 'sha256'): Hash
}
