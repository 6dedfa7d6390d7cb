/** The answer, or, when it has not come in time, what `late` gives. */
export function orLate<T>(deadlineMs: number, answer: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(late()), deadlineMs);
  });
  return Promise.race([answer, deadline]).finally(() => clearTimeout(timer));
}
