declare namespace Cloudflare {
  interface Env {
    /** Where the emulator listens. Bound by vitest.config.ts. */
    EMULATOR_URL: string
    /** Where the file server of support/start-file-server.ts listens. */
    FILES_URL: string
  }
}

declare module '*?raw' {
  const text: string
  export default text
}
