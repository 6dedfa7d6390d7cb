import { useEffect, useState } from 'preact/hooks';
import { connection, type ConnectionState } from './connection';

export function useConnection(): ConnectionState {
  const [state, setState] = useState(connection.state);
  useEffect(() => {
    setState(connection.state);
    return connection.onChange(() => setState(connection.state));
  }, []);
  return state;
}
