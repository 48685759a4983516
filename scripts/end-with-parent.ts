/**
 * Loaded into wrangler's processes (`node --import`). They are a process group of their own, so that Ctrl-C reaches `npm start`
 * alone and things stop in order; but when `npm start` is gone, however it went, nobody else would end them.
 */
process.once('disconnect', () => {
  process.kill(0, 'SIGKILL')
})
