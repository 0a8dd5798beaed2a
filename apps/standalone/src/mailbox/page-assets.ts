/** The mailbox's style: quiet, readable at 360 px, light and dark. */
export const style = `
:root { color-scheme: light dark; --ink: #1b2330; --soft: #566072; --line: #dfe3ea; --paper: #fff; --ground: #f1f3f7; --accent: #1d4f9c; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eef1f6; --soft: #aeb7c6; --line: #343c4a; --paper: #1c222c; --ground: #12161d; --accent: #9cc2ff; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Noto Sans CJK SC", sans-serif; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
header { display: flex; flex-wrap: wrap; gap: 4px 16px; align-items: baseline; padding: 16px 20px; border-bottom: 1px solid var(--line); background: var(--paper); }
.brand { color: var(--ink); font-weight: 700; text-decoration: none; }
.note { color: var(--soft); font-size: 14px; }
main { max-width: 860px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 22px; line-height: 1.3; margin: 0 0 16px; overflow-wrap: anywhere; }
.head { display: flex; justify-content: space-between; align-items: start; gap: 16px; }
button { font: inherit; padding: 8px 14px; border: 1px solid var(--line); border-radius: 8px; background: var(--paper); color: var(--ink); cursor: pointer; }
.empty { padding: 48px 16px; text-align: center; color: var(--soft); border: 1px dashed var(--line); border-radius: 12px; }
.list { list-style: none; margin: 0; padding: 0; background: var(--paper); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; }
.list li + li { border-top: 1px solid var(--line); }
.list a { display: grid; grid-template-columns: 56px 1fr auto; gap: 2px 12px; padding: 12px 16px; color: inherit; text-decoration: none; }
.list a:hover { background: var(--ground); }
.kind { grid-row: span 2; align-self: center; text-align: center; font-size: 13px; font-weight: 600; padding: 3px 0; border-radius: 6px; border: 1px solid var(--line); }
.to { font-weight: 600; overflow-wrap: anywhere; }
.list time { grid-row: 1; grid-column: 3; }
.subject { grid-column: 2 / 4; color: var(--soft); overflow-wrap: anywhere; }
time { color: var(--soft); font-size: 14px; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (max-width: 520px) {
  .list a { grid-template-columns: 56px 1fr; }
  .kind { grid-row: span 3; }
  .subject { grid-column: 2; }
  .list time { grid-row: 3; grid-column: 2; }
}
dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 16px; margin: 0 0 20px; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 620px; border: 1px solid var(--line); border-radius: 12px; background: #fff; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--paper); border: 1px solid var(--line); border-radius: 12px; padding: 16px; font: 14px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre.sms { max-width: 340px; border-radius: 16px 16px 16px 4px; font: inherit; }
details { margin-top: 16px; }
summary { cursor: pointer; }
`;

/** Shows new messages as they come; without it, a reload does. */
export const script = `
const events = new EventSource('/events');
events.addEventListener('change', async () => {
  if (location.pathname !== '/') return;
  const text = await (await fetch('/')).text();
  const fresh = new DOMParser().parseFromString(text, 'text/html');
  document.querySelector('main').replaceWith(fresh.querySelector('main'));
});
`;
