// The selection against the rest, or sources with each other: how each score is spread in each group.
"use strict";

/** Quartiles of a score in each group, and the chance that an example of it has a higher value than one of the others. */
function spread(examples, name, groups) {
  const order = examples.order(name, false);
  const values = examples.column(name);
  const members = groups.names.map(() => []);
  const rankSums = new Float64Array(groups.names.length);
  const passing = order.filter((i) => examples.failed[i] === 0 && !Number.isNaN(values[i]));
  for (let from = 0; from < passing.length; ) {
    let to = from;
    while (to < passing.length && values[passing[to]] === values[passing[from]]) to++;
    for (let i = from; i < to; i++) {
      const group = groups.codes[passing[i]];
      members[group].push(values[passing[i]]);
      rankSums[group] += (from + 1 + to) / 2; // tied values share their mean rank
    }
    from = to;
  }
  return members.map((each, group) => {
    const others = passing.length - each.length;
    const above = rankSums[group] - (each.length * (each.length + 1)) / 2;
    return {
      quartiles: [0.25, 0.5, 0.75].map((q) => quantile(each, q)),
      higher: each.length && others ? above / (each.length * others) : NaN,
    };
  });
}

/** A quantile of sorted values, between neighbours by distance. */
function quantile(sorted, q) {
  if (!sorted.length) return NaN;
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  return sorted[low] + (place - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}

function comparison(examples, groups) {
  const none = groups.names.length < 2 ? make("p", { className: "note" }, "There is one group only; group by something else to compare.") : null;
  const head = make("tr", {}, make("th", { scope: "col" }, "score"),
    ...groups.names.map((name, g) => make("th", { scope: "col" }, swatch(groups.colours[g]), name)));
  const counts = examples.counts(groups.codes, groups.names);
  const kept = groups.names.map(() => 0);
  for (let i = 0; i < examples.count; i++) if (examples.failed[i] === 0 && examples.selected[i]) kept[groups.codes[i]]++;
  const rows = [
    row("examples", counts.map((count) => [make("b", {}, number(count))])),
    row("selected", counts.map((count, g) => [make("b", {}, number(kept[g])), make("small", {}, count ? `${percent(kept[g] / count)} of them` : "")])),
    ...examples.scores.map((name) => row(name, spread(examples, name, groups).map(cell), unit(name))),
  ];
  const note = make("p", { className: "note" }, "Of the examples that pass the filters: median, and in brackets the middle half. " +
    "The bar is the chance that an example of the group has a higher value than one of all the others; the tick is one half, no difference. These describe this pool; they are no estimates.");
  return make("div", {}, none, note, make("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Comparison of groups" },
    make("table", { className: "comparison" }, make("thead", {}, head), make("tbody", {}, ...rows))));
}

function row(name, cells, hint = "") {
  return make("tr", {}, make("th", { scope: "row" }, name, make("span", { className: "unit" }, hint)), ...cells.map((parts) => make("td", {}, ...parts)));
}

function cell({ quartiles: [low, middle, high], higher }) {
  if (Number.isNaN(middle)) return [make("small", {}, "none")];
  const parts = [make("b", {}, number(middle)), make("small", {}, `[${number(low)}, ${number(high)}]`)];
  if (Number.isNaN(higher)) return parts;
  const bar = make("span", { className: "chance", "aria-hidden": "true" }, make("span"));
  bar.firstChild.style.width = percent(higher);
  return [...parts, bar, make("small", {}, `higher with chance ${percent(higher)}`)];
}
