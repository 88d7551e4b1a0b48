// KL[N(μ, σ²) ‖ N(0, 1)] to touch: both densities, the closed form, and a Monte Carlo estimate that runs.
//
// The estimate averages log q(z) − log p(z) over z ~ q, from a fixed seed, and gives its 99 % interval. It is
// what the closed form replaces in training: same mean, no noise.
"use strict";

(() => {
  const RANGE = { low: -5, high: 5 };
  const Z99 = 2.5758;
  const BATCH = 200;
  const MOST = 20000;
  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 600;
  const HEIGHT = 200;

  const density = (z, mu, sigma) =>
    Math.exp(-0.5 * ((z - mu) / sigma) ** 2) / (sigma * Math.sqrt(2 * Math.PI));
  const closedForm = (mu, sigma) => 0.5 * (mu ** 2 + sigma ** 2 - 1 - 2 * Math.log(sigma));

  // mulberry32, and Box and Muller on top: small, seeded, good enough for a picture.
  const normals = (seed) => {
    let state = seed;
    const uniform = () => {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  };

  const number = (value, digits = 3) => value.toFixed(digits).replace("-", "−");

  const path = (mu, sigma) => {
    const top = 0.85;
    const points = [];
    for (let k = 0; k <= 200; k += 1) {
      const z = RANGE.low + ((RANGE.high - RANGE.low) * k) / 200;
      const y = HEIGHT - 2 - Math.min(density(z, mu, sigma) / top, 1.2) * (HEIGHT - 10);
      points.push(`${((WIDTH * k) / 200).toFixed(1)},${y.toFixed(1)}`);
    }
    return `M${points.join("L")}`;
  };

  const slider = (label, min, max, value, changed) => {
    const row = document.createElement("label");
    const name = document.createElement("span");
    const input = document.createElement("input");
    const output = document.createElement("output");
    name.textContent = label;
    Object.assign(input, { type: "range", min, max, step: 0.05, value });
    output.textContent = number(value, 2);
    input.addEventListener("input", () => {
      output.textContent = number(Number(input.value), 2);
      changed();
    });
    row.append(name, input, output);
    return { row, value: () => Number(input.value) };
  };

  class Widget {
    constructor(place) {
      this.place = place;
      this.mu = slider("μ", -3, 3, 1, () => this.restart());
      this.sigma = slider("σ", 0.2, 3, 0.5, () => this.restart());
      const picture = document.createElementNS(SVG, "svg");
      picture.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", "The densities of q and of the standard normal p");
      this.curves = ["curve-p", "curve-q"].map((name) => {
        const curve = document.createElementNS(SVG, "path");
        curve.setAttribute("class", name);
        picture.append(curve);
        return curve;
      });
      this.exact = document.createElement("p");
      this.estimate = document.createElement("p");
      this.exact.className = "widget-exact";
      this.estimate.className = "widget-estimate";
      place.replaceChildren(picture, this.mu.row, this.sigma.row, this.exact, this.estimate);
      place.classList.add("widget");
      this.restart();
    }

    restart() {
      const [mu, sigma] = [this.mu.value(), this.sigma.value()];
      this.curves[0].setAttribute("d", path(0, 1));
      this.curves[1].setAttribute("d", path(mu, sigma));
      this.exact.textContent = `Closed form: ${number(closedForm(mu, sigma))} nats`;
      this.n = 0;
      this.sum = 0;
      this.squares = 0;
      this.draw = normals(1);
      this.place.dataset.exact = closedForm(mu, sigma);
      if (!this.running) this.step();
    }

    step() {
      this.running = this.n < MOST && this.place.isConnected;
      if (!this.running) return;
      const [mu, sigma] = [this.mu.value(), this.sigma.value()];
      for (let k = 0; k < BATCH; k += 1) {
        const noise = this.draw();
        const z = mu + sigma * noise;
        const ratio = -Math.log(sigma) - 0.5 * noise ** 2 + 0.5 * z ** 2;
        this.sum += ratio;
        this.squares += ratio ** 2;
      }
      this.n += BATCH;
      const mean = this.sum / this.n;
      const half = Z99 * Math.sqrt(Math.max(this.squares / this.n - mean ** 2, 0) / this.n);
      Object.assign(this.place.dataset, { mean, half, n: this.n });
      this.estimate.textContent =
        `Monte Carlo, ${this.n.toLocaleString("en").replace(",", " ")} samples: ` +
        `${number(mean)} ± ${number(half)} (99 %)`;
      requestAnimationFrame(() => this.step());
    }
  }

  const start = () => {
    document.querySelectorAll("[data-widget=gaussian-kl]:not(.widget)").forEach((place) => {
      new Widget(place);
    });
  };
  if (window.document$) window.document$.subscribe(start);
  else addEventListener("DOMContentLoaded", start);
})();
