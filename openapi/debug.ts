import * as v from 'valibot'
import { explainBody, ringBody } from '../src/routes/admin/act-schemas.ts'
import { usersQuery } from '../src/routes/admin/query-schema.ts'
import { answers } from './answers.ts'
import { ok, type Operation, type Operations } from './operation.ts'
import { UNCHANGED } from './usage.ts'
import { userQuery } from './users.ts'

const testRing: Operation = {
  who: 'admin',
  summary: 'Check each credential of a ring with Google, without generating',
  body: ringBody(),
  answers: ok('A verdict for each', answers.ringTested),
}

const testTokens: Operation = {
  ...testRing,
  summary: 'Whether each credential of a ring gets an access token',
}

const explain: Operation = {
  who: 'user_or_admin',
  summary: 'Which credential would serve a model, and why not the others; without any effect',
  body: explainBody(),
  answers: ok('What would become of a request', answers.explanation),
}

const stats: Operation = {
  who: 'user_or_admin',
  summary: 'The own ring; with the master key one user’s, or the list of users',
  query: v.strictObject({ ...userQuery.entries, ...usersQuery().entries }),
  answers: { ...ok('The statistics of a user, or a page of users', answers.stats), ...UNCHANGED },
}

export const debug: Operations = {
  'GET /v1/session': {
    who: 'user_or_admin',
    summary: 'Who the key that asks is, the gateway’s clock and its version',
    answers: ok('The session', answers.session),
  },
  'GET /metrics': {
    who: 'admin',
    summary: 'Prometheus’s text over all users; takes METRICS_TOKEN too',
    answers: {
      200: {
        description: 'Text, version 0.0.4',
        mediaTypes: ['text/plain; version=0.0.4; charset=utf-8'],
      },
    },
  },
  'POST /v1/test': testRing,
  'POST /v1/debug/test': testRing,
  'POST /v1/token-test': testTokens,
  'POST /v1/debug/token-test': testTokens,
  'GET /v1/debug/cache': {
    who: 'user_or_admin',
    summary: 'Which access tokens are held, and until when; never a token',
    query: userQuery,
    answers: ok('One entry a credential', answers.tokens),
    refusals: [404],
  },
  'POST /debug/explain': explain,
  'POST /v1/debug/explain': explain,
  'GET /debug/stats': stats,
  'GET /v1/debug/stats': stats,
}
