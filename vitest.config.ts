import { cloudflareTest } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

// What `secrets.required` of wrangler.toml names must be there before the plugin reads it.
process.env['MASTER_API_KEY'] = 'test-master-key-0123456789abcdef'
process.env['VAULT_KEY'] = Buffer.alloc(32, 7).toString('base64')
process.env['API_KEY_SECRET'] = Buffer.alloc(32, 5).toString('base64')

/** What needs no Worker: Google on loopback, the built gateway from outside, and pure functions. */
const nodeTests = [
  'dialects',
  'e2e',
  'emulator',
  'gemini',
  'http',
  'json',
  'structure',
  'upstreams',
].map((folder) => `test/${folder}/**/*.test.ts`)

export default defineConfig({
  test: {
    silent: 'passed-only',
    // One worker waits for the other side most of the time; on two cores vitest would take no second one, and need half as long again.
    maxWorkers: 2,
    // What test/replay has no recording of fails; `-u` records.
    update: 'none',
    projects: [
      {
        plugins: [
          cloudflareTest(({ inject }) => {
            const google = `http://127.0.0.1:${inject<number>('emulatorPort')}`
            const files = `http://127.0.0.1:${inject<number>('filesPort')}`
            return {
              wrangler: { configPath: './wrangler.toml' },
              // Else workerd tells of each connection that a test breaks on purpose, as if something had gone wrong.
              verbose: false,
              miniflare: {
                bindings: {
                  MASTER_API_KEY: process.env['MASTER_API_KEY'] ?? '',
                  VAULT_KEY: process.env['VAULT_KEY'] ?? '',
                  API_KEY_SECRET: process.env['API_KEY_SECRET'] ?? '',
                  EMULATOR_URL: google,
                  GOOGLE_TOKEN_URL: `${google}/token`,
                  CODE_ASSIST_BASE_URL: google,
                  VERTEX_BASE_URL: google,
                  GEMINI_API_BASE_URL: google,
                  ANSWER_TIMEOUT_MS: '2000',
                  ROTATION_DEADLINE_MS: '10000',
                  STREAM_IDLE_TIMEOUT_MS: '700',
                  STREAM_SILENCE_MS: '2500',
                  MAX_BODY_BYTES: '200000',
                  FILES_URL: files,
                  MEDIA_TRUSTED_ORIGINS: files,
                  DNS_RESOLVER_URL: `${files}/dns-query`,
                  MEDIA_FETCH_TIMEOUT_MS: '1000',
                  MAX_MEDIA_PART_BYTES: '60000',
                  MAX_MEDIA_BYTES: '100000',
                  MAX_REMOTE_MEDIA: '3',
                },
              },
            }
          }),
        ],
        test: {
          name: 'workerd',
          include: ['test/**/*.test.ts'],
          // Real agents are a suite of their own (test/agents/vitest.config.ts).
          exclude: [...nodeTests, 'test/agents/**'],
          globalSetup: ['./test/support/start-emulator.ts', './test/support/start-file-server.ts'],
          setupFiles: './test/support/reset.ts',
          isolate: false,
          // Some tests move 60 MB, which takes more than the usual 5 s where a machine has other work.
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'node',
          include: nodeTests,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
