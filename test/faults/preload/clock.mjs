// The clock of a test in another process: the machine's, and as far ahead as the test has moved its own.
let ahead = Number(process.env.CLOCK_OFFSET_MS ?? 0);
const machine = Date.now;
Date.now = () => machine() + ahead;
process.on('message', (moved) => {
  ahead = moved.ahead;
  process.send('moved');
});
// It keeps no process from its end.
process.channel?.unref();
