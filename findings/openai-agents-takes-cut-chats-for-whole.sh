#!/usr/bin/env bash
# @openai/agents 0.20.0 hands out a chat answer that was cut as the final output, and throws a cut answer of Responses away.
#
# A good guess: an answer that ended at the limit of tokens, or in a filter, is treated alike in both of OpenAI's APIs: an error, or an output
# that can be told from a whole one. Seen: with chat completions `finish_reason` of "length" and "content_filter" changes nothing; the run
# ends well and half a sentence is its `finalOutput`. With Responses the same half sentence, `incomplete`, is a ModelBehaviorError, and its
# text is in no result. In a streamed chat nothing that the run keeps has the reason, so nobody can look it up afterwards.
#
# Output seen (Node 20 and 24, 2026-11-30):
#   {"length":"The answer is","filter":"The answer is","streamed":"The answer is","streamedReason":false,"responses":"ModelBehaviorError"}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" npm_config_update_notifier=false OPENAI_AGENTS_DISABLE_TRACING=1
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact @openai/agents@0.20.0 openai@7.57.0 zod@4.6.6 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { createServer } from 'node:http'
import { Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, run, setTracingDisabled } from '@openai/agents'
import OpenAI from 'openai'

setTracingDisabled(true)
const text = 'The answer is'
const head = { id: 'one', created: 1, model: 'a-model' }
const reasons = { length: 'length', filter: 'content_filter', streamed: 'length' }
const chat = (finish_reason) => ({
  ...head,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: text, refusal: null }, finish_reason }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
})
const chunk = (delta, finish_reason = null) => ({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] })
const part = { type: 'output_text', text, annotations: [] }
const response = {
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  model: 'a-model',
  status: 'incomplete',
  incomplete_details: { reason: 'max_output_tokens' },
  output: [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'incomplete', content: [part] }],
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
}
const server = createServer((request, answer) => {
  request.resume()
  const [, kind] = request.url.split('/')
  answer.setHeader('content-type', kind === 'streamed' ? 'text/event-stream' : 'application/json')
  if (kind === 'responses') return answer.end(JSON.stringify(response))
  if (kind !== 'streamed') return answer.end(JSON.stringify(chat(reasons[kind])))
  for (const each of [chunk({ role: 'assistant', content: text }), chunk({}, 'length')]) answer.write(`data: ${JSON.stringify(each)}\n\n`)
  answer.end('data: [DONE]\n\n')
})
await new Promise((done) => server.listen(0, '127.0.0.1', done))

async function ended(kind, Model) {
  const client = new OpenAI({ apiKey: 'made-up', baseURL: `http://127.0.0.1:${server.address().port}/${kind}`, maxRetries: 0 })
  const agent = new Agent({ name: 'a', instructions: 'Answer.', model: new Model(client, 'a-model') })
  try {
    if (kind !== 'streamed') return (await run(agent, 'Hello')).finalOutput
    const result = await run(agent, 'Hello', { stream: true })
    for await (const _ of result);
    await result.completed
    return { output: result.finalOutput, hasReason: JSON.stringify([result.rawResponses, result.newItems, result.history]).includes('length') }
  } catch (error) {
    return error.constructor.name
  }
}

const streamed = await ended('streamed', OpenAIChatCompletionsModel)
console.log(
  JSON.stringify({
    length: await ended('length', OpenAIChatCompletionsModel),
    filter: await ended('filter', OpenAIChatCompletionsModel),
    streamed: streamed.output,
    streamedReason: streamed.hasReason,
    responses: await ended('responses', OpenAIResponsesModel),
  }),
)
process.exit()
JS
expected='{"length":"The answer is","filter":"The answer is","streamed":"The answer is","streamedReason":false,"responses":"ModelBehaviorError"}'
got=$(timeout 60 node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
