#!/usr/bin/env bash
# @openai/agents 0.20.0 tells the model one field of a record that a tool returned, if its fields are called `type` and `text`.
#
# A good guess: an object that a tool returns reaches the model as its JSON, whatever its fields are called; who wants to send content or a
# picture uses a class or helper for it. Seen: `{ type: "text", text, author }`, as a row of comments or of a chat's log may look, arrives
# as the text alone, and a list of such rows as a list of texts. With another name or another value of `type` all fields arrive.
# openai-agents (Python) 0.24.0 does the same with a dict. Wrap it: `{ comment: … }`.
#
# Output seen (Node 24, 2026-11-30):
#   {"record":[{"type":"input_text","text":"Late"}],"list":[{"type":"input_text","text":"Late"},{"type":"input_text","text":"Fine"}],"note":{"type":"text","text":"{\"type\":\"note\",\"text\":\"Late\",\"author\":\"Emma\"}"},"wrapped":{"type":"text","text":"{\"comment\":{\"type\":\"text\",\"text\":\"Late\",\"author\":\"Emma\"}}"}}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export HOME="$folder" npm_config_update_notifier=false OPENAI_AGENTS_DISABLE_TRACING=1
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact @openai/agents@0.20.0 openai@7.57.0 zod@4.6.6 >/dev/null 2>&1
cat >probe.mjs <<'JS'
import { Agent, run, setTracingDisabled, tool, Usage } from '@openai/agents'
import * as z from 'zod'

setTracingDisabled(true)
const call = { type: 'function_call', callId: 'one', name: 'comments', arguments: '{}', status: 'completed' }
const text = { type: 'message', role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Done' }] }

async function told(value) {
  const asked = []
  const model = {
    async getResponse({ input }) {
      asked.push(input)
      return { usage: new Usage(), output: [asked.length === 1 ? call : text] }
    },
  }
  const comments = tool({ name: 'comments', description: 'Lists.', parameters: z.object({}), execute: () => value })
  await run(new Agent({ name: 'agent', model, tools: [comments] }), 'Hello')
  return asked[1].find(({ type }) => type === 'function_call_result').output
}

const record = { type: 'text', text: 'Late', author: 'Emma' }
console.log(JSON.stringify({
  record: await told(record),
  list: await told([record, { ...record, text: 'Fine' }]),
  note: await told({ ...record, type: 'note' }),
  wrapped: await told({ comment: record }),
}))
JS
expected='{"record":[{"type":"input_text","text":"Late"}],"list":[{"type":"input_text","text":"Late"},{"type":"input_text","text":"Fine"}],"note":{"type":"text","text":"{\"type\":\"note\",\"text\":\"Late\",\"author\":\"Emma\"}"},"wrapped":{"type":"text","text":"{\"comment\":{\"type\":\"text\",\"text\":\"Late\",\"author\":\"Emma\"}}"}}'
got=$(node probe.mjs 2>/dev/null)
echo "$got"
[ "$got" = "$expected" ] || { echo "Changed: expected $expected" >&2; exit 1; }
