/** Where the next page of a folder begins, as text. */
export interface FolderCursor {
  /** The last path that was walked. */
  position: string;
  /** Absent: everything at the position is done. */
  record?: RecordPosition;
}

/** Where the next records of a container begin. */
export interface RecordPosition {
  /** Opaque: what the parser pool named as the next. */
  from: number;
  /** The container's change token when it was begun: an offset into another content means nothing. */
  changeToken: string;
}

export function encodeCursor(cursor: FolderCursor): string {
  return JSON.stringify(cursor);
}

export function decodeCursor(text: string): FolderCursor {
  return JSON.parse(text) as FolderCursor;
}
