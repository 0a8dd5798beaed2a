/** The pages work without it: it counts down, shows a password, keeps a form from being sent twice, notices a link tapped elsewhere. */
export const script = `
const wait = document.querySelector('[data-resend-at]');
if (wait) {
  const until = Date.now() + Number(wait.dataset.resendAt) * 1000;
  const buttons = document.querySelectorAll('[data-resend]');
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    for (const button of buttons) button.disabled = left > 0;
    const { waiting, last, ready } = wait.dataset;
    wait.textContent = left > 1 ? waiting.replace('%', left) : left > 0 ? last : ready;
    if (left > 0) setTimeout(tick, 250);
  };
  tick();
}
const reveal = document.querySelector('[data-reveal]');
if (reveal) {
  const field = document.getElementById(reveal.dataset.reveal);
  reveal.hidden = false;
  reveal.addEventListener('click', () => {
    const shown = field.type === 'text';
    field.type = shown ? 'password' : 'text';
    reveal.textContent = shown ? reveal.dataset.show : reveal.dataset.hide;
    reveal.setAttribute('aria-pressed', String(!shown));
  });
}
for (const form of document.querySelectorAll('form')) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = 'yes';
    setTimeout(() => delete form.dataset.sent, 4000);
  });
}
const progress = document.querySelector('[data-progress]');
if (progress) {
  let before;
  // What the page is about, as its form says it: another tab may start another recovery.
  const [, of] = document.querySelector('[name=csrf]')?.value.split('.') ?? [];
  const { from = '/recover/progress?of=' + of, to = '/recover/code?of=' + of } = progress.dataset;
  const look = async () => {
    try {
      const answer = await fetch(from, { headers: { accept: 'application/json' } });
      const { at } = await answer.json();
      if (at === 'elsewhere') return;
      before ??= at;
      if (at !== before) return location.assign(to);
    } catch {}
    setTimeout(look, 3000);
  };
  look();
}
// Gone back to: what the page is about may have moved on. The first form is about nothing yet, and keeps what was typed.
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  for (const form of document.querySelectorAll('form')) delete form.dataset.sent;
  if (document.body.dataset.here) location.replace(document.body.dataset.here);
});
const summary = document.querySelector('.summary');
if (summary) summary.focus();
`;

export const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#1d4f9c"/><path d="M16.6 9.2a5.3 5.3 0 1 0 2.6 8.1l5.3 0v3.2M21.6 17.3v2.4M19.4 6.6l-.2 4.2-4-1" fill="none" stroke="#fff" stroke-width="2.1" stroke-linecap="round" stroke-linejoin="round"/></svg>';
