// The memory of a Python that has already imported the checker, for the browser to go on from.
//
// Usage: node python_snapshot.mjs PYODIDE_FOLDER ARCHIVE PREPARE.py OUTPUT
//
// ARCHIVE is a zip of Python sources; PREPARE.py imports from it what is to be in the memory. Starting Python
// and importing takes seconds; reading the memory back takes a fraction of one.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, archive, prepare, output] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(resolve(folder, "pyodide.mjs")));
try {
  const python = await loadPyodide({ indexURL: resolve(folder), _makeSnapshot: true });
  python.FS.writeFile("/vaetheory.zip", readFileSync(archive));
  python.runPython(readFileSync(prepare, "utf8"));
  writeFileSync(output, python.makeMemorySnapshot());
} catch (error) {
  // Not the stack: it would quote the whole runtime, which is one line.
  console.error(error.message);
  process.exitCode = 1;
}
