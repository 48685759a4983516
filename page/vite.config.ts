import { defineConfig } from 'vite'

/** wrangler runs this before it serves or deploys; nothing of the page is part of the Worker. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/page/',
  logLevel: 'warn',
  build: {
    outDir: '../public/page',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0, // a data: script or style would break the policy
    modulePreload: { polyfill: false },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    proxy: Object.fromEntries(['/v1', '/debug'].map((path) => [path, 'http://127.0.0.1:8787'])),
  },
})
