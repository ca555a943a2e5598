// Ask semantic-release's commit analyzer for the level of many histories.
//
// argv: the folder of its node_modules. stdin: [[{hash, message}, …], …], newest first.
// stdout: {"<preset>": ["minor" | null, …]}, one level a history.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const modules = process.argv[2];
const find = createRequire(pathToFileURL(`${modules}/package.json`));
const { analyzeCommits } = await import(pathToFileURL(find.resolve("@semantic-release/commit-analyzer")));

let text = "";
for await (const chunk of process.stdin) text += chunk;
const logger = { log() {}, error() {} };
const levels = {};
for (const preset of ["angular", "conventionalcommits"]) {
  levels[preset] = [];
  for (const commits of JSON.parse(text)) {
    levels[preset].push(await analyzeCommits({ preset }, { cwd: modules, commits, logger }));
  }
}
console.log(JSON.stringify(levels));
