import type { Activities } from './activities';
import { createChunkBatch } from './chunk-batch';
import { createCloseJob } from './close-job';
import type { ActivityDependencies } from './dependencies';
import { createDiscoverDocuments } from './discover-documents';
import { createEmbedBatch } from './embed-batch';
import { createFinishJob } from './finish-job';
import { createIndexBatch } from './index-batch';
import { createLoadBatch } from './load-batch';
import { createMirrorJob } from './mirror-job';
import { createOpenJob } from './open-job';

/** All activities over the same dependencies. Which of them a worker serves is decided by its task queues. */
export function createActivities(dependencies: ActivityDependencies): Activities {
  return {
    openJob: createOpenJob(dependencies),
    discoverDocuments: createDiscoverDocuments(dependencies),
    loadBatch: createLoadBatch(dependencies),
    chunkBatch: createChunkBatch(dependencies),
    embedBatch: createEmbedBatch(dependencies),
    indexBatch: createIndexBatch(dependencies),
    finishJob: createFinishJob(dependencies),
    mirrorJob: createMirrorJob(dependencies),
    closeJob: createCloseJob(dependencies),
  };
}
