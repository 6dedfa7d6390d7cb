/** Asks before something that can't be undone. The browser's own dialog keeps the focus and gives it back. */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface ConfirmDialogProps {
  title: string;
  confirm: string;
  refuse: string;
  onConfirm(): void;
  onClose(): void;
  children: ComponentChildren;
}

export function ConfirmDialog({ title, confirm, refuse, onConfirm, onClose, children }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const close = (): void => dialog.current?.close();
  return (
    <dialog ref={dialog} aria-labelledby="dialog-title" onClose={onClose}>
      <h2 id="dialog-title">{title}</h2>
      <p>{children}</p>
      <div class="actions">
        <button type="button" class="button" onClick={close} autoFocus>
          {refuse}
        </button>
        <button
          type="button"
          class="button button-fault"
          onClick={() => {
            onConfirm();
            close();
          }}
        >
          {confirm}
        </button>
      </div>
    </dialog>
  );
}
