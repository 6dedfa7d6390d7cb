import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** How jobs are found in Temporal's Web UI. The workflow writes them; a worker registers them (src/temporal/search-attributes.ts). */
export const SEARCH_ATTRIBUTES = {
  collection: defineSearchAttributeKey('SluiceCollection', SearchAttributeType.KEYWORD),
  jobStatus: defineSearchAttributeKey('SluiceJobStatus', SearchAttributeType.KEYWORD),
  pausedPhases: defineSearchAttributeKey('SluicePausedPhases', SearchAttributeType.KEYWORD_LIST),
};
