// The Promises/A+ cases against an adapter: node --unhandled-rejections=none run.js ADAPTER SUITE
//
// ADAPTER is the addon of this folder, or any module that has `deferred`; SUITE is the folder of the package
// promises-aplus-tests. Prints each case that fails, and at the end how many of how many passed.
'use strict';
const path = require('path');
const [adapter, suite] = process.argv.slice(2).map((argument) => path.resolve(argument));
const run = require(path.join(suite, 'lib', 'programmaticRunner.js'));

let passed = 0, total = 0;
function Reporter(runner) {
  runner.on('test end', () => { total++; });
  runner.on('pass', () => { passed++; });
  runner.on('fail', (test, error) => console.log(`${test.fullTitle()}: ${error.message}`));
}
run(require(adapter), { reporter: Reporter }, () => {
  console.log(`${passed} of ${total}`);
  process.exitCode = passed === total ? 0 : 1;
});
