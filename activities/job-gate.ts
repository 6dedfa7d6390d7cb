/**
 * The gate as one job's batch sees it: what holds its requests up is noted for the job's status, an outage is counted against the job's
 * patience, and a budget that is used up lets nothing pass.
 */
import type { EmbeddingRepository } from '../src/db/embedding-repository';
import type { JobContext } from '../src/db/job-context';
import type { PhaseWaitRepository } from '../src/db/phase-wait-repository';
import { isBudgetSpent, isLimited, type Budget } from '../src/domain/budget';
import { SluiceError } from '../src/domain/errors';
import { JOB_DEFAULTS } from '../src/domain/job-defaults';
import type { Passage, RequestGate } from '../src/embedding/request-gate';
import { GateClosed, type SharedGate } from '../src/embedding/shared-gate';

/** Only a wait for the provider: the limits and its refusals, or its outage. */
type Wait = GateClosed['reason'];

/** Whoever waits for long comes back later by up to this part of the time, each by another one. */
const JITTER = 0.25;

/** Work that goes on is not said to wait. */
const SILENCE_MS = 2_000;

export class BudgetUsedUp extends Error {
  override readonly name = 'BudgetUsedUp';
}

export interface JobGateDependencies {
  shared: SharedGate;
  waits: PhaseWaitRepository;
  embeddings: EmbeddingRepository;
}

export class JobGate implements RequestGate {
  /** What the job's status says since this attempt; undefined: it may still say what an earlier one noted. null: nothing. */
  #noted: Wait | null | undefined;
  #answeredAtMs = performance.now();
  #underWay = 0;

  constructor(private readonly dependencies: JobGateDependencies, private readonly job: JobContext, private readonly budget: Budget) {}

  async pass(tokens: number, signal: AbortSignal): Promise<Passage | undefined> {
    const passage = await this.dependencies.shared.pass(tokens, signal).catch(async (error: unknown) => {
      throw error instanceof GateClosed ? await this.#noteClosed(error) : error;
    });
    if (passage === undefined) return undefined;
    // Last of all, by what all workers have stored: only requests under way can go beyond the budget.
    if (isLimited(this.budget) && isBudgetSpent(this.budget, await this.dependencies.embeddings.getSpent(this.job.jobId))) {
      throw new BudgetUsedUp();
    }
    this.#underWay++;
    return {
      answered: async (charged) => {
        this.#underWay--;
        this.#answeredAtMs = performance.now();
        await passage.answered(charged);
        if (this.#noted === null) return;
        await this.dependencies.waits.providerAnswered(this.job.jobId);
        this.#noted = null;
      },
      failed: async (error) => {
        this.#underWay--;
        await passage.failed(error);
        await this.#note(error.kind === 'rate-limited' ? 'RATE_LIMITED' : 'PROVIDER_DOWN', error.message);
      },
      unused: () => {
        this.#underWay--;
        passage.unused();
      },
    };
  }

  /** To be called now and then: says in the job's status that it waits for its turn, when it does. */
  async noteWaiting(): Promise<void> {
    const isSilent = this.#underWay === 0 && performance.now() - this.#answeredAtMs > SILENCE_MS;
    if (!isSilent || this.#noted === 'RATE_LIMITED' || this.dependencies.shared.waitsFor !== 'RATE_LIMITED') return;
    this.#noted = 'RATE_LIMITED';
    await this.dependencies.waits.waitsForTurn(this.job.jobId);
  }

  async #noteClosed({ reason, message, retryMs }: GateClosed): Promise<GateClosed> {
    const leftMs = await this.#note(reason, message);
    return new GateClosed(reason, message, Math.min(retryMs * (1 + JITTER * Math.random()), leftMs));
  }

  /**
   * Rejects with PROVIDER_DOWN when the outage has outlasted the job's patience.
   * @returns ms of patience left
   */
  async #note(wait: Wait, message: string): Promise<number> {
    this.#noted = wait;
    const outageSeconds = await this.dependencies.waits.providerFails(this.job, wait);
    if (wait === 'RATE_LIMITED') return Infinity;
    const leftSeconds = (this.job.options.providerPatienceSeconds ?? JOB_DEFAULTS.providerPatienceSeconds) - outageSeconds;
    if (leftSeconds > 0) return leftSeconds * 1_000;
    throw new SluiceError('PROVIDER_DOWN', `The embedding provider has not answered for ${Math.round(outageSeconds)} s: ${message}`);
  }
}
