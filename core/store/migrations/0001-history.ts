// Migration 1: datasets, models, jobs, runs, metrics, verdicts, artifacts, checkpoints, settings.
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`create table artifacts (
    hash text primary key check (length(hash) = 64),
    media_type text not null,
    size integer not null,
    created_at text not null
  ) strict, without rowid`,
  sql`create table datasets (
    id text primary key,
    name text not null,
    kind text not null,
    source text not null,
    hash text not null,
    train_count integer not null,
    test_count integer not null,
    shape_json text not null check (json_valid(shape_json)),
    classes_json text not null check (json_valid(classes_json)),
    created_at text not null,
    unique (hash, source)
  ) strict`,
  sql`create index datasets_by_time on datasets (created_at desc, id)`,
  sql`create table jobs (
    id text primary key,
    name text not null,
    title text not null,
    state text not null check (state in ('queued', 'running', 'interrupted', 'cancelled', 'done', 'failed')),
    recipe_json text not null check (json_valid(recipe_json)),
    created_at text not null,
    started_at text,
    finished_at text,
    pid integer,
    heartbeat_at text,
    progress_json text check (json_valid(progress_json)),
    error_json text check (json_valid(error_json)),
    environment_json text not null check (json_valid(environment_json))
  ) strict`,
  sql`create index jobs_by_time on jobs (created_at desc, id)`,
  sql`create index jobs_by_state on jobs (state, created_at, id)`,
  sql`create table runs (
    id text primary key,
    job_id text not null references jobs (id) on delete cascade,
    position integer not null,
    variant text not null,
    title text not null,
    state text not null check (state in ('waiting', 'running', 'interrupted', 'done', 'failed')),
    stage text not null,
    dataset_id text references datasets (id),
    model_id text references models (id) on delete set null,
    seed integer not null,
    epsilon real,
    timeout_seconds real,
    summary_json text check (json_valid(summary_json)),
    error_json text check (json_valid(error_json)),
    created_at text not null,
    started_at text,
    finished_at text,
    unique (job_id, position)
  ) strict`,
  sql`create index runs_by_time on runs (created_at desc, id)`,
  sql`create index runs_by_state on runs (state) where state = 'running'`,
  sql`create index runs_by_model on runs (model_id) where model_id is not null`,
  sql`create index runs_by_dataset on runs (dataset_id) where dataset_id is not null`,
  sql`create table models (
    id text primary key,
    name text not null,
    hash text not null,
    artifact text not null references artifacts (hash),
    architecture text not null,
    parent_id text references models (id) on delete set null,
    operation text not null,
    run_id text references runs (id) on delete set null,
    dataset_id text references datasets (id),
    input_shape_json text not null check (json_valid(input_shape_json)),
    hidden_neurons integer not null,
    weights integer not null,
    nonzero_weights integer not null,
    parameters integer not null,
    created_at text not null
  ) strict`,
  sql`create index models_by_time on models (created_at desc, id)`,
  sql`create index models_by_artifact on models (artifact)`,
  sql`create index models_by_parent on models (parent_id, created_at, id) where parent_id is not null`,
  sql`create index models_by_run on models (run_id, created_at) where run_id is not null`,
  sql`create index models_by_dataset on models (dataset_id) where dataset_id is not null`,
  sql`create table metrics (
    run_id text not null references runs (id) on delete cascade,
    series text not null,
    step real not null,
    value real,
    primary key (run_id, series, step)
  ) strict, without rowid`,
  sql`create table verdicts (
    run_id text not null references runs (id) on delete cascade,
    verifier text not null,
    image_index integer not null,
    target integer not null,
    label integer not null,
    predicted integer not null,
    epsilon real not null,
    verdict text not null check (verdict in ('verified', 'falsified', 'unknown', 'timeout', 'error')),
    evidence text,
    method text not null,
    seconds real not null,
    lower_bound real,
    domains integer not null,
    unstable integer,
    image_group text,
    counterexample text references artifacts (hash),
    detail_json text not null check (json_valid(detail_json)),
    error_json text check (json_valid(error_json)),
    created_at text not null,
    primary key (run_id, verifier, image_index, target)
  ) strict, without rowid`,
  sql`create index verdicts_by_counterexample on verdicts (counterexample) where counterexample is not null`,
  sql`create table checkpoints (
    run_id text not null references runs (id) on delete cascade,
    stage text not null,
    step integer not null,
    artifact text not null references artifacts (hash),
    created_at text not null,
    primary key (run_id, stage)
  ) strict, without rowid`,
  sql`create index checkpoints_by_artifact on checkpoints (artifact)`,
  sql`create table settings (
    key text primary key,
    value_json text not null check (json_valid(value_json))
  ) strict, without rowid`,
]

/** Makes the tables. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(database)
}
