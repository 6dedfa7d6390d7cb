/** A Temporal namespace of its own for each test file, so that no worker takes another file's tasks. */
import { randomBytes } from 'node:crypto';

import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';

import { expectEventually } from './expect-eventually';
import { getTestServers } from './test-servers';

const DAY_MS = 24 * 3600 * 1000;
const { INDEXED_VALUE_TYPE_KEYWORD, INDEXED_VALUE_TYPE_KEYWORD_LIST } = temporal.api.enums.v1.IndexedValueType;

const SEARCH_ATTRIBUTES = {
  SluiceCollection: INDEXED_VALUE_TYPE_KEYWORD,
  SluiceJobStatus: INDEXED_VALUE_TYPE_KEYWORD,
  SluicePausedPhases: INDEXED_VALUE_TYPE_KEYWORD_LIST,
};

/** Returns its name once workflows can be started in it, with Sluice's search attributes registered. */
export async function createTestNamespace(): Promise<string> {
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const connection = await Connection.connect({ address: getTestServers().temporalAddress });
  try {
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(DAY_MS) });
    // The server's parts learn of a new namespace one after the other.
    const { operatorService, workflowService } = connection;
    await expectEventually(() => operatorService.addSearchAttributes({ namespace, searchAttributes: SEARCH_ATTRIBUTES }));
    await expectEventually(() => workflowService.listWorkflowExecutions({ namespace, query: 'SluiceJobStatus = "RUNNING"' }));
  } finally {
    await connection.close();
  }
  return namespace;
}
