"""Small programs that run beside the tests, in the sandbox, and tell them one by one."""

from __future__ import annotations

from collections.abc import Mapping

UNITTEST = """\
import json, os, sys, unittest

sys.path[0] = os.getcwd()
path = sys.argv.pop(1)
told = []


class Result(unittest.TextTestResult):
    def addSuccess(self, test):
        super().addSuccess(test)
        told.append((test.id(), "passed"))

    def addFailure(self, test, error):
        super().addFailure(test, error)
        told.append((test.id(), "failed"))

    def addError(self, test, error):
        super().addError(test, error)
        told.append((test.id(), "failed"))

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            told.append((test.id(), "failed"))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        told.append((test.id(), "skipped"))

    def addExpectedFailure(self, test, error):
        super().addExpectedFailure(test, error)
        told.append((test.id(), "skipped"))

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        told.append((test.id(), "failed"))


class Runner(unittest.TextTestRunner):
    resultclass = Result


sys.argv[0] = "python -m unittest"
program = unittest.main(module=None, testRunner=Runner, exit=False)
with open(path, "w") as file:
    file.writelines(json.dumps(pair) + "\\n" for pair in told)
sys.exit(0 if program.result.wasSuccessful() else 1)
"""
"""Started in place of `python -m unittest`, with the report's path before its arguments."""

NODE = """\
import { relative } from "node:path";

export default async function* tell(source) {
  const names = new Map();
  for await (const { type, data } of source) {
    if (!["test:start", "test:pass", "test:fail"].includes(type)) continue;
    const file = relative(process.cwd(), data.file ?? "");
    const stack = names.get(file) ?? names.set(file, []).get(file);
    stack.length = Math.min(stack.length, data.nesting);
    if (type === "test:start") {
      stack[data.nesting] = data.name;
      continue;
    }
    if (data.details?.type === "suite" && type === "test:pass") continue;
    const test = [...stack.slice(0, data.nesting), data.name].join(" > ");
    const set_aside = data.skip !== undefined || data.todo !== undefined;
    const status = set_aside ? "skipped" : type === "test:pass" ? "passed" : "failed";
    yield JSON.stringify([`${file}::${test}`, status]) + "\\n";
  }
}
"""
"""A reporter of `node --test`."""

PROGRAMS: Mapping[str, str] = {"unittest_report.py": UNITTEST, "node_report.mjs": NODE}
