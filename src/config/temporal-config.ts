/** Where Temporal is, as its own variables (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, …) and its own file say. */
import type { ConnectionOptions } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { SluiceError } from '../domain/errors';
import type { Environment } from './settings';

export interface TemporalConfig {
  /** Whether an address was given: else the embedded server is used. */
  isConfigured: boolean;
  address: string;
  namespace: string;
  /** For Connection.connect, and for NativeConnection.connect of the worker. May hold keys: not for printing. */
  connection: TemporalConnectionOptions;
}

/** What both of Temporal's connections take. */
export type TemporalConnectionOptions = Pick<ConnectionOptions, 'address' | 'tls'> & { apiKey?: string; metadata?: Record<string, string> };

const DEFAULT_ADDRESS = '127.0.0.1:7233';
const DEFAULT_NAMESPACE = 'default';

export function readTemporalConfig(environment: Environment): TemporalConfig {
  const given = Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => Boolean(entry[1])));
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: given });
    const { address, tls, apiKey, metadata } = connectionOptions;
    return {
      isConfigured: address !== undefined,
      address: address ?? DEFAULT_ADDRESS,
      namespace: namespace ?? DEFAULT_NAMESPACE,
      connection: {
        address: address ?? DEFAULT_ADDRESS,
        ...(tls !== undefined && { tls }),
        ...(typeof apiKey === 'string' && { apiKey }),
        ...(metadata && { metadata: metadata as Record<string, string> }),
      },
    };
  } catch (error) {
    throw new SluiceError('INVALID_INPUT', `Temporal's settings can't be read: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'Check the TEMPORAL_… variables and the configuration file that TEMPORAL_CONFIG_FILE names.',
      cause: error,
    });
  }
}
