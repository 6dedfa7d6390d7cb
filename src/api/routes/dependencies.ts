/** What the handlers work with. */
import type { IngestionService } from '../../service/ingestion-service';
import type { JobWatchers } from '../events/job-watchers';
import type { Uploads } from '../uploads/uploads';

export interface RouteDependencies {
  service: IngestionService;
  watchers: JobWatchers;
  uploads: Uploads;
  /** Folders under which a source of this machine must lie. */
  sourceRoots: readonly string[];
}
