/** Where the next page of a folder begins, as text. */
export interface FolderCursor {
  /** The last path that was walked. */
  position: string;
  /** Which folder the source's path was when the walk began; see {@link FolderIdentity}. */
  root: FolderIdentity;
  /** Absent: everything at the position is done. */
  record?: RecordPosition;
}

/** Device and inode. The path of a disk that has been unmounted leads to another folder, often an empty one. */
export type FolderIdentity = string;

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
