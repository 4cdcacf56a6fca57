// Loaded before a server that something else has started: the end of its standard input is the end of
// whoever holds the other side, and then the server stops too.
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM")).resume();
