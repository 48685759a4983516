import { handleRequest } from './routes/handle.ts'

export { DirectoryObject } from './objects/directory.ts'
export { FilesObject } from './objects/files.ts'
export { GuessesObject } from './objects/guesses.ts'
export { ResponsesObject } from './objects/responses.ts'
export { TotalsObject } from './objects/totals.ts'
export { UserObject } from './objects/user.ts'

export default { fetch: handleRequest } satisfies ExportedHandler<Env>
