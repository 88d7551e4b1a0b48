// Python in a worker: takes {id, request} and answers {id, answer}, both JSON of vaetheory/review/session.py.
//
// It goes on from the memory of a Python that had imported the checker when the site was built. Where a browser
// cannot take that memory, Python starts from its sources, which is the same and slower. Everything comes from
// the folder next to this file; nothing is sent anywhere.
"use strict";

const asked = new URL(import.meta.url).searchParams;
const FOLDER = new URL(`python/${asked.get("version")}/`, import.meta.url);
const ALARM = 14;

const fetched = async (name) => {
  const response = await fetch(new URL(name, FOLDER));
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response;
};

const unpacked = async (name) => {
  const bytes = new Uint8Array(await (await fetched(name)).arrayBuffer());
  // Some hosts say that a .gz is an encoding, and the browser has then unpacked it already.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

const OPTIONS = { indexURL: FOLDER.href, stdout: () => {}, stderr: () => {} };

// A timer that stops one line's search and leaves the other lines their answers: Python looks at this "buffer"
// while it computes, and takes what it holds for a signal. signal.setitimer is missing in browsers.
const installTimer = (python) => {
  let due = Infinity;
  let every = 0;
  const arm = (seconds, interval) => {
    const now = performance.now();
    const left = due === Infinity ? 0 : Math.max((due - now) / 1000, 0.001);
    due = seconds > 0 ? now + 1000 * seconds : Infinity;
    every = 1000 * interval;
    return left;
  };
  python.setInterruptBuffer(Object.defineProperty({}, 0, {
    get: () => {
      const now = performance.now();
      if (now < due) return 0;
      due = every > 0 ? now + every : Infinity;
      return ALARM;
    },
    set: () => {},
  }));
  python.globals.set("_arm", arm);
  python.runPython(`
import signal
signal.ITIMER_REAL = 0
signal.setitimer = lambda which, seconds, interval=0.0: (_arm(seconds, interval), 0.0)
`);
};

const fromMemory = async ({ loadPyodide }) => {
  const [memory, { default: create }] = await Promise.all([
    unpacked("snapshot.bin.gz"), import(new URL("pyodide.asm.mjs", FOLDER)),
  ]);
  // Pyodide copies a memory into the one that it starts with, and does not make that large enough.
  const createPyodideModule = async (settings) => {
    const module = await create(settings);
    if (module.HEAP8.length < memory.length) module.growMemory(memory.length);
    return module;
  };
  return loadPyodide({ ...OPTIONS, _loadSnapshot: memory, createPyodideModule });
};

const fromSources = async ({ loadPyodide }) => {
  const [python, sources, prepare] = await Promise.all([
    loadPyodide(OPTIONS),
    fetched("vaetheory.zip").then((response) => response.arrayBuffer()),
    fetched("prepare_checker.py").then((response) => response.text()),
  ]);
  python.FS.writeFile("/vaetheory.zip", new Uint8Array(sources));
  python.runPython(prepare);
  return python;
};

const start = async () => {
  const runtime = await import(new URL("pyodide.mjs", FOLDER));
  let python = null;
  let source = "memory";
  if (!asked.has("sources")) {
    try { python = await fromMemory(runtime); } catch { python = null; }
  }
  if (!python) {
    source = "sources";
    python = await fromSources(runtime);
  }
  installTimer(python);
  const session = python.globals.get("session");
  return { source, answer: (request) => session.answer(request) };
};

const started = start();
started.then(
  ({ source }) => postMessage({ ready: source }),
  (error) => postMessage({ broken: String(error.message ?? error).slice(0, 500) }),
);

addEventListener("message", async ({ data: { id, request } }) => {
  try {
    const { answer } = await started;
    postMessage({ id, answer: answer(request) });
  } catch (error) {
    postMessage({ id, error: String(error.message ?? error).slice(-500) });
  }
});
