// KL[N(μ, σ²) ‖ N(0, 1)] to touch: both densities, the closed form, and a Monte Carlo estimate that runs.
//
// The estimate averages log q(z) − log p(z) over z ~ q, from a fixed seed, and gives its 99 % interval. It is
// what the closed form replaces in training: same mean, no noise.
"use strict";

(() => {
  const { svg, html, number, count, axis, slider, dragging, normals, still, start } = window.vaeTouch;
  const Z99 = 2.5758;
  const BATCH = 200;
  const MOST = 20000;
  const LIMITS = { mu: [-3, 3], sigma: [0.2, 3], step: 0.05 };
  const TRACE = { x: { scale: "linear", low: 0, high: MOST, start: 40, end: 434 }, top: 10, bottom: 76 };

  const density = (z, mu, sigma) =>
    Math.exp(-0.5 * ((z - mu) / sigma) ** 2) / (sigma * Math.sqrt(2 * Math.PI));
  const closedForm = (mu, sigma) => 0.5 * (mu ** 2 + sigma ** 2 - 1 - 2 * Math.log(sigma));
  // Standard deviation of log q(z) − log p(z) under q: of ½(σ² − 1)ε² + μσε.
  const spread = (mu, sigma) => Math.sqrt(0.5 * (sigma ** 2 - 1) ** 2 + (mu * sigma) ** 2);
  const rounded = (value, [low, high]) =>
    Math.min(high, Math.max(low, Math.round(value / LIMITS.step) * LIMITS.step));

  class Gaussian {
    constructor(place) {
      this.place = place;
      const values = JSON.parse(place.dataset.values);
      this.x = axis(values.x);
      this.y = axis(values.y);
      this.build(values);
      this.restart();
    }

    build({ mu, sigma }) {
      const control = (name, label, key, value) => slider({
        name, label, min: LIMITS[key][0], max: LIMITS[key][1], step: LIMITS.step, value,
        spoken: (at) => number(at, 2), changed: () => this.restart(),
      });
      this.mu = control("μ", "Mean μ of q", "mu", mu);
      this.sigma = control("σ", "Standard deviation σ of q", "sigma", sigma);
      this.drawing = this.place.querySelector(".gaussian-densities");
      this.bar = svg("path", { class: "bar" });
      this.handles = ["handle-mu", "handle-sigma"].map((name) => svg("circle", { class: name, r: 6.5 }));
      this.names = ["μ", "μ + σ"].map((name) => svg("text", { class: "handle-name" }, name));
      this.drawing.append(this.bar, ...this.handles, ...this.names);
      this.drawing.classList.add("draggable");
      this.listen();
      this.buildTrace();
      this.exact = html("b");
      this.mean = html("b");
      this.interval = html("small");
      const numbers = html("div", { class: "touch-numbers" },
        html("div", {}, html("span", {}, "Closed form"), this.exact, html("small", {}, "½ (μ² + σ² − 1 − log σ²)")),
        html("div", {}, html("span", {}, "Monte Carlo estimate"), this.mean, this.interval));
      this.drawing.after(this.mu.row, this.sigma.row, numbers, this.trace);
    }

    // The nearer of the two handles follows the pointer.
    listen() {
      let which = null;
      dragging(this.drawing, this.drawing, (x) => {
        const z = this.x.value(x);
        const [mu, sigma] = [this.mu.value, this.sigma.value];
        which ??= Math.abs(z - mu) <= Math.abs(z - mu - sigma) ? "mu" : "sigma";
        if (which === "mu") this.mu.value = rounded(z, LIMITS.mu);
        else this.sigma.value = rounded(z - mu, LIMITS.sigma);
        this.restart();
      }, () => { which = null; });
    }

    buildTrace() {
      const { x, top, bottom } = TRACE;
      this.samples = axis(x);
      const text = (place, name, ...words) => svg("text", { ...place, class: name }, ...words);
      this.band = svg("path", { class: "band" });
      this.line = svg("path", { class: "line" });
      this.level = svg("path", { class: "level", d: `M${x.start} ${(top + bottom) / 2}H${x.end}` });
      this.ends = [top, (top + bottom) / 2, bottom].map((y) => text({ x: x.start - 6, y: y + 4 }, "tick-y"));
      this.trace = svg("svg", {
        class: "chart gaussian-trace", viewBox: "0 0 440 96", role: "img",
        "aria-label": "The estimate and its interval against the number of samples, around the closed form",
      }, this.band, this.level, this.line, ...this.ends,
      text({ x: x.start, y: bottom + 15 }, "tick-x", "0"),
      text({ x: x.end, y: bottom + 15 }, "name-x", `${count(MOST)} samples`));
    }

    restart() {
      const [mu, sigma] = [this.mu.value, this.sigma.value];
      this.showDensity(mu, sigma);
      const exact = closedForm(mu, sigma);
      this.exact.textContent = `${number(exact)} nats`;
      // Wide enough for the interval from 400 samples on.
      this.reach = Math.max(0.01, (Z99 * spread(mu, sigma)) / 20);
      this.levels = axis({ scale: "linear", low: exact - this.reach, high: exact + this.reach, start: TRACE.bottom, end: TRACE.top });
      [exact + this.reach, exact, exact - this.reach].forEach((value, k) => {
        this.ends[k].textContent = number(value, 2);
      });
      Object.assign(this, { n: 0, sum: 0, squares: 0, draw: normals(1), history: [] });
      Object.assign(this.place.dataset, { exact, n: 0 });
      if (!this.running) this.step();
    }

    showDensity(mu, sigma) {
      const points = [];
      for (let k = 0; k <= 300; k += 1) {
        const x = this.x.from + ((this.x.to - this.x.from) * k) / 300;
        const y = this.y.at(density(this.x.value(x), mu, sigma));
        points.push(`${x.toFixed(1)} ${Math.max(-20, y).toFixed(1)}`);
      }
      this.drawing.querySelector(".curve-q").setAttribute("d", `M${points.join("L")}`);
      const name = this.drawing.querySelector(".name-q");
      name.setAttribute("x", this.x.at(mu));
      name.setAttribute("y", Math.max(10, this.y.at(density(mu, mu, sigma)) - 7));
      const floor = this.y.from;
      this.bar.setAttribute("d", `M${this.x.at(mu - sigma)} ${floor}H${this.x.at(mu + sigma)}`);
      [mu, mu + sigma].forEach((z, k) => {
        this.handles[k].setAttribute("cx", this.x.at(z));
        this.handles[k].setAttribute("cy", floor);
        this.names[k].setAttribute("x", this.x.at(z));
        this.names[k].setAttribute("y", floor - 11);
      });
      // Close together, their names would lie on each other.
      this.names[1].setAttribute("text-anchor", sigma < 0.9 ? "start" : "middle");
      this.names[0].setAttribute("text-anchor", sigma < 0.9 ? "end" : "middle");
    }

    step() {
      this.running = this.n < MOST && this.place.isConnected;
      if (!this.running) return;
      do this.batch(); while (still() && this.n < MOST);
      this.showEstimate();
      requestAnimationFrame(() => this.step());
    }

    batch() {
      const [mu, sigma] = [this.mu.value, this.sigma.value];
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
      this.history.push([this.n, mean, half]);
    }

    showEstimate() {
      const [n, mean, half] = this.history.at(-1);
      Object.assign(this.place.dataset, { mean, half, n });
      this.mean.textContent = `${number(mean)} ± ${number(half)} nats`;
      this.interval.textContent = `99 % interval, ${count(n)} samples`;
      const at = (value) => Math.min(TRACE.bottom, Math.max(TRACE.top, this.levels.at(value))).toFixed(1);
      const edge = (sign) => this.history.map(([k, m, h]) => `${this.samples.at(k).toFixed(1)} ${at(m + sign * h)}`);
      this.band.setAttribute("d", `M${[...edge(1), ...edge(-1).reverse()].join("L")}Z`);
      this.line.setAttribute("d", `M${edge(0).join("L")}`);
    }
  }

  start("gaussian-kl", (place) => new Gaussian(place));
})();
