import path from 'node:path';
import ts from 'typescript';
import { sql } from 'kysely';
import { connect } from '../../src/db/connect';
import { migrateToLatest } from '../../src/db/migrate';
import { overallStatus } from '../../src/domain/aggregation';
import { DOCUMENT_OUTCOMES } from '../../src/domain/document-outcome';
import { JOB_PHASES } from '../../src/domain/job-phase';
import { JOB_STATUSES } from '../../src/domain/job-status';
import { PHASE_STATUSES } from '../../src/domain/phase-status';
import { phaseProgress } from '../../src/domain/progress';
import { allPhaseCombinations } from '../domain/phase-combinations';
import { runSql, withDatabase } from '../harness/test-database';
import { getTestServers } from '../harness/test-servers';
import { openDatabase, type OpenDatabase } from './database';
import { openJob } from './staged-job';

let database: OpenDatabase;
beforeAll(async () => (database = await openDatabase()));
afterAll(() => database.close());

test('sluice.overall_status is overallStatus on all 625 combinations', async () => {
  const combinations = allPhaseCombinations();
  const { rows } = await sql<{ phases: string[]; status: string }>`
    select combination as phases, sluice.overall_status(array(select jsonb_array_elements_text(combination))::sluice.phase_status[]) as status
    from jsonb_array_elements(${JSON.stringify(combinations)}::jsonb) with ordinality as c(combination, n) order by n`.execute(database.db);
  expect(rows).toEqual(combinations.map((phases) => ({ phases, status: overallStatus(phases) })));
});

test('the column progress is phaseProgress', async () => {
  await openJob(database.db, 'progress');
  const counts: [processed: number, total: number][] = [[0, 0], [0, 3], [1, 3], [2, 3], [3, 3], [199, 200], [1, 1_000], [2_000_000_000, 2_000_000_000], [1_999_999_999, 2_000_000_000], [1_234_567_890, 2_147_483_647]];
  for (const status of PHASE_STATUSES) {
    for (const [processed, total] of counts) {
      const row = await database.db
        .updateTable('ingestion_phase_status')
        .set({ status, items_processed: processed, items_total: total })
        .where('job_id', '=', 'progress')
        .where('phase', '=', 'LOADING')
        .returning('progress')
        .executeTakeFirstOrThrow();
      expect([status, processed, total, row.progress]).toEqual([status, processed, total, phaseProgress(status, processed, total)]);
    }
  }
});

test('the enums of the database are those of the domain', async () => {
  const enums = await database.rows<{ name: string; labels: string[] }>(`
    select t.typname as name, array_agg(e.enumlabel::text order by e.enumsortorder) as labels
    from pg_type t join pg_enum e on e.enumtypid = t.oid join pg_namespace n on n.oid = t.typnamespace where n.nspname = 'sluice' group by t.typname order by 1`);
  expect(enums).toEqual([
    { name: 'document_outcome', labels: [...DOCUMENT_OUTCOMES] },
    { name: 'job_phase', labels: [...JOB_PHASES] },
    { name: 'job_status', labels: JOB_STATUSES.filter((status) => status !== 'NOT_STARTED') },
    { name: 'phase_status', labels: [...PHASE_STATUSES] },
  ]);
});

/** What the driver makes of a column: enough to tell a wrong type in schema.ts. */
type Family = 'number' | 'string' | 'boolean' | 'date' | 'buffer' | 'json' | 'string[]';

interface Column {
  family: Family;
  nullable: boolean;
  /** An insert may leave it out. */
  optional: boolean;
  /** An insert may give it. */
  insertable: boolean;
}

test('src/db/schema.ts describes exactly the tables that the migrations make', async () => {
  const described = readSchemaFile();
  expect(Object.keys(described).length).toBeGreaterThan(10);
  expect(described).toEqual(await readDatabase());
});

async function readDatabase(): Promise<Record<string, Record<string, Column>>> {
  const columns = await database.rows<{ table_name: string; column_name: string; udt_name: string; is_nullable: string; has_default: boolean; is_generated: string; is_enum: boolean }>(`
    select c.table_name, c.column_name, c.udt_name, c.is_nullable, c.is_generated, c.column_default is not null or c.is_identity = 'YES' as has_default, t.typtype = 'e' as is_enum
    from information_schema.columns c
    join information_schema.tables b using (table_schema, table_name)
    join pg_type t on t.typname = c.udt_name join pg_namespace n on n.oid = t.typnamespace and n.nspname = c.udt_schema
    where c.table_schema = 'sluice' and b.table_type = 'BASE TABLE' and c.table_name not like 'kysely%' and c.table_name !~ '^chunks_[0-9]+$'`);
  const families: Record<string, Family> = {
    text: 'string', int4: 'number', int8: 'number', float8: 'number', bool: 'boolean', timestamptz: 'date', jsonb: 'json', bytea: 'buffer', _text: 'string[]', uuid: 'string', vector: 'string', tsvector: 'string',
  };
  const tables: Record<string, Record<string, Column>> = {};
  for (const column of columns) {
    const nullable = column.is_nullable === 'YES';
    const insertable = column.is_generated !== 'ALWAYS';
    const family = column.is_enum ? 'string' : families[column.udt_name];
    if (family === undefined) throw new Error(`No family for ${column.udt_name}`);
    (tables[column.table_name] ??= {})[column.column_name] = { family, nullable, optional: nullable || column.has_default || !insertable, insertable };
  }
  return tables;
}

/** Reads the interfaces through the compiler: what Kysely selects and inserts of each column. */
function readSchemaFile(): Record<string, Record<string, Column>> {
  const root = path.join(__dirname, '..', '..', '..');
  const file = path.join(root, 'src', 'db', 'schema.ts');
  const program = ts.createProgram([file], { strict: true, skipLibCheck: true, target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16, types: ['node'] });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file)!;
  const exports = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
  const at = (symbol: ts.Symbol) => checker.getTypeOfSymbolAtLocation(symbol, source);
  const databaseType = checker.getDeclaredTypeOfSymbol(exports.find((symbol) => symbol.name === 'Database')!);
  const parts = (type: ts.Type) => (type.isUnion() ? type.types : [type]);
  const isNull = (type: ts.Type) => (type.flags & ts.TypeFlags.Null) !== 0;
  const isNothing = (type: ts.Type) => (type.flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)) !== 0;

  const familyOf = (type: ts.Type): Family => {
    const [first] = parts(type).filter((part) => !isNothing(part));
    // A time is told as a Date and may be given as text.
    if (parts(type).some((part) => part.symbol?.name === 'Date')) return 'date';
    if (first!.flags & (ts.TypeFlags.NumberLike)) return 'number';
    if (first!.flags & ts.TypeFlags.StringLike) return 'string';
    if (first!.flags & ts.TypeFlags.BooleanLike) return 'boolean';
    if (first!.symbol?.name === 'Buffer') return 'buffer';
    if (checker.isArrayType(first!)) return 'string[]';
    throw new Error(`No family for ${checker.typeToString(type)}`);
  };

  const columnOf = (symbol: ts.Symbol): Column => {
    const type = at(symbol);
    const nullable = parts(type).some(isNull);
    const column = parts(type).find((part) => !isNull(part) && part.getProperty('__select__') !== undefined);
    if (column === undefined) return { family: familyOf(type), nullable, optional: nullable, insertable: true };
    const select = at(column.getProperty('__select__')!);
    const insert = at(column.getProperty('__insert__')!);
    const insertable = (insert.flags & ts.TypeFlags.Never) === 0 && !(parts(insert).every((part) => part.flags & (ts.TypeFlags.Never | ts.TypeFlags.Undefined)));
    const optional = nullable || !insertable || parts(insert).some((part) => part.flags & ts.TypeFlags.Undefined);
    // JSON is told as an object and given as text.
    const isJson = insertable && familyOf(insert) === 'string' && parts(select).some((part) => (part.flags & (ts.TypeFlags.Object | ts.TypeFlags.NonPrimitive)) !== 0);
    return { family: isJson ? 'json' : familyOf(select), nullable, optional, insertable };
  };

  return Object.fromEntries(databaseType.getProperties().map((table) => [table.name, Object.fromEntries(at(table).getProperties().map((column) => [column.name, columnOf(column)]))]));
}

test('migrations twice apply once; two at once wait for each other', async () => {
  const { databaseUrl } = getTestServers();
  const name = 'test_migrations';
  await runSql(databaseUrl, `create database ${name}`);
  try {
    const url = withDatabase(databaseUrl, name);
    const both = await Promise.all([migrateToLatest(url), migrateToLatest(url)]);
    const applied = both.flatMap((result) => result.applied);
    expect(applied).toEqual([...new Set(applied)]);
    expect(applied).toContain('001-initial');
    expect(await migrateToLatest(url)).toEqual({ applied: [] });
    const db = connect(url);
    expect(await db.selectFrom('ingestion_jobs').selectAll().execute()).toEqual([]);
    await db.destroy();
  } finally {
    await runSql(databaseUrl, `drop database ${name} with (force)`);
  }
});
