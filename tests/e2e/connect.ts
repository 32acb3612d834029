/** A program for Node.js that tries to connect to HOST PORT, and prints what came of it. */
export const connectProgram = `
    const [host, port] = process.argv.slice(2);
    const socket = require("net").connect({ host, port: Number(port), timeout: 2000 });
    const say = (text) => { console.log(text); process.exit(); };
    socket.on("connect", () => say("connected")).on("timeout", () => say("no answer")).on("error", (error) => say(error.code));
`;
