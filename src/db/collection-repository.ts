import { sql, type Transaction } from 'kysely';
import { SluiceError } from '../domain/errors';
import type { Db } from './connect';
import type { Database } from './schema';

export interface ModelRow {
  provider: string;
  model: string;
  dimensions: number;
}

export interface CollectionSettings {
  model: ModelRow;
  /** Weight of the vector arm in search; the lexical arm has 1. */
  vectorWeight: number;
  chunkTokens: number;
  chunkOverlap: number;
}

export interface Collection extends CollectionSettings {
  id: number;
  modelId: number;
  name: string;
}

/** Collections, their models and their partitions of `chunks`. */
export class CollectionRepository {
  constructor(private readonly db: Db) {}

  async find(name: string): Promise<Collection | undefined> {
    return findCollection(this.db, name);
  }

  /** As {@link find}; rejects with COLLECTION_NOT_FOUND. */
  async get(name: string): Promise<Collection> {
    const found = await this.find(name);
    if (found === undefined) throw new SluiceError('COLLECTION_NOT_FOUND', `There is no collection "${name}".`);
    return found;
  }

  /**
   * The collection as the caller wants it, made when it is not there. Two jobs that make one at the same time get the same. A collection's
   * model is fixed; chunk settings other than its own hold once they are kept: {@link keepChunkSettings}.
   * @param wanted undefined fields: the collection's own, or the default of a new one
   */
  async open(name: string, wanted: { model?: ModelRow; chunkTokens?: number; chunkOverlap?: number }, defaults: CollectionSettings): Promise<Collection> {
    return this.db.transaction().execute(async (trx) => {
      await sql`select pg_advisory_xact_lock(hashtext('sluice.collection'), hashtext(${name}))`.execute(trx);
      const found = await findCollection(trx, name);
      checkOverlap({ ...(found ?? defaults), ...withoutUndefined(wanted) });
      if (found === undefined) return makeCollection(trx, name, { ...defaults, ...withoutUndefined(wanted) });
      if (wanted.model !== undefined && !isSameModel(wanted.model, found.model)) {
        throw new SluiceError('COLLECTION_MISMATCH', `Collection "${name}" is embedded with ${describe(found.model)}, this job asks for ${describe(wanted.model)}.`);
      }
      return { ...found, chunkTokens: wanted.chunkTokens ?? found.chunkTokens, chunkOverlap: wanted.chunkOverlap ?? found.chunkOverlap };
    });
  }

  /** From now on a job that does not say otherwise cuts chunks so. */
  async keepChunkSettings({ id, chunkTokens, chunkOverlap }: Collection): Promise<void> {
    await this.db.updateTable('collections').set({ chunk_tokens: chunkTokens, chunk_overlap: chunkOverlap }).where('id', '=', id).execute();
  }

  async openSource(collectionId: number, kind: string, locator: string): Promise<{ id: number }> {
    await this.db.insertInto('sources').values({ collection_id: collectionId, kind, locator }).onConflict((conflict) => conflict.doNothing()).execute();
    return this.db.selectFrom('sources').select('id').where('collection_id', '=', collectionId).where('locator', '=', locator).executeTakeFirstOrThrow();
  }

  /** All, or the one of the name. */
  async list(name?: string): Promise<{ name: string; model: string; dimensions: number; documents: number; chunks: number }[]> {
    let query = this.db
      .selectFrom('collections as c')
      .innerJoin('models as m', 'm.id', 'c.model_id')
      .leftJoin('documents as d', 'd.collection_id', 'c.id')
      .select((expression) => [
        'c.name',
        'm.model',
        'm.dimensions',
        expression.fn.count<number>('d.id').as('documents'),
        sql<number>`coalesce(sum(d.chunk_count), 0)::bigint`.as('chunks'),
      ])
      .groupBy(['c.id', 'm.id'])
      .orderBy('c.name');
    if (name !== undefined) query = query.where('c.name', '=', name);
    return query.execute();
  }
}

/** The table that holds a collection's chunks. */
export function chunkPartition(collectionId: number): string {
  return `chunks_${collectionId}`;
}

async function findCollection(db: Db, name: string): Promise<Collection | undefined> {
  const row = await db
    .selectFrom('collections as c')
    .innerJoin('models as m', 'm.id', 'c.model_id')
    .select(['c.id', 'c.name', 'c.model_id', 'c.vector_weight', 'c.chunk_tokens', 'c.chunk_overlap', 'm.provider', 'm.model', 'm.dimensions'])
    .where('c.name', '=', name)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    id: row.id,
    name: row.name,
    modelId: row.model_id,
    model: { provider: row.provider, model: row.model, dimensions: row.dimensions },
    vectorWeight: row.vector_weight,
    chunkTokens: row.chunk_tokens,
    chunkOverlap: row.chunk_overlap,
  };
}

async function makeCollection(trx: Transaction<Database>, name: string, settings: CollectionSettings): Promise<Collection> {
  await trx.insertInto('models').values({ ...settings.model }).onConflict((conflict) => conflict.doNothing()).execute();
  const { provider, model, dimensions } = settings.model;
  const { id: modelId } = await trx
    .selectFrom('models')
    .select('id')
    .where('provider', '=', provider)
    .where('model', '=', model)
    .where('dimensions', '=', dimensions)
    .executeTakeFirstOrThrow();
  const { id } = await trx
    .insertInto('collections')
    .values({ name, model_id: modelId, vector_weight: settings.vectorWeight, chunk_tokens: settings.chunkTokens, chunk_overlap: settings.chunkOverlap })
    .returning('id')
    .executeTakeFirstOrThrow();
  // Made beside and then attached: attaching lets other jobs read and write meanwhile, making it in place would lock all collections.
  const partition = sql.id('sluice', chunkPartition(id));
  await sql`create table ${partition} (like sluice.chunks including defaults including generated, check (collection_id = ${sql.lit(id)}))`.execute(trx);
  await sql`alter table sluice.chunks attach partition ${partition} for values in (${sql.lit(id)})`.execute(trx);
  return { id, modelId, name, ...settings };
}

/** The input's own check sees only what the job says; what it leaves out is the collection's. */
function checkOverlap({ chunkTokens, chunkOverlap }: Pick<CollectionSettings, 'chunkTokens' | 'chunkOverlap'>): void {
  if (chunkOverlap * 2 < chunkTokens) return;
  throw new SluiceError('INVALID_INPUT', `An overlap of ${chunkOverlap} tokens needs chunks of more than ${chunkOverlap * 2}; here they have ${chunkTokens}.`, {
    hint: 'Set --chunk-overlap too.',
  });
}

function isSameModel(a: ModelRow, b: ModelRow): boolean {
  return a.provider === b.provider && a.model === b.model && a.dimensions === b.dimensions;
}

function describe({ provider, model, dimensions }: ModelRow): string {
  return `${provider} ${model} (${dimensions} dimensions)`;
}

function withoutUndefined<T extends object>(object: T): Partial<{ [K in keyof T]: Exclude<T[K], undefined> }> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
