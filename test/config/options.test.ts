import { flagOf, OPTION_KEYS, variableOf } from '../../src/config/options';
import { jobOptionSchemas } from '../../src/input/job-options-schema';

test('flag and variable follow from the key', () => {
  expect([flagOf('providerPatienceSeconds'), variableOf('providerPatienceSeconds')]).toEqual([
    '--provider-patience-seconds',
    'SLUICE_PROVIDER_PATIENCE_SECONDS',
  ]);
});

test('every option of a job can be set, but for those that a retry sets', () => {
  const settable = Object.keys(jobOptionSchemas).filter((key) => !['embedding', 'retryOf', 'onlyFailedOf'].includes(key));
  expect(OPTION_KEYS).toEqual(expect.arrayContaining([...settable, 'embeddingProvider', 'embeddingModel', 'embeddingDimensions']));
});
