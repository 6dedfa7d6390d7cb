import { sql } from 'kysely';
import type { GateStore, NotedFailure, Reservation } from '../embedding/gate-store';
import type { ProviderRates } from '../embedding/provider-rates';
import type { Db } from './connect';

/** Requests are granted so far ahead: what is granted and then not used is lost. */
const HORIZON_SECONDS = 10;

/** What was not used of the last second may be made up for: an event loop that was busy must not cost a part of the limit. */
const BURST_SECONDS = 1;

/** Longer than the one word is waited for: then its worker is dead. */
const PROBE_SECONDS = 35;

const MAX_BACKOFF_SECONDS = 60;

/** After a refusal the rate is this part of what was too much … */
const DECREASE = 0.7;
/** … and grows, by a factor of e in so many seconds, until the next. */
const GROWTH_SECONDS = 60;
/** The rate over about so many seconds is taken for what was too much when no limit is known. */
const RECENT_SECONDS = 5;
const MIN_RATE = 1;
/** Of too few requests no rate can be told: the first refusal is taken to be at this many a minute at least, and further ones lower it. */
const MIN_RATE_SEEN = 60;

/** Doubles from 1 s, to a minute; jittered, so that several who wait don't come back together. */
const backoffSeconds = (column: 'failures' | 'refusals') => sql`least(${MAX_BACKOFF_SECONDS}, 2 ^ least(${sql.ref(column)}, 10)) * (0.5 + random() / 2)`;

/**
 * One provider's model as all workers see it: one row, changed by single statements on the database's clock. Made for few statements:
 * {@link reserve} is asked for several requests at once, and what an answer changes is written only when something was amiss.
 */
export class ProviderGateRepository implements GateStore {
  #exists = false;

  constructor(private readonly db: Db, private readonly of: { provider: string; model: string }, private readonly rates: ProviderRates) {}

  /** The two limits are buckets that empty at their rates (GCRA): a request may be sent when there is room in both. */
  async reserve(requests: number, tokens: number): Promise<Reservation> {
    await this.#make();
    const { requestsPerMinute = null, tokensPerMinute = null } = this.rates;
    const { rows } = await sql<ReservationRow>`
      with gate as (
        select *, clock_timestamp() as at from sluice.provider_gates where provider = ${this.of.provider} and model = ${this.of.model} for update
      ), paced as (
        select *,
          coalesce(60 / least(${requestsPerMinute}::double precision, ${learnedRate}), 0) as seconds_per_request,
          coalesce(60 / ${tokensPerMinute}::double precision, 0) as seconds_per_token,
          greatest(at - make_interval(secs => ${BURST_SECONDS}), requests_at, tokens_at, blocked_until) as base,
          greatest(probe_at, probing_until) as down_until
        from gate
      ), decided as (
        select *, failures > 0 as is_down, case when failures > 0 then coalesce(down_until <= at, true) else base <= at + make_interval(secs => ${HORIZON_SECONDS}) end as is_granted from paced
      )
      update sluice.provider_gates g set
        requests_at = case when is_granted and not is_down then base + make_interval(secs => ${requests} * seconds_per_request) else d.requests_at end,
        tokens_at = case when is_granted and not is_down then base + make_interval(secs => ${tokens} * seconds_per_token) else d.tokens_at end,
        recent = case when is_granted and not is_down then ${recent('d', 'at')} + ${requests} else d.recent end,
        recent_at = case when is_granted and not is_down then at else d.recent_at end,
        probing_until = case when is_granted and is_down then at + make_interval(secs => ${PROBE_SECONDS}) else d.probing_until end
      from decided d where g.provider = d.provider and g.model = d.model
      returning is_granted as "isGranted", is_down as "isDown", d.refusals > 0 as "isRefused", coalesce(d.probing_until > at, false) as "isProbing", d.failure,
        seconds_per_request * 1000 as "msPerRequest", seconds_per_token * 1000 as "msPerToken",
        extract(epoch from case when is_down then coalesce(down_until, at) else base end - at)::double precision * 1000 as "waitMs"`.execute(this.db);
    const { isGranted, isDown, isRefused, isProbing, failure, waitMs, msPerRequest, msPerToken } = rows[0]!;
    if (isGranted) return { isGranted, waitMs: isDown ? 0 : waitMs, msPerRequest, msPerToken, isProbe: isDown, isTroubled: isDown || isRefused };
    const reason = isDown ? 'PROVIDER_DOWN' : 'RATE_LIMITED';
    const message = failure ?? 'The limit of requests or tokens per minute is used up.';
    return { isGranted, reason, waitMs: Math.max(0, waitMs), isProbing, message };
  }

  async noteAnswer(): Promise<void> {
    await sql`
      update sluice.provider_gates set failures = 0, refusals = 0, failure = null, probe_at = null, probing_until = null,
        answered_at = case when failures > 0 then clock_timestamp() else answered_at end
      where ${this.#row} and (failures > 0 or refusals > 0)`.execute(this.db);
  }

  async noteLimit({ sentMsAgo, retryAfterMs, message }: NotedFailure): Promise<void> {
    // Refusals in a row say that the wait was too short, not that the rate is still too high: nothing was sent at it yet.
    const isNew = isSentAfter('limited_at', sentMsAgo);
    const used = sql`least(${this.rates.requestsPerMinute ?? null}::double precision, ${learnedRate}, greatest(${MIN_RATE_SEEN}, ${recent('g', 'clock_timestamp()')} * ${60 / RECENT_SECONDS}))`;
    await sql`
      update sluice.provider_gates g set
        learned_rate = case when ${isNew} and refusals = 0 then greatest(${MIN_RATE}, ${DECREASE} * ${used}) else learned_rate end,
        limited_at = case when ${isNew} then clock_timestamp() else limited_at end,
        refusals = refusals + case when ${isNew} then 1 else 0 end,
        blocked_until = greatest(blocked_until, ${waitUntil('refusals', isNew, retryAfterMs)}),
        failure = ${message}, failures = 0, probe_at = null, probing_until = null,
        answered_at = case when failures > 0 then clock_timestamp() else answered_at end
      where ${this.#row}`.execute(this.db);
  }

  async noteFailure({ sentMsAgo, retryAfterMs, message }: NotedFailure): Promise<void> {
    const isNew = sql`(failures = 0 or ${isSentAfter('failed_at', sentMsAgo)})`;
    await sql`
      update sluice.provider_gates set
        failures = failures + case when ${isNew} then 1 else 0 end,
        failed_at = case when ${isNew} then clock_timestamp() else failed_at end,
        probe_at = greatest(probe_at, ${waitUntil('failures', isNew, retryAfterMs)}),
        probing_until = case when ${isNew} then null else probing_until end,
        failure = ${message}
      where ${this.#row}`.execute(this.db);
  }

  get #row() {
    return sql`provider = ${this.of.provider} and model = ${this.of.model}`;
  }

  async #make(): Promise<void> {
    if (this.#exists) return;
    await this.db.insertInto('provider_gates').values(this.of).onConflict((conflict) => conflict.doNothing()).execute();
    this.#exists = true;
  }
}

interface ReservationRow {
  isGranted: boolean;
  isDown: boolean;
  isRefused: boolean;
  isProbing: boolean;
  failure: string | null;
  waitMs: number;
  msPerRequest: number;
  msPerToken: number;
}

/** Requests a minute; null: no refusal has taught any. After a quarter of an hour without a refusal it is as good as none. */
const learnedRate = sql`learned_rate * exp(least(extract(epoch from clock_timestamp() - limited_at)::double precision / ${GROWTH_SECONDS}, 15))`;

/** Requests of about the last seconds, with those before fading away. */
const recent = (table: string, at: 'at' | 'clock_timestamp()') =>
  sql`(${sql.ref(`${table}.recent`)} * exp(-least(extract(epoch from ${sql.raw(at)} - ${sql.ref(`${table}.recent_at`)})::double precision / ${RECENT_SECONDS}, 50)))`;

const isSentAfter = (column: 'limited_at' | 'failed_at', sentMsAgo: number) =>
  sql`coalesce(${sql.ref(column)} < clock_timestamp() - make_interval(secs => ${sentMsAgo / 1_000}), true)`;

/** What the provider asked for; else, for news, a wait that doubles. */
const waitUntil = (column: 'failures' | 'refusals', isNew: ReturnType<typeof sql>, retryAfterMs: number | undefined) =>
  retryAfterMs === undefined
    ? sql`case when ${isNew} then clock_timestamp() + make_interval(secs => ${backoffSeconds(column)}) end`
    : sql`clock_timestamp() + make_interval(secs => ${retryAfterMs / 1_000})`;
