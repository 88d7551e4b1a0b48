"""`make touch`: train the explorer's model, export it, and measure its decoder in Chromium.

Writes `decoder.json`, `decoder.f16`, `explorer.json` and `speed.json` into docs/results/explorer. A
finished training run in runs/explorer is kept; with `--measure` only the decoder is measured.
"""

from __future__ import annotations

import functools
import http.server
import json
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import browser

from vaemodels.config import Device
from vaemodels.hardware import device_name

ROOT = Path(__file__).parent.parent
RUN = Path("runs/explorer")
OUT = Path("docs/results/explorer")
TRAIN = (
    f"vaemodels train cvae --data digits --latent 2 --hidden 128 --epochs 40 --device cpu "
    f"--threads 1 --precision float32 --out {RUN}"
)
EXPORT = f"vaemodels export {RUN} --explorer --out {OUT}"
WARM_UP, IMAGES = 100, 1000

# Latent vectors on a spiral through the prior, classes in turn; the time of each image alone. The
# difference is that from what torch computed with weights in full precision, for `check`.
MEASURE = """async ([warmUp, images]) => {
  const manifest = await (await fetch('/results/explorer/decoder.json')).json();
  const weights = await (await fetch('/results/explorer/decoder.f16')).arrayBuffer();
  const decoder = new vaeDecoder.Decoder(manifest, weights);
  const times = [];
  for (let k = 0; k < warmUp + images; k += 1) {
    const z = [3 * Math.cos(k) * k / images, 3 * Math.sin(k) * k / images];
    const began = performance.now();
    decoder.decode(z, k % manifest.classes.length);
    if (k >= warmUp) times.push(performance.now() - began);
  }
  const { z, class: c, image } = manifest.check;
  const largest = Math.max(...z.map((vector, k) => Math.max(
    ...decoder.decode(vector, c[k]).map((value, p) => Math.abs(value - image[k][p])))));
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor(share * (times.length - 1))];
  return { median_ms: at(0.5), p95_ms: at(0.95), largest_difference: largest };
}"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing about requests."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which this machine alone can read `folder`."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def measure() -> dict[str, Any]:
    """Milliseconds per decoded image in Chromium, and the distance from torch."""
    with served(ROOT / "docs") as address, browser.chromium() as running:
        page = running.new_page()
        page.goto(f"{address}/results/explorer/decoder.json")
        page.add_script_tag(path=ROOT / "docs" / "assets" / "decoder.js")
        found: dict[str, Any] = page.evaluate(MEASURE, [WARM_UP, IMAGES])
        version = running.version
    return {
        "schema": 1,
        **{key: float(f"{value:.3g}") for key, value in found.items()},
        "images": IMAGES,
        "browser": f"Chromium {version.split('.')[0]}",
        "device": device_name(Device.CPU),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": "python scripts/touch.py --measure",
    }


def run(command: str) -> None:
    """Run one of the project's commands; raises CalledProcessError."""
    print(f"$ {command}", flush=True)
    subprocess.run([sys.executable, "-m", *shlex.split(command)], cwd=ROOT, check=True)


def main(arguments: list[str]) -> int:
    """0, or 2 for a wrong call."""
    if arguments not in ([], ["--measure"]):
        print(__doc__, file=sys.stderr)
        return 2
    if not arguments:
        if not (ROOT / RUN / "best.pt").is_file():
            run(TRAIN)
        run(EXPORT)
    document = measure()
    text = json.dumps(document, indent=1)
    (ROOT / OUT / "speed.json").write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
