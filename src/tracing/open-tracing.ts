/** Traces when an exporter is set, by OpenTelemetry's own variables; otherwise nothing of it is even loaded. */
import type { JobTracing } from './job-tracing';

type Environment = Readonly<Record<string, string | undefined>>;

export async function openTracing(env: Environment): Promise<JobTracing | undefined> {
  const isSet = Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
  const isOff = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none';
  if (!isSet || isOff) return undefined;
  const { createJobTracing } = await import('./job-tracing.js');
  return createJobTracing(env.OTEL_SERVICE_NAME || 'sluice');
}
