/** The one thing that the Worker takes from Node: workerd has it built in. All of @types/node would offer what it has not. */
interface Hash {
  update(text: string): this
  digest(encoding: 'hex'): string
}

declare const process: {
  getBuiltinModule(name: 'node:crypto'): { createHash(algorithm: 'sha256'): Hash }
}
