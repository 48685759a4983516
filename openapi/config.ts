import * as v from 'valibot'
import { additionQuery } from '../src/routes/admin/query-schema.ts'
import { updateBody } from '../src/routes/admin/credential-schema.ts'
import { forkBody } from '../src/routes/admin/fork-schema.ts'
import { importBody, resealBody, restoreBody } from '../src/routes/admin/recovery-schema.ts'
import { userName } from '../src/routes/admin/act-schemas.ts'
import { answers } from './answers.ts'
import { ok, type Operations } from './operation.ts'

export const config: Operations = {
  'POST /v1/config/update': {
    who: 'admin',
    summary: 'Add a credential by the user’s key, or update it in place; creates the user',
    query: additionQuery(),
    body: v.object({ ...userName().entries, ...updateBody().entries }),
    answers: ok('It is in the ring; or was checked', answers.added),
  },
  'POST /v1/config/rotate': {
    who: 'admin',
    summary: 'Move the cursor of a ring one on',
    body: userName(),
    answers: ok('Where it stood and where it stands', answers.rotated),
  },
  'POST /v1/config/restore': {
    who: 'admin',
    summary: 'Make users anew from KV, in pages',
    body: restoreBody(),
    answers: ok('What became of each', answers.restored),
  },
  'POST /v1/config/import': {
    who: 'admin',
    summary: 'Make a user from a bundle',
    body: importBody(),
    answers: ok('The user is there', answers.imported),
  },
  'POST /v1/config/import/fork': {
    who: 'admin',
    summary: 'Make or complete users from the KV of the fork that Pollux replaces',
    description:
      'Takes what `wrangler kv bulk get` gives: keys `config:<apiKey>` and their values. No answer holds a key or another secret.',
    query: additionQuery(),
    body: forkBody(),
    answers: ok('A result for each', answers.moved),
  },
  'POST /v1/config/reseal': {
    who: 'admin',
    summary: 'Seal all secrets with the first key of VAULT_KEY, in pages',
    body: resealBody(),
    answers: ok('How many were sealed anew', answers.resealed),
  },
}
