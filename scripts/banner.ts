export interface Running {
  readonly url: string
  readonly emulatorUrl: string
  readonly masterKey: string
  readonly userKey: string
  readonly seconds: string
}

const CHAT = {
  model: 'gemini-2.5-flash',
  messages: [{ role: 'user', content: 'Hello, Pollux!' }],
}
const EXHAUSTED = { reply: { error: 'gemini_429_minute' } }

/** What `npm start` prints when everything is ready. Each curl is one line that can be pasted into a POSIX shell. */
export function banner({ url, emulatorUrl, masterKey, userKey, seconds }: Running): string {
  const user = `-H ${quote(`authorization: Bearer ${userKey}`)}`
  const json = `-H 'content-type: application/json'`
  return `
Pollux is ready after ${seconds} s.

The page: ${url}/page/ (sign in with either key)

Base URL: ${url} (for OpenAI clients: ${url}/v1)
MASTER_API_KEY=${masterKey}
USER_API_KEY=${userKey}

A chat:
curl -s ${url}/v1/chat/completions ${user} ${json} -d ${quote(JSON.stringify(CHAT))}

The statistics of this user and its three credentials:
curl -s ${url}/debug/stats ${user}

Google is an emulator at ${emulatorUrl}. Let it answer 429 once, chat again, and the ring has turned:
curl -s ${emulatorUrl}/__emulator/scripts ${json} -d ${quote(JSON.stringify(EXHAUSTED))}

Ctrl-C stops everything.
`
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
