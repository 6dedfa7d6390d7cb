import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { JobStatusResponse } from '../src/domain/job-view';
import { sourceLabel } from '../src/domain/source-label';
import { SEARCH_ATTRIBUTES } from './search-attributes';

/**
 * The job as the Web UI shows it: what it ingests, and a Markdown table of the four phases. Each run says it again: the summary that a
 * client gives at the start does not outlive continue-as-new.
 */
export function showDetails(view: JobStatusResponse, dashboardUrl: string | undefined): void {
  const rows = view.phases.map((phase) => {
    const state = phase.waitReason === null || phase.waitReason === 'PAUSED' ? phase.status : `${phase.status} (${phase.waitReason})`;
    return `| ${phase.phase} | ${state} | ${phase.progress} % | ${phase.itemsProcessed} / ${phase.itemsTotal} | ${phase.itemsFailed} |`;
  });
  const error = view.error === null ? '' : `\n\n**${view.error.code}** in ${view.error.phase}: ${view.error.message}`;
  const link = dashboardUrl === undefined ? '' : `\n\n[Job ${view.jobId} in the dashboard](${dashboardUrl}/jobs/${encodeURIComponent(view.jobId)})`;
  setCurrentDetails(`${view.collection} ← ${view.source === null ? '' : sourceLabel(view.source)}\n\n**${view.status}** · ${view.progress} %\n\n| phase | status | progress | documents | failed |\n|---|---|---|---|---|\n${rows.join('\n')}${error}${link}`);
}

/** Upserts the search attributes when they have changed. Only for a server that knows them. */
export class SearchAttributeWriter {
  private written = '';

  write(view: JobStatusResponse): void {
    const pausedPhases = view.phases.filter((phase) => phase.status === 'PAUSED').map((phase) => phase.phase as string);
    const state = JSON.stringify([view.status, pausedPhases]);
    if (state === this.written) return;
    this.written = state;
    upsertSearchAttributes([
      { key: SEARCH_ATTRIBUTES.collection, value: view.collection },
      { key: SEARCH_ATTRIBUTES.jobStatus, value: view.status },
      { key: SEARCH_ATTRIBUTES.pausedPhases, value: pausedPhases },
    ]);
  }
}
