/** In the manner of the hosted pages: one calm column, one accent, light and dark, from 320 px on. */
export const style = `
:root {
  color-scheme: light dark;
  --ink: #18202c; --soft: #4b5768; --line: #d5dbe5; --field: #76839a; --paper: #ffffff; --ground: #eef1f6;
  --accent: #1d4f9c; --accent-strong: #163f7e; --on-accent: #ffffff; --alarm: #a3271f; --good: #17693f; --late: #9a5b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #eef1f6; --soft: #b3bccb; --line: #333c4b; --field: #8794aa; --paper: #1a202a; --ground: #10141a;
    --accent: #9cc2ff; --accent-strong: #b9d4ff; --on-accent: #0d1b33; --alarm: #ffaaa3; --good: #7fd6a8; --late: #f0c274;
  }
}
*, *::before, *::after { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink);
  font: 17px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Noto Sans CJK SC", sans-serif;
}
[hidden] { display: none !important; }
a { color: var(--accent); text-underline-offset: 3px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
header { display: flex; flex-wrap: wrap; gap: 2px 14px; align-items: baseline; max-width: 760px; margin: 0 auto; padding: 20px; }
header a { margin-left: auto; padding: 6px 0; }
.brand { font-weight: 700; }
.soft { color: var(--soft); font-size: 15px; }
main { max-width: 760px; margin: 0 auto; padding: 8px 20px 72px; }
h1 { margin: 0 0 8px; font-size: 27px; line-height: 1.25; font-weight: 680; letter-spacing: -.2px; }
h2 { margin: 0; font-size: 19px; line-height: 1.4; font-weight: 650; }
h2:focus { outline: none; }
p { margin: 0 0 14px; }
.lead { color: var(--soft); margin-bottom: 24px; }
.card { margin: 0 0 18px; padding: 22px; background: var(--paper); border: 1px solid var(--line); border-radius: 16px; }
.card.alarm { border: 2px solid var(--accent); }
.card h2 { margin-bottom: 12px; }
.split { display: flex; justify-content: space-between; align-items: baseline; gap: 12px; }
.field { margin-bottom: 16px; max-width: 460px; }
label { display: block; font-weight: 650; margin-bottom: 4px; }
input {
  width: 100%; min-height: 50px; padding: 11px 14px; border: 1.5px solid var(--field); border-radius: 10px;
  background: var(--paper); color: var(--ink); font: inherit;
}
.code { max-width: 240px; font: 600 24px/1.2 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: 3px; }
.buttons { display: flex; flex-wrap: wrap; gap: 10px; }
button {
  min-height: 48px; padding: 10px 18px; border: 1.5px solid transparent; border-radius: 10px; background: var(--accent);
  color: var(--on-accent); font: inherit; font-size: 16px; font-weight: 650; cursor: pointer;
}
button:hover { background: var(--accent-strong); }
.quiet { background: transparent; color: var(--accent); border-color: var(--field); }
.quiet:hover { background: var(--ground); color: var(--accent-strong); }
.quiet[aria-pressed=true] { background: var(--alarm); border-color: var(--alarm); color: var(--paper); }
.life { position: relative; margin: 0 0 10px; }
.life::after { content: ""; position: absolute; left: 80%; top: -4px; bottom: -4px; width: 3px; border-radius: 2px; background: var(--ink); }
progress { display: block; width: 100%; height: 16px; appearance: none; border: 0; border-radius: 8px; overflow: hidden; background: var(--line); }
progress::-webkit-progress-bar { background: var(--line); }
progress::-webkit-progress-value { background: var(--good); }
progress::-moz-progress-bar { background: var(--good); }
progress.late::-webkit-progress-value { background: var(--late); }
progress.late::-moz-progress-bar { background: var(--late); }
progress.over::-webkit-progress-value { background: var(--alarm); }
progress.over::-moz-progress-bar { background: var(--alarm); }
#age { font-variant-numeric: tabular-nums; }
.token { font: 14px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; color: var(--soft); }
.answer { margin: 16px 0 0; min-height: 26px; font-weight: 600; overflow-wrap: anywhere; }
.problem { color: var(--alarm); font-weight: 600; }
.problem:empty { display: none; }
.notice { padding: 12px 16px; border-left: 4px solid var(--alarm); background: var(--paper); }
.log ol { list-style: none; margin: 0; padding: 0; font-size: 15px; }
.log li { display: grid; grid-template-columns: 74px 1fr; gap: 10px; padding: 6px 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.log li:first-child { border-top: 0; }
.log time { color: var(--soft); font-variant-numeric: tabular-nums; }
.log .good { color: var(--good); font-weight: 600; }
.log .bad { color: var(--alarm); font-weight: 600; }
.log ol:empty::after { content: "Nothing yet."; color: var(--soft); }
@media (max-width: 460px) { header .soft { order: 1; flex-basis: 100%; } .buttons button { flex: 1 1 100%; } .card { padding: 18px; } }
`;
