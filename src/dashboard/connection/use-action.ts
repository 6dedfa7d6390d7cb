/** Something that a user has the API do: once at a time, with what went wrong. */
import { useState } from 'preact/hooks';
import type { ControlAnswer, SluiceClient } from '../../client';
import { connection } from './connection';

export interface Action {
  isBusy: boolean;
  error: unknown;
  /** What was asked for last is stored: no worker answered in time. */
  isPending: boolean;
  /** Does nothing while it is at work. */
  run(work: (client: SluiceClient) => Promise<ControlAnswer | void>): Promise<void>;
}

const AT_REST = { isBusy: false, error: undefined, isPending: false };

export function useAction(): Action {
  const [state, setState] = useState<Omit<Action, 'run'>>(AT_REST);
  return {
    ...state,
    async run(work) {
      if (state.isBusy) return;
      setState({ ...AT_REST, isBusy: true });
      try {
        const answer = await work(connection.client);
        setState({ ...AT_REST, isPending: answer?.confirmed === false });
      } catch (error) {
        setState({ ...AT_REST, error });
      }
    },
  };
}
