import { additionQuery } from '../src/routes/admin/query-schema.ts'
import { additionBody, bulkBody } from '../src/routes/admin/credential-schema.ts'
import { credentialPatch, orderBody } from '../src/routes/admin/act-schemas.ts'
import { answers } from './answers.ts'
import { ok, type Operations } from './operation.ts'

const theCredential = ok('The credential as it is now', answers.credential)

export const credentials: Operations = {
  'GET /v1/config/users/{id}/credentials': {
    who: 'admin',
    summary: 'List the credentials of a ring, in their order; never a secret',
    answers: ok('The ring', answers.credentials),
  },
  'POST /v1/config/users/{id}/credentials': {
    who: 'admin',
    summary: 'Add a credential, or update a known one in place; or only check it',
    query: additionQuery(),
    body: additionBody(),
    answers: {
      200: { description: 'It was updated in place; or checked', schema: answers.added },
      201: { description: 'It was added', schema: answers.added },
    },
  },
  'POST /v1/config/users/{id}/credentials/bulk': {
    who: 'admin',
    summary: 'Add many credentials, with a result for each',
    description:
      'The answer is 200 whatever becomes of the lines: `failed` counts those that were refused.',
    query: additionQuery(),
    body: bulkBody(),
    answers: ok('A result for each line', answers.bulk),
  },
  'PUT /v1/config/users/{id}/credentials/order': {
    who: 'admin',
    summary: 'Put the ring in another order',
    body: orderBody(),
    answers: ok('The ring', answers.credentials),
  },
  'PATCH /v1/config/users/{id}/credentials/{credential}': {
    who: 'admin',
    summary: 'Change a credential without posting its secret again',
    body: credentialPatch(),
    answers: theCredential,
  },
  'DELETE /v1/config/users/{id}/credentials/{credential}': {
    who: 'admin',
    summary: 'Take a credential out; its counters stay',
    answers: ok('It is out', answers.credentialDeleted),
  },
  'POST /v1/config/users/{id}/credentials/{credential}/reset': {
    who: 'admin',
    summary: 'Forget what is held against a credential',
    answers: theCredential,
  },
  'POST /v1/config/users/{id}/credentials/{credential}/verify': {
    who: 'admin',
    summary: 'Check a credential with Google, without generating',
    answers: ok('What it is good for', answers.verified),
  },
}
