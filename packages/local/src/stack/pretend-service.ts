/**
 * Stands in for a service in the tests of the supervisor: ready at once, writes lines, exits or stays as the test says.
 */
const { MAILFLEET_PRETEND: behaviour = "serve", MAILFLEET_CONSOLE_PORT: port } = process.env;
const leave = () => process.exit(0);
process.on("SIGTERM", leave);
process.on("SIGINT", leave);
process.on("disconnect", leave);
console.log(JSON.stringify({ level: "info", time: Date.now(), msg: "pretending" }));
console.log(JSON.stringify({ level: "warn", time: Date.now(), msg: "a warning" }));
if (behaviour === "die") process.exit(3);
if (behaviour === "hang") process.removeAllListeners("SIGTERM");
process.send?.({ type: "ready", service: "pretend", httpPort: 1, port: port ? Number(port) || 4321 : undefined });
setInterval(() => {}, 1000);
