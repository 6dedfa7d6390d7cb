import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import { ApplicationFailure, log, setDefaultSignalHandler, setDefaultUpdateHandler, setHandler } from '@temporalio/workflow';
import type { PhaseStatusView } from '../src/domain/job-view';
import { isPatched } from './patches';

interface SignalRequest {
  signal: SignalDefinition<[argument?: unknown]>;
  description: string;
  take(argument: unknown): void;
}

interface UpdateRequest {
  update: UpdateDefinition<PhaseStatusView[], [argument: unknown]>;
  description: string;
  /** Throws what the update is rejected with. */
  validate(argument: unknown): void;
  take(argument: unknown): PhaseStatusView[];
}

export type JobRequest = SignalRequest | UpdateRequest;

/**
 * Takes what clients ask of a job from now on, and what they have asked before the run's first task: while no worker was there, or the run
 * before ended. That the SDK hands out as soon as there is a handler for it, so handler by handler a pause would overtake the resume before it.
 * To the default handlers, which are there first, it comes in the order in which it was sent, signals before updates.
 */
export function takeRequests(requests: readonly JobRequest[]): void {
  if (isPatched('requests-in-order')) takeEarlyOnes(requests);
  for (const request of requests) {
    const { description } = request;
    if ('signal' in request) setHandler(request.signal, request.take, { description });
    else setHandler(request.update, request.take, { validator: request.validate, description });
  }
}

function takeEarlyOnes(requests: readonly JobRequest[]): void {
  setDefaultSignalHandler((name, argument) => {
    const request = requests.find((one): one is SignalRequest => 'signal' in one && one.signal.name === name);
    if (request === undefined) log.warn(`Signal ${name} changes nothing: there is no such signal.`);
    else request.take(argument);
  });
  setDefaultUpdateHandler((name, argument) => {
    const request = requests.find((one): one is UpdateRequest => 'update' in one && one.update.name === name);
    if (request === undefined) throw ApplicationFailure.nonRetryable(`There is no update ${name}.`, 'INVALID_INPUT');
    request.validate(argument);
    return request.take(argument);
  });
  // What comes later has handlers of its own. To these the SDK also gives names that it keeps for itself, and fails the workflow's task by that.
  setDefaultSignalHandler(undefined);
  setDefaultUpdateHandler(undefined);
}
