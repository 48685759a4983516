import { answers } from './answers.ts'
import { ok, type Operations } from './operation.ts'

export const service: Operations = {
  'GET /': {
    who: 'everyone',
    summary: 'What this is',
    answers: { ...ok('A greeting', answers.root), 302: { description: 'A browser: to /page/' } },
  },
  'GET /api/hello': {
    who: 'everyone',
    summary: 'Claude Code asks this when it starts',
    answers: ok('A greeting', answers.root),
  },
  'GET /health': { who: 'everyone', summary: 'It runs', answers: ok('It runs', answers.health) },
  'GET /health/ready': {
    who: 'everyone',
    summary: 'It can do its work',
    answers: {
      ...ok('Secrets are well-formed, and the vault opens what is stored', answers.health),
      503: { description: 'What is wrong', schema: answers.notReady },
    },
  },
  'GET /openapi.json': {
    who: 'everyone',
    summary: 'This document',
    answers: ok('An OpenAPI 3.1 document'),
  },
  'GET /page': {
    who: 'everyone',
    summary: 'The page for admins and users',
    answers: {
      200: { description: 'The page', mediaTypes: ['text/html'] },
      307: { description: 'To /page/' },
    },
  },
  'GET /page/{file}': {
    who: 'everyone',
    summary: 'A file of the page',
    answers: {
      200: {
        description: 'The file',
        mediaTypes: ['text/javascript', 'text/css', 'image/svg+xml'],
      },
    },
    refusals: [404],
  },
  'GET /v1/key': {
    who: 'user',
    summary: 'The own limits, use and ring',
    answers: ok('What the holder of a key may know of it', answers.key),
  },
}
