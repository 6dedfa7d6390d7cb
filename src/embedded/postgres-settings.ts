/** Settings of the embedded PostgreSQL, given at each start, so that a newer Sluice changes them for older data too. */
import { statfsSync } from 'node:fs';

const SHARED_MEMORY_NEEDED_BYTES = 512 * 1024 * 1024;

export function postgresSettings(port: number): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // Loopback only: a socket's path may be too long, and its folder would have to be shared between users.
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '256MB',
    // Building an HNSW index of 90,000 × 256 dimensions fits in it; beyond, the build slows down several times.
    maintenance_work_mem: '256MB',
    work_mem: '16MB',
    max_wal_size: '2GB',
    wal_compression: 'on',
    checkpoint_timeout: '15min',
    dynamic_shared_memory_type: hasRoomInSharedMemory() ? 'posix' : 'mmap',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    log_min_messages: 'warning',
    // Errors of statements reach their caller; here they would only hide what the server itself has to say.
    log_min_error_statement: 'panic',
    // `fsync`, `full_page_writes` and `synchronous_commit` stay as they are: on. What is acknowledged survives a power cut.
  };
}

/** A container has 64 MB in /dev/shm, where a parallel index build fails for want of `maintenance_work_mem`. */
function hasRoomInSharedMemory(): boolean {
  if (process.platform !== 'linux') return true;
  try {
    const { bsize, bavail } = statfsSync('/dev/shm');
    return bsize * bavail >= SHARED_MEMORY_NEEDED_BYTES;
  } catch {
    return false;
  }
}
