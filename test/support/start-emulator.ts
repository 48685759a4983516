import type { TestProject } from 'vitest/node'
import { startEmulator } from '../../emulator/server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    emulatorPort: number
  }
}

/** Google on loopback, in Node, for the tests that run in workerd. */
export default async function startGoogle(project: TestProject): Promise<() => Promise<void>> {
  const emulator = await startEmulator({ port: 0 })
  project.provide('emulatorPort', emulator.port)
  return () => emulator.close()
}
