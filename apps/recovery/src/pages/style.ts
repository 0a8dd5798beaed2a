/** One calm column, one accent; light and dark; comfortable from 320 px on. Contrasts are those of WCAG 2.2 AA or better. */
export const style = `
:root {
  color-scheme: light dark;
  --ink: #18202c; --soft: #4b5768; --line: #d5dbe5; --field: #76839a; --paper: #ffffff; --ground: #eef1f6;
  --accent: #1d4f9c; --accent-strong: #163f7e; --on-accent: #ffffff; --alarm: #a3271f; --alarm-ground: #fdf1f0; --good: #17693f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #eef1f6; --soft: #b3bccb; --line: #333c4b; --field: #8794aa; --paper: #1a202a; --ground: #10141a;
    --accent: #9cc2ff; --accent-strong: #b9d4ff; --on-accent: #0d1b33; --alarm: #ffaaa3; --alarm-ground: #331a1a; --good: #7fd6a8;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; background: var(--paper); color: var(--ink);
  font: 17px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", sans-serif;
}
a { color: var(--accent); text-underline-offset: 3px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.skip { position: absolute; left: -999px; top: 8px; padding: 10px 16px; background: var(--paper); z-index: 1; }
.skip:focus { left: 8px; }
header { display: flex; align-items: center; gap: 12px; padding: 18px 20px; max-width: 1120px; margin: 0 auto; }
.mark { flex: none; }
.mark-ground { fill: var(--accent); }
.mark-line { fill: none; stroke: var(--on-accent); stroke-width: 2.1; stroke-linecap: round; stroke-linejoin: round; }
.service { font-weight: 650; letter-spacing: .1px; overflow-wrap: anywhere; }
.languages { display: flex; flex-wrap: wrap; justify-content: end; margin-left: auto; }
.language { padding: 10px 0 10px 10px; font-size: 15px; white-space: nowrap; }
main { width: 100%; max-width: 500px; margin: 0 auto; padding: 8px 20px 56px; }
.card { padding: 4px 0; }
h1 { margin: 0 0 12px; font-size: 27px; line-height: 1.25; font-weight: 680; letter-spacing: -.2px; overflow-wrap: anywhere; }
h2 { margin: 0 0 4px; font-size: 17px; line-height: 1.4; font-weight: 650; }
p { margin: 0 0 16px; }
.lead { color: var(--soft); margin-bottom: 26px; }
.steps { display: flex; gap: 8px; list-style: none; margin: 6px 0 28px; padding: 0; font-size: 14px; line-height: 1.35; }
.steps li { flex: 1; padding-top: 10px; border-top: 4px solid var(--line); color: var(--soft); }
.steps .past { border-color: var(--good); }
.steps .now { border-color: var(--accent); color: var(--ink); font-weight: 650; }
.field { margin-bottom: 22px; }
label { display: block; font-weight: 650; margin-bottom: 4px; }
.hint { margin: 0 0 8px; color: var(--soft); font-size: 15px; line-height: 1.45; }
.problem { margin: 0 0 8px; color: var(--alarm); font-weight: 600; font-size: 15px; line-height: 1.45; }
input:not([type=hidden]), select {
  width: 100%; min-height: 52px; padding: 12px 14px; border: 1.5px solid var(--field); border-radius: 10px;
  background: var(--paper); color: var(--ink); font: inherit;
}
input:focus-visible, select:focus-visible { border-color: var(--accent); outline-offset: 1px; border-radius: 10px; }
.has-problem input, .has-problem select { border-color: var(--alarm); border-width: 2px; }
.code-field { max-width: 260px; font: 600 26px/1.2 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace !important; letter-spacing: 3px; }
button, .button {
  display: inline-flex; align-items: center; justify-content: center; min-height: 52px; padding: 12px 24px; border: 1.5px solid transparent;
  border-radius: 10px; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 650; text-decoration: none; cursor: pointer;
}
button:hover, .button:hover { background: var(--accent-strong); }
.wide { width: 100%; }
.quiet { background: transparent; color: var(--accent); border-color: var(--field); min-height: 46px; padding: 9px 16px; font-size: 16px; }
.quiet:hover { background: var(--ground); color: var(--accent-strong); }
.alarm { background: var(--alarm); color: var(--paper); }
.alarm:hover { background: var(--alarm); filter: brightness(.92); }
button:disabled { opacity: .55; cursor: default; }
.with-button { display: flex; gap: 8px; }
.with-button input { flex: 1; min-width: 0; }
.with-button button { flex: none; min-height: 52px; }
.summary { margin: 0 0 24px; padding: 16px 18px; border: 2px solid var(--alarm); border-radius: 12px; background: var(--alarm-ground); }
.summary:focus-visible { border-radius: 12px; }
.summary-title { margin: 0 0 4px; font-weight: 650; }
.summary a { color: var(--alarm); font-weight: 600; }
.note { margin: 0 0 22px; padding: 14px 16px; border-left: 4px solid var(--good); background: var(--ground); border-radius: 4px 10px 10px 4px; }
form.proof + form.proof { margin-top: 38px; padding-top: 28px; border-top: 1px solid var(--line); }
.number { display: block; margin-top: 6px; color: var(--ink); font: 600 26px/1.3 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: 3px; }
.aside { margin-top: 34px; padding-top: 24px; border-top: 1px solid var(--line); }
.aside p { color: var(--soft); font-size: 16px; }
.buttons { display: flex; flex-wrap: wrap; gap: 10px; margin-bottom: 18px; }
.picture { max-width: 260px; margin: 0 0 18px; padding: 8px; background: #ffffff; border: 1px solid var(--line); border-radius: 12px; }
.picture svg { display: block; width: 100%; height: auto; }
.secret, .secrets { font: 600 17px/1.7 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.secret { margin-bottom: 24px; }
.secrets { margin: 0 0 26px; padding: 14px 16px 14px 46px; border: 1px solid var(--line); border-radius: 12px; }
section h2 { margin-bottom: 6px; }
@media print { header, .steps, .button, .language { display: none; } }
[hidden] { display: none !important; }
details summary { cursor: pointer; color: var(--accent); padding: 8px 0; margin-bottom: 6px; }
@media (min-width: 640px) {
  body { background: var(--ground); }
  header { padding: 24px 32px; }
  main { padding: 28px 20px 80px; }
  .card { padding: 38px 40px 40px; background: var(--paper); border: 1px solid var(--line); border-radius: 18px; box-shadow: 0 1px 2px rgb(16 24 40 / 5%), 0 12px 32px rgb(16 24 40 / 6%); }
  .steps { padding: 0 4px; }
  .wide { width: auto; min-width: 200px; }
  .quiet:hover, .note { background: var(--ground); }
}
@media (prefers-reduced-motion: no-preference) { button, .button, input { transition: background-color .12s, border-color .12s; } }
@media (forced-colors: active) { .steps li { border-top-style: double; } .steps .now { border-top-style: solid; } }
`;
