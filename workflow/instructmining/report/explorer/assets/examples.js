// All examples of a ranked pool as columns, the filters over them, and their orders. Nothing here touches the page.
"use strict";

const UNITS = {
  predicted: "log loss; lower is better", len_in: "tokens", len_out: "tokens", mtld: "words",
  relevance: "cosine", ifd: "ratio of losses",
};
const MAX_SCORES = 28; // bits of an integer, less those of the other filters
const FILTERS = { source: 1, kept: 2, degraded: 4, search: 8 }; // the scores' bits follow

class Examples {
  constructor(pool, ranking) {
    Object.assign(this, { pool, ranking, ids: pool.values.ids, count: pool.values.ids.length });
    this.rank = ranking.arrays.rank;
    this.source = pool.arrays.source;
    this.degraded = pool.arrays.degraded;
    this.selected = Uint8Array.from(this.rank, (rank) => (rank <= ranking.values.selected ? 1 : 0));
    this.scores = ["predicted", ...pool.values.indicators].slice(0, MAX_SCORES);
    this.failed = new Uint32Array(this.count); // one bit per filter that an example does not pass
    this.positions = new Map(this.ids.map((id, i) => [id, i]));
    this.orders = new Map();
  }

  /** The values of a column: rank, predicted, an indicator, or a term. */
  column(name) {
    if (name === "rank") return this.rank;
    return this.ranking.arrays[name] ?? this.pool.arrays[`indicator_${name}`] ?? this.text(name);
  }

  /** The columns that examples can be put in order of. */
  columns() {
    return ["rank", "selected", "source", "degraded", ...this.scores, ...Object.keys(this.ranking.arrays).filter((name) => name.startsWith("term_"))];
  }

  /** Columns of names, as numbers in the order of the alphabet. */
  text(name) {
    if (name === "selected") return this.selected;
    const names = name === "source" ? this.pool.values.sources : this.pool.values.degradeds;
    const sorted = [...names].sort();
    const place = names.map((each) => sorted.indexOf(each));
    return Uint16Array.from(this[name], (code) => place[code]);
  }

  /** Say which examples do not pass a filter; `fails` is null where it is not set. */
  setFilter(name, fails) {
    const bit = this.bit(name);
    for (let i = 0; i < this.count; i++) {
      this.failed[i] = fails && fails(i) ? this.failed[i] | bit : this.failed[i] & ~bit;
    }
  }

  bit(name) {
    return FILTERS[name] ?? 16 << this.scores.indexOf(name);
  }

  /** Positions in the order of a column; ties and missing values go by rank. */
  order(name, descending) {
    const key = `${name} ${descending}`;
    if (!this.orders.has(key)) {
      const values = this.column(name);
      const sign = descending ? -1 : 1;
      const rank = this.rank;
      const compare = (a, b) => {
        const x = values[a], y = values[b];
        if (x === y) return rank[a] - rank[b];
        if (x !== x || y !== y) return (x !== x) - (y !== y) || rank[a] - rank[b];
        return x < y ? -sign : sign;
      };
      this.orders.set(key, Uint32Array.from(this.rank, (_, i) => i).sort(compare));
    }
    return this.orders.get(key);
  }

  /** The positions of the examples that pass all filters, in order. */
  passing({ column, descending }) {
    return this.order(column, descending).filter((i) => this.failed[i] === 0);
  }

  /** How many examples of each code pass all filters but one. */
  counts(codes, names, but) {
    const others = but ? ~this.bit(but) : ~0;
    const found = new Array(names.length).fill(0);
    for (let i = 0; i < this.count; i++) if ((this.failed[i] & others) === 0) found[codes[i]]++;
    return found;
  }

  /** The groups that are set against each other: sources, the selection and the rest, or kinds of degradation. */
  groups(by) {
    if (by === "selection") {
      return { by, names: ["selected", "rest"], codes: this.selected.map((kept) => 1 - kept), colours: [0, 7] };
    }
    const names = (by === "source" ? this.pool.values.sources : this.pool.values.degradeds).map((n) => n || "as imported");
    const codes = by === "source" ? this.source : this.degraded;
    if (names.length <= 8) return { by, names, codes, colours: names.map((_, i) => i) };
    const shown = [...names.slice(0, 7), `${names.length - 7} others`];
    return { by, names: shown, codes: codes.map((code) => Math.min(code, 7)), colours: shown.map((_, i) => i) };
  }

  /** The share of a pool's examples with a lower value. */
  percentile(name, position) {
    const values = this.column(name);
    let below = 0;
    for (let i = 0; i < this.count; i++) if (values[i] < values[position]) below++;
    return below / this.count;
  }
}

/** A label with the unit of a score. */
function unit(name) {
  return name.startsWith("knn_") ? "distance" : (UNITS[name] ?? "");
}

const BINS = 40;

/** Bins of one score: where they lie, and the bin of each example. On a log scale where most would fall into a few. */
class Bins {
  constructor(values) {
    const sorted = values.filter(Number.isFinite).sort();
    const quantile = (q) => sorted[Math.round(q * (sorted.length - 1))] ?? 0;
    this.smallest = sorted[0] ?? 0;
    this.largest = sorted.at(-1) ?? 0;
    this.log = this.smallest > 0 && quantile(0.99) / quantile(0.5) > 4;
    [this.low, this.high] = [quantile(0.001), quantile(0.999)].map((value) => this.to(value));
    if (this.low === this.high) [this.low, this.high] = [this.low - 0.5, this.high + 0.5];
    const scale = BINS / (this.high - this.low);
    this.bin = Uint8Array.from(values, (value) =>
      Number.isNaN(value) ? 255 : Math.max(0, Math.min(BINS - 1, Math.floor((this.to(value) - this.low) * scale))),
    );
    this.edges = Array.from({ length: BINS + 1 }, (_, i) => this.low + i / scale);
  }

  to(value) {
    return this.log ? Math.log10(value) : value;
  }

  from(value) {
    return this.log ? 10 ** value : value;
  }

  /** How many examples of each group fall into each bin, of those that pass every filter but this score's own. */
  count(examples, name, groups) {
    const others = ~examples.bit(name);
    const counts = groups.names.map(() => new Uint32Array(BINS));
    const { failed } = examples;
    for (let i = 0; i < this.bin.length; i++) {
      if ((failed[i] & others) === 0 && this.bin[i] !== 255) counts[groups.codes[i]][this.bin[i]]++;
    }
    return counts;
  }
}
