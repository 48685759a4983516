import type { LeaseRef } from './lease.ts'

export interface OpenLease extends LeaseRef {
  /** Whether it is on disk, so that it is counted even if the memory is lost. */
  checkpointed: boolean
  /** When its Worker last renewed it, in epoch milliseconds. */
  renewedAt: number
  /** The request's attempt to which it was granted; not known for leases of an earlier life. */
  readonly grantedTo: string | null
}

/** A lease of an earlier life, with what its request has reserved. */
export interface RestoredLease extends OpenLease {
  readonly reservedTokens: number
  readonly reservedCostNano: number
}

/** Leases of earlier lives that had been open for long. */
export function readOpenLeases(sql: SqlStorage, now: number): readonly RestoredLease[] {
  const rows = sql.exec<OpenRow>('SELECT * FROM open_leases').toArray()
  return rows.map((row) => ({ ...fromRow(row), renewedAt: now }))
}

export interface Reserved {
  readonly tokens: number
  readonly costNano: number
}

/** `reserved`: what its request has reserved of the limits. */
export function writeOpenLease(sql: SqlStorage, lease: LeaseRef, reserved: Reserved): void {
  sql.exec(
    `INSERT INTO open_leases
       (lease_id, credential_id, model, counted_as, granted_at, deadline, request_id, reserved_tokens, reserved_cost_nano)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    lease.id,
    lease.credentialId,
    lease.model,
    lease.countedAs,
    lease.grantedAt,
    lease.deadline,
    lease.requestId,
    reserved.tokens,
    reserved.costNano,
  )
}

export function deleteOpenLease(sql: SqlStorage, id: string): void {
  sql.exec('DELETE FROM open_leases WHERE lease_id = ?', id)
}

type OpenRow = {
  lease_id: string
  credential_id: string
  model: string
  counted_as: string
  granted_at: number
  deadline: number
  request_id: string
  reserved_tokens: number
  reserved_cost_nano: number
}

function fromRow(row: OpenRow): Omit<RestoredLease, 'renewedAt'> {
  return {
    id: row.lease_id,
    requestId: row.request_id,
    reservedTokens: row.reserved_tokens,
    reservedCostNano: row.reserved_cost_nano,
    credentialId: row.credential_id,
    model: row.model,
    countedAs: row.counted_as,
    grantedAt: row.granted_at,
    deadline: row.deadline,
    credentialVersion: 0,
    tokenSerial: 0,
    checkpointed: true,
    grantedTo: null,
  }
}
