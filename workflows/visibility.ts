import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { JobStatusResponse } from '../src/domain/job-view';

/** How a job shows in Temporal's Web UI and is found there. The worker registers the attributes under these names. */
export const SEARCH_ATTRIBUTES = {
  collection: defineSearchAttributeKey('SluiceCollection', SearchAttributeType.KEYWORD),
  jobStatus: defineSearchAttributeKey('SluiceJobStatus', SearchAttributeType.KEYWORD),
  pausedPhases: defineSearchAttributeKey('SluicePausedPhases', SearchAttributeType.KEYWORD_LIST),
};

/** The job as the Web UI shows it: a Markdown table of the four phases. */
export function showDetails(view: JobStatusResponse): void {
  const rows = view.phases.map((phase) => {
    const state = phase.waitReason === null || phase.waitReason === 'PAUSED' ? phase.status : `${phase.status} (${phase.waitReason})`;
    return `| ${phase.phase} | ${state} | ${phase.progress} % | ${phase.itemsProcessed} / ${phase.itemsTotal} | ${phase.itemsFailed} |`;
  });
  const error = view.error === null ? '' : `\n\n**${view.error.code}** in ${view.error.phase}: ${view.error.message}`;
  setCurrentDetails(`**${view.status}** · ${view.progress} %\n\n| phase | status | progress | documents | failed |\n|---|---|---|---|---|\n${rows.join('\n')}${error}`);
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
