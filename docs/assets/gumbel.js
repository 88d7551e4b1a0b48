// Gumbel-softmax to touch: samples on the simplex of three classes at a temperature τ.
//
// Each sample is softmax((log π + g) / τ) with Gumbel noise g from a fixed seed: the same noise at every τ, so
// that one sees each sample move. Bias and variance of the gradient come from the experiment's result file.
"use strict";

(() => {
  const { svg, html, number, axis, slider, button, gumbels, framed, start } = window.vaeTouch;
  const COUNT = 500;
  const EDGES = { low: 0.05, high: 20 };
  const STEPS = 200;
  // A sample of which one class has this much is as good as one-hot.
  const NEARLY = 0.99;

  const temperature = (step) => EDGES.low * (EDGES.high / EDGES.low) ** (step / STEPS);
  const words = (tau) => (tau < 1 ? number(tau, 2) : number(tau, 1));
  const percent = (share) => `${number(100 * share, 0)} %`;

  class Gumbel {
    constructor(place) {
      this.place = place;
      this.values = JSON.parse(place.dataset.values);
      this.seed = this.values.seed;
      this.paint = framed(() => this.show());
      this.build();
      this.redraw();
    }

    build() {
      const { corners, probabilities, x, y } = this.values;
      this.x = axis(x);
      this.y = axis(y);
      this.samples = svg("path", { class: "samples" });
      this.average = svg("circle", { class: "average", r: 5 });
      this.truth = svg("path", { class: "truth" });
      const [a, b] = this.place2d(probabilities);
      this.truth.setAttribute("d", `M${a - 6} ${b}H${a + 6}M${a} ${b - 6}V${b + 6}`);
      const names = corners.map(([u, v], k) => svg("text", {
        x: u + [0, -8, 8][k], y: v + [-8, 5, 5][k], "text-anchor": ["middle", "end", "start"][k],
      }, `class ${k + 1}`));
      const triangle = svg("svg", {
        class: "gumbel-triangle", viewBox: "-40 0 280 180", role: "img",
        "aria-label": "Gumbel-softmax samples on the simplex of three classes",
      }, svg("path", { class: "edge", d: `M${corners.map((corner) => corner.join(" ")).join("L")}Z` }), ...names,
      this.samples, this.truth, this.average);
      this.slider = slider({
        name: "τ", label: "Temperature τ", min: 0, max: STEPS, step: 1, value: STEPS / 2,
        spoken: (step) => words(temperature(step)), changed: this.paint,
      });
      this.bars = probabilities.map((p, k) => this.bar(k, p));
      this.nearly = html("p", { class: "touch-note" });
      const side = html("div", { class: "gumbel-side" },
        html("div", { class: "gumbel-bar gumbel-head" }, html("span"), html("span"),
          html("span", { class: "mean" }, "mean"), html("span", { class: "share" }, "largest"),
          html("span", { class: "pi" }, "π")),
        ...this.bars.map(({ row }) => row), this.nearly,
        html("div", { class: "touch-buttons" }, button("Draw others", () => { this.seed += 1; this.redraw(); })));
      this.place.prepend(html("div", { class: "gumbel-body" }, triangle, side), this.slider.row);
      const chart = this.place.querySelector(".gumbel-chart");
      this.marker = svg("path", { class: "marker" });
      chart.append(this.marker);
      this.measured = html("p", { class: "touch-note" });
      chart.after(this.measured);
    }

    bar(k, p) {
      const mean = svg("rect", { class: "mean", x: 0, y: 2, height: 8 });
      const share = svg("rect", { class: "share", x: 0, y: 12, height: 8 });
      const drawing = svg("svg", { viewBox: "0 0 200 22", preserveAspectRatio: "none", "aria-hidden": "true" },
        mean, share, svg("path", { class: "truth", d: `M${200 * p} 0V22` }));
      const found = [html("output"), html("output")];
      const row = html("div", { class: "gumbel-bar" },
        html("span", {}, `class ${k + 1}`), drawing, ...found, html("span", { class: "pi" }, number(p, 2)));
      return { mean, share, found, row };
    }

    place2d(vector) {
      const { corners } = this.values;
      return [0, 1].map((axis) => vector.reduce((sum, w, k) => sum + w * corners[k][axis], 0));
    }

    // Other noise: for each sample log π + g.
    redraw() {
      const draw = gumbels(this.seed + 1);
      this.noisy = Array.from({ length: COUNT }, () => this.values.probabilities.map((p) => Math.log(p) + draw()));
      this.show();
    }

    relaxed(tau) {
      return this.noisy.map((scores) => {
        const most = Math.max(...scores);
        const weights = scores.map((score) => Math.exp((score - most) / tau));
        const sum = weights.reduce((a, b) => a + b);
        return weights.map((weight) => weight / sum);
      });
    }

    show() {
      const tau = temperature(this.slider.value);
      const samples = this.relaxed(tau);
      const mean = [0, 1, 2].map((k) => samples.reduce((sum, s) => sum + s[k], 0) / COUNT);
      const share = [0, 1, 2].map((k) => samples.filter((s) => s[k] === Math.max(...s)).length / COUNT);
      this.samples.setAttribute("d", samples.map((s) => {
        const [x, y] = this.place2d(s);
        return `M${x.toFixed(1)} ${y.toFixed(1)}h0`;
      }).join(""));
      const [a, b] = this.place2d(mean);
      this.average.setAttribute("cx", a);
      this.average.setAttribute("cy", b);
      this.bars.forEach((bar, k) => {
        bar.mean.setAttribute("width", 200 * mean[k]);
        bar.share.setAttribute("width", 200 * share[k]);
        bar.found[0].textContent = number(mean[k], 2);
        bar.found[1].textContent = number(share[k], 2);
      });
      const hard = samples.filter((s) => Math.max(...s) > NEARLY).length / COUNT;
      this.nearly.textContent = `mean: of the ${COUNT} relaxed samples; largest: share of samples in which the class `
        + `has the largest entry, which follows π at every τ. ${percent(hard)} are one-hot to within 0.01.`;
      this.marker.setAttribute("d", `M${this.x.at(tau).toFixed(1)} ${this.y.from}V${this.y.to}`);
      this.showMeasured(tau);
      Object.assign(this.place.dataset, { tau, mean, share, hard });
    }

    // The temperature that was measured and lies nearest, on the logarithmic axis.
    showMeasured(tau) {
      const { temperatures, squared_bias: bias, variance } = this.values;
      const distance = (t) => Math.abs(Math.log(t / tau));
      const k = temperatures.reduce((best, t, at) => (distance(t) < distance(temperatures[best]) ? at : best), 0);
      this.measured.textContent = `Measured nearest to it, at τ = ${temperatures[k]}: `
        + `squared bias ${Number(bias[k].toPrecision(2))}, variance ${Number(variance[k].toPrecision(2))}.`;
    }
  }

  start("gumbel", (place) => new Gumbel(place));
})();
