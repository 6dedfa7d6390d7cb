/** `sluice resume JOB`: one phase, or every paused one, with a higher budget if need be. */
import type { Command } from 'commander';
import type { JobPhase } from '../../domain/job-phase';
import { jobOptionSchemas } from '../../input/job-options-schema';
import { addCommonOptions, numberBy, phaseArgument, type Runner } from '../command';
import { reportControl } from '../control-report';
import { withService } from '../with-service';

interface ResumeOptions {
  phase?: JobPhase;
  maxTokens?: number;
  maxCost?: number;
}

export function registerResume(program: Command, run: Runner): void {
  const command = program
    .command('resume')
    .description('Resume a paused phase of a job, or all of them.')
    .argument('<job>')
    .option('--phase <phase>', 'LOADING, CHUNKING, EMBEDDING or INDEXING', phaseArgument)
    .option('--max-tokens <n>', "raise the job's budget to this many tokens", numberBy(jobOptionSchemas.maxTokens))
    .option('--max-cost <amount>', "raise the job's budget to this cost", numberBy(jobOptionSchemas.maxCost))
    .action(
      run<ResumeOptions>((context, [jobId = ''], { phase, maxTokens, maxCost }) =>
        withService(context, async (service) => {
          const hasBudget = maxTokens !== undefined || maxCost !== undefined;
          return reportControl(context.io, await service.resume(jobId, phase, hasBudget ? { maxTokens, maxCost } : undefined));
        }),
      ),
    );
  addCommonOptions(command);
}
