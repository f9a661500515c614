// One histogram per score, a line per group; dragging over it, or typing two numbers, keeps the examples between them.
"use strict";

const HEIGHT = 104;
const TICK = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

class Histogram {
  constructor(examples, name, onRange) {
    Object.assign(this, { examples, name, onRange, bins: new Bins(examples.column(name)), range: null });
    this.inputs = ["from", "to"].map((end) => this.input(end));
    this.clear = make("button", { type: "button", className: "quiet", onclick: () => onRange(name, null), hidden: true, "aria-label": `Clear the range of ${name}` }, "✕");
    this.plot = make("div", { className: "plot", role: "img" });
    const title = make("h3", { title: unit(name) }, name, make("span", { className: "unit" }, unit(name)));
    this.element = make("section", { className: "histogram", "aria-label": `Histogram of ${name}` },
      make("header", {}, title, this.clear), this.plot,
      make("div", { className: "ends" }, this.inputs[0], make("span", { "aria-hidden": "true" }, "–"), this.inputs[1]));
    new ResizeObserver(() => this.resize()).observe(this.plot);
  }

  input(end) {
    const extreme = end === "from" ? this.bins.smallest : this.bins.largest;
    return make("input", {
      type: "text", inputMode: "decimal", placeholder: number(extreme), "aria-label": `${this.name} ${end}`,
      onchange: () => this.typed(), onkeydown: (event) => event.key === "Enter" && this.typed(),
    });
  }

  typed() {
    const ends = this.inputs.map((input) => (input.value.trim() === "" ? null : Number(input.value.replaceAll(",", ""))));
    this.inputs.forEach((input, i) => input.setAttribute("aria-invalid", String(Number.isNaN(ends[i]))));
    if (!ends.some(Number.isNaN)) this.onRange(this.name, ends[0] === null && ends[1] === null ? null : ends);
  }

  /** Draw anew for a view. */
  update(view, groups) {
    this.range = view.ranges[this.name] ?? null;
    const counts = this.bins.count(this.examples, this.name, groups);
    const totals = counts.map((each) => each.reduce((sum, count) => sum + count, 0));
    const scaled = counts.map((each, g) => Array.from(each, (n) => (view.scale === "share" ? n / (totals[g] || 1) : n)));
    this.data = [this.bins.edges, ...scaled.map((each) => [...each, each.at(-1)])];
    const look = [groups.by, groups.names, document.documentElement.dataset.theme, matchMedia("(prefers-color-scheme: dark)").matches].join();
    if (look !== this.look) this.draw(groups);
    else this.chart.setData(this.data);
    this.look = look;
    this.showRange();
    this.plot.setAttribute("aria-label", `${this.name}: ${groups.names.map((n, g) => `${n}, ${number(totals[g])} examples`).join("; ")}. ${this.range ? `Kept from ${this.inputs[0].value || "the smallest"} to ${this.inputs[1].value || "the largest"}.` : "Not filtered."}`);
  }

  draw(groups) {
    this.chart?.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--muted"), grid: { show: false }, ticks: { stroke: colour("--line"), size: 4 }, font: "11px system-ui, sans-serif", size: 22, gap: 2 };
    this.chart = new uPlot({
      width: this.plot.clientWidth || 200, height: HEIGHT, legend: { show: false }, focus: { alpha: 0.12 }, padding: [4, 6, 0, 6],
      cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false, dist: 3 }, bind: { dblclick: () => () => this.onRange(this.name, null) } },
      scales: { x: { time: false, range: () => [this.bins.low, this.bins.high] }, y: { range: (_, low, high) => [0, high || 1] } },
      axes: [{ ...axis, splits: () => this.splits(), values: (_, ticks) => ticks.map((tick) => TICK.format(this.bins.from(tick))) }, { show: false }],
      series: [{}, ...groups.names.map((_, g) => {
        const ink = colour(`--group-${groups.colours[g]}`);
        return { stroke: ink, fill: groups.names.length < 4 ? `${ink}22` : undefined, width: 1.5, paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } };
      })],
      hooks: { setSelect: [(chart) => this.brushed(chart)] },
    }, this.data, this.plot);
    this.chart.over.addEventListener("mousemove", (event) => event.buttons === 1 && this.brushing());
  }

  /** Ticks at round numbers, few enough for the width. */
  splits() {
    const { low, high, log } = this.bins;
    if (!log) {
      const rough = (high - low) / 4;
      const power = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 5, 10].map((n) => n * power).find((size) => size >= rough);
      return Array.from({ length: Math.floor(high / step) - Math.ceil(low / step) + 1 }, (_, i) => (Math.ceil(low / step) + i) * step);
    }
    const every = Math.ceil((high - low) / 5);
    const all = Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, i) => Math.floor(low) + i);
    const decades = all.filter((decade) => decade % every === 0);
    const steps = high - low > 2.5 ? [1] : high - low > 1.2 ? [1, 3] : [1, 2, 5];
    return decades.flatMap((d) => steps.map((n) => Math.log10(n * 10 ** d))).filter((v) => v >= low && v <= high);
  }

  /** Let one group stand out, or all again for -1. */
  emphasise(group) {
    this.chart.setSeries(group < 0 ? null : group + 1, { focus: true });
  }

  brushing() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.chart.select.width > 3 && this.brushed(this.chart));
  }

  /** The part that was dragged over; where it reaches an edge it has no end. */
  brushed(chart) {
    const { left, width } = chart.select;
    if (width <= 0) return;
    const end = (pixel) => Number(this.bins.from(chart.posToVal(pixel, "x")).toPrecision(4));
    const all = chart.over.clientWidth;
    const range = [left <= 1 ? null : end(left), left + width >= all - 1 ? null : end(left + width)];
    this.onRange(this.name, range[0] === null && range[1] === null ? null : range);
  }

  showRange() {
    const [low, high] = this.range ?? [null, null];
    this.inputs.forEach((input, i) => document.activeElement !== input && (input.value = (this.range?.[i] ?? "").toString()));
    this.clear.hidden = !this.range;
    this.element.classList.toggle("active", Boolean(this.range));
    const pixel = (value) => this.chart.valToPos(this.bins.to(Math.max(value, this.bins.log ? this.bins.smallest : -Infinity)), "x");
    const width = this.chart.over.clientWidth;
    const ends = [low === null ? 0 : pixel(low), high === null ? width : pixel(high)].map((x) => Math.max(0, Math.min(width, x)));
    this.chart.setSelect({ left: ends[0], width: this.range ? Math.max(1, ends[1] - ends[0]) : 0, top: 0, height: this.chart.over.clientHeight }, false);
  }

  resize() {
    if (!this.chart || !this.plot.clientWidth || this.plot.clientWidth === this.chart.width) return;
    this.chart.setSize({ width: this.plot.clientWidth, height: HEIGHT });
    this.showRange();
  }
}
