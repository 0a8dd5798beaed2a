// The clock of a test in another process: the machine's, and as far ahead as the test has moved its own.
const ahead = Number(process.env.CLOCK_OFFSET_MS ?? 0);
const machine = Date.now;
Date.now = () => machine() + ahead;
