/**
 * Loaded into wrangler's processes (`node --import`). They form a process group of their own, so that Ctrl-C reaches
 * only `npm start`, which stops everything in order. If `npm start` dies in any other way, nothing else would end
 * them, so this does.
 */
process.once('disconnect', () => {
  process.kill(0, 'SIGKILL')
})
