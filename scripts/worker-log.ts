/** What wrangler says about itself. Requests appear in the Worker's own log. */
const CHATTER = /^(\[wrangler:info\]|⎔|Using secrets defined in|Your Worker has access to)/
/** A longer object cannot be one of the Worker's log lines. */
const MAX_LINES = 40

/**
 * Takes wrangler's output line by line. Prints what the Worker logs, each object on one line, and every warning and
 * error.
 */
export function workerLog(print: (line: string) => void): (line: string) => void {
  let object: string[] = []
  return (line) => {
    if (object.length > 0 || line === '{') {
      object.push(line.trim())
      if (line !== '}' && object.length < MAX_LINES) return
      print(object.join(' '))
      object = []
    } else if (line.trim() !== '' && !CHATTER.test(line)) print(line)
  }
}
