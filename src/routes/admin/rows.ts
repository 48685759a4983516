import { addCredential } from './additions.ts'
import { readAudit } from './audit.ts'
import { admin, scraper, userOrAdmin } from '../access.ts'
import { overview } from './overview.ts'
import { addCredentials } from './bulk.ts'
import { rotateRing, updateConfig } from './ring-acts.ts'
import {
  deleteCredential,
  listCredentials,
  orderCredentials,
  patchCredential,
  resetCredential,
  verifyCredential,
} from './credentials.ts'
import { testRing, testTokens, tokenCache } from '../debug/diagnosis.ts'
import { explainAny, explainOwn } from '../debug/explain.ts'
import { metrics } from '../public/metrics.ts'
import { session } from '../public/session.ts'
import { userRequests } from '../usage/requests.ts'
import { usage, userUsage } from '../usage/usage.ts'
import { importFork } from './fork.ts'
import { getPrices, putPrices } from './prices.ts'
import { deletePlan, getPlan, listPlans, putPlan } from './plans.ts'
import { exportUser, importUser, resealUsers, restoreUsers } from './recovery.ts'
import { allStats, ownStats } from '../debug/stats.ts'
import { replaceKey } from './user-key.ts'
import {
  createUser,
  deleteUser,
  getUser,
  listUsers,
  patchUser,
  pinRing,
  unpinRing,
} from './users.ts'
import type { Row } from '../route.ts'

/** Routes that take the master key. */
export const ADMIN: readonly Row[] = [
  ['POST', '/v1/config/update', admin(updateConfig)],
  ['POST', '/v1/config/rotate', admin(rotateRing)],

  ['POST', '/v1/config/restore', admin(restoreUsers)],
  ['POST', '/v1/config/import', admin(importUser)],
  ['POST', '/v1/config/import/fork', admin(importFork)],
  ['POST', '/v1/config/reseal', admin(resealUsers)],
  ['GET', '/v1/config/prices', admin(getPrices)],
  ['PUT', '/v1/config/prices', admin(putPrices)],
  ['GET', '/v1/config/plans', admin(listPlans)],
  ['GET', '/v1/config/plans/:name', admin(getPlan)],
  ['PUT', '/v1/config/plans/:name', admin(putPlan)],
  ['DELETE', '/v1/config/plans/:name', admin(deletePlan)],
  ['POST', '/v1/config/users', admin(createUser)],
  ['GET', '/v1/config/users', admin(listUsers)],
  ['GET', '/v1/config/users/:id', admin(getUser)],
  ['PATCH', '/v1/config/users/:id', admin(patchUser)],
  ['DELETE', '/v1/config/users/:id', admin(deleteUser)],
  ['GET', '/v1/config/users/:id/usage', admin(userUsage)],
  ['GET', '/v1/config/users/:id/requests', admin(userRequests)],
  ['GET', '/v1/config/users/:id/export', admin(exportUser)],
  ['GET', '/v1/config/users/:id/audit', admin(readAudit)],
  ['POST', '/v1/config/users/:id/key', admin(replaceKey)],
  ['POST', '/v1/config/users/:id/pin', admin(pinRing)],
  ['DELETE', '/v1/config/users/:id/pin', admin(unpinRing)],
  ['GET', '/v1/config/users/:id/credentials', admin(listCredentials)],
  ['POST', '/v1/config/users/:id/credentials', admin(addCredential)],
  ['POST', '/v1/config/users/:id/credentials/bulk', admin(addCredentials)],
  ['PUT', '/v1/config/users/:id/credentials/order', admin(orderCredentials)],
  ['PATCH', '/v1/config/users/:id/credentials/:credential', admin(patchCredential)],
  ['DELETE', '/v1/config/users/:id/credentials/:credential', admin(deleteCredential)],
  ['POST', '/v1/config/users/:id/credentials/:credential/reset', admin(resetCredential)],
  ['POST', '/v1/config/users/:id/credentials/:credential/verify', admin(verifyCredential)],

  ['POST', '/v1/test', admin(testRing)],
  ['POST', '/v1/debug/test', admin(testRing)],
  ['POST', '/v1/token-test', admin(testTokens)],
  ['POST', '/v1/debug/token-test', admin(testTokens)],
  ['GET', '/v1/debug/cache', userOrAdmin(tokenCache)],
  ['POST', '/debug/explain', userOrAdmin({ user: explainOwn, admin: explainAny })],
  ['POST', '/v1/debug/explain', userOrAdmin({ user: explainOwn, admin: explainAny })],
  ['GET', '/v1/session', userOrAdmin(session)],
  ['GET', '/v1/usage', userOrAdmin(usage)],
  ['GET', '/v1/overview', admin(overview)],
  ['GET', '/metrics', scraper(metrics)],
  ['GET', '/debug/stats', userOrAdmin({ user: ownStats, admin: allStats })],
  ['GET', '/v1/debug/stats', userOrAdmin({ user: ownStats, admin: allStats })],
]
