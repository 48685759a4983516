/** The user's own row: the cursor, and the versions that tell whether the snapshot in KV is behind. */
export class Profile {
  readonly createdAt: number
  readonly #sql: SqlStorage
  #cursor: string | null
  #rotations: number
  #configVersion: number
  #snapshotVersion: number

  constructor(sql: SqlStorage) {
    this.#sql = sql
    const row = sql.exec<ProfileRow>('SELECT * FROM user').one()
    this.createdAt = row.created_at
    this.#cursor = row.cursor
    this.#rotations = row.rotations
    this.#configVersion = row.config_version
    this.#snapshotVersion = row.snapshot_version
  }

  get cursor(): string | null {
    return this.#cursor
  }

  /** How often the cursor was turned, by hand or by Google. */
  get rotations(): number {
    return this.#rotations
  }

  get configVersion(): number {
    return this.#configVersion
  }

  moveCursor(to: string): void {
    this.#cursor = to
    this.#sql.exec('UPDATE user SET cursor = ?', to)
  }

  rotate(to: string): void {
    this.#cursor = to
    this.#rotations++
    this.#sql.exec('UPDATE user SET cursor = ?, rotations = ?', to, this.#rotations)
  }

  configChanged(): void {
    this.#configVersion++
    this.#sql.exec('UPDATE user SET config_version = ?', this.#configVersion)
  }

  snapshotDue(): boolean {
    return this.#snapshotVersion < this.#configVersion
  }

  snapshotWritten(version: number): void {
    this.#snapshotVersion = version
    this.#sql.exec('UPDATE user SET snapshot_version = ?', version)
  }
}

type ProfileRow = {
  created_at: number
  cursor: string | null
  rotations: number
  config_version: number
  snapshot_version: number
}
