/** Long-running onboardUser operations (docs/google.md: Code Assist). */
export interface Operation {
  name: string
  credential: string
  project: string | undefined
  pollsLeft: number
}

export class Onboarding {
  readonly #operations = new Map<string, Operation>()
  readonly #projects = new Map<string, string>()
  #lastId = 0

  /** A repeated onboardUser continues the operation that is running. */
  start(credential: string, project: string | undefined, polls: number): Operation {
    const running = [...this.#operations.values()].find(
      (operation) => operation.credential === credential,
    )
    if (running) return this.#advance(running)
    this.#lastId += 1
    const name = `operations/ca-op-${this.#lastId}`
    const operation = { name, credential, project, pollsLeft: polls }
    this.#operations.set(name, operation)
    if (polls === 0) this.#complete(operation)
    return operation
  }

  poll(name: string): Operation | undefined {
    const operation = this.#operations.get(name)
    return operation && this.#advance(operation)
  }

  isOnboarded(credential: string): boolean {
    return this.#projects.has(credential)
  }

  project(credential: string): string | undefined {
    return this.#projects.get(credential) || undefined
  }

  clear(): void {
    this.#operations.clear()
    this.#projects.clear()
  }

  #advance(operation: Operation): Operation {
    operation.pollsLeft = Math.max(0, operation.pollsLeft - 1)
    if (operation.pollsLeft === 0) this.#complete(operation)
    return operation
  }

  #complete(operation: Operation): void {
    this.#projects.set(operation.credential, operation.project ?? '')
  }
}
