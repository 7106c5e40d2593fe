import type { ColumnType } from 'kysely'

/** Set once, never updated. */
type Fixed<T> = ColumnType<T, T, never>

/** The tables of the newest schema version. Times are ISO text, structures are JSON text: the same SQL on SQLite and Postgres. */
export interface Tables {
  schema_version: { version: Fixed<number>, applied_at: Fixed<string> }
  /** Numbers given out once: `fence`, `change_request`. */
  counter: { name: Fixed<string>, value: number }
  change: {
    id: Fixed<string>
    key: string
    status: string
    step: string
    version: number
    fence: number
    created_at: Fixed<string>
    updated_at: string
    plan: string
    facts: string
    waiting: string | null
    ended: string | null
  }
  journal: {
    change_id: Fixed<string>
    seq: Fixed<number>
    step: Fixed<string>
    attempt: Fixed<number>
    kind: Fixed<string>
    at: Fixed<string>
    by: Fixed<string>
    data: Fixed<string>
  }
  approval: {
    change_id: Fixed<string>
    seq: Fixed<number>
    person: Fixed<string>
    vote: Fixed<string>
    head: Fixed<string>
    digest: Fixed<string>
    environment: Fixed<string>
    at: Fixed<string>
    expires: Fixed<string>
    via: Fixed<string>
    comment: Fixed<string | null>
    document: Fixed<string | null>
    armoured: Fixed<string | null>
  }
  /** `holder` null: free. `host`, `pid` and `started` tell whether the holder still lives. */
  lease: {
    name: Fixed<string>
    fence: number
    holder: string | null
    host: string | null
    pid: number | null
    started: string | null
    until: string
  }
  change_request: {
    id: Fixed<number>
    repository: Fixed<string>
    change: string
    branch: Fixed<string>
    base: string
    head: string
    title: string
    body: string
    state: string
    merge_commit: string | null
    closed_by: string | null
    created_at: Fixed<string>
    updated_at: string
  }
}
