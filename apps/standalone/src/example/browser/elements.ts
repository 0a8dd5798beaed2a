/** The element of this id, which the page has. */
export function element<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as Kind;
}

export const input = (id: string): HTMLInputElement => element<HTMLInputElement>(id);

/** Runs what a person asked for; what goes wrong is shown where they look. */
export function act(problemId: string, work: () => Promise<unknown>): void {
  const problem = element(problemId);
  problem.textContent = '';
  work().catch((fault: unknown) => {
    problem.textContent = fault instanceof Error ? fault.message : String(fault);
  });
}

export const onClick = (id: string, work: () => unknown): void =>
  element(id).addEventListener('click', () => void work());

export const onSubmit = (id: string, work: () => unknown): void =>
  element(id).addEventListener('submit', (event) => {
    event.preventDefault();
    void work();
  });
