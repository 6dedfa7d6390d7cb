/**
 * OpenTelemetry traces: one a job, from its start to its end, with a span for each activity. The ids of the trace and of its root follow from the
 * job's id. So nothing has to travel through Temporal: a job that was started by anybody, from any language, is traced, over continue-as-new
 * too, and the workflow's code and history are what they are without.
 */
import { createHash } from 'node:crypto';
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, TraceFlags, trace, type Attributes, type Context } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor, RandomIdGenerator, type SpanExporter } from '@opentelemetry/sdk-trace-base';

/** An exporter whose collector is away must not hold up the end of a process. */
const CLOSE_PATIENCE_MS = 2_000;

export interface TracedJob {
  jobId: string;
  /** ISO 8601 */
  createdAt: string;
  /** ISO 8601 */
  finishedAt: string;
  attributes: Attributes;
  /** undefined: it COMPLETED. */
  errorCode: string | undefined;
}

export interface JobTracing {
  /** Runs a piece of a job's work in a span of the job's trace. */
  span<T>(jobId: string, name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>;
  /** Ends the trace: the span of the job itself. */
  ended(job: TracedJob): void;
  /** Sends what was not sent yet. */
  close(): Promise<void>;
}

/** @param exporter default: by OTLP over HTTP, as OTEL_EXPORTER_OTLP_… says */
export function createJobTracing(serviceName: string, exporter: SpanExporter = new OTLPTraceExporter()): JobTracing {
  const ids = new GivenIds();
  const provider = new BasicTracerProvider({
    idGenerator: ids,
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': serviceName })),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('sluice');
  return {
    async span(jobId, name, attributes, work) {
      const span = tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes: { ...attributes, 'sluice.job_id': jobId } }, contextOf(jobId));
      try {
        return await work();
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
        const type = (error as { type?: unknown } | null)?.type;
        if (typeof type === 'string') span.setAttribute('error.type', type);
        throw error;
      } finally {
        span.end();
      }
    },
    ended({ jobId, createdAt, finishedAt, attributes, errorCode }) {
      const { traceId, spanId } = idsOf(jobId);
      const span = ids.give(traceId, spanId, () =>
        tracer.startSpan('ingestion job', { root: true, kind: SpanKind.INTERNAL, startTime: new Date(createdAt), attributes: { ...attributes, 'sluice.job_id': jobId } }, ROOT_CONTEXT),
      );
      if (errorCode !== undefined) span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', errorCode);
      span.end(new Date(finishedAt));
    },
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_PATIENCE_MS)));
      await Promise.race([provider.shutdown().catch(() => undefined), late]).finally(() => clearTimeout(timer));
    },
  };
}

/** Of a job's trace and of its root span. */
export function idsOf(jobId: string): { traceId: string; spanId: string } {
  const digits = createHash('sha256').update(`sluice job ${jobId}`).digest('hex');
  return { traceId: digits.slice(0, 32), spanId: digits.slice(32, 48) };
}

function contextOf(jobId: string): Context {
  return trace.setSpanContext(ROOT_CONTEXT, { ...idsOf(jobId), traceFlags: TraceFlags.SAMPLED, isRemote: true });
}

/** Random ids, but those of a span for which they are given. */
class GivenIds extends RandomIdGenerator {
  private given: { traceId: string; spanId: string } | undefined;
  private readonly random = { traceId: this.generateTraceId, spanId: this.generateSpanId };

  constructor() {
    super();
    this.generateTraceId = () => this.given?.traceId ?? this.random.traceId();
    this.generateSpanId = () => this.given?.spanId ?? this.random.spanId();
  }

  /** @param start starts one span, and nothing else */
  give<T>(traceId: string, spanId: string, start: () => T): T {
    this.given = { traceId, spanId };
    try {
      return start();
    } finally {
      this.given = undefined;
    }
  }
}
