// What is shown, as one value, and as the part of the address after #, so that a link restores it.
"use strict";

const FRESH = {
  model: "", pool: "", column: "rank", descending: false, source: null, degraded: null, kept: "all", query: "",
  ranges: {}, group: "source", scale: "share", tab: "examples", example: "",
};

const freshView = () => ({ ...FRESH, ranges: {} });

/** The address of a view; what is as it comes is left out. */
function toHash(view) {
  const parts = new URLSearchParams({ model: view.model, pool: view.pool });
  if (view.column !== "rank" || view.descending) parts.set("sort", `${view.column}${view.descending ? ":down" : ""}`);
  for (const name of ["source", "degraded"]) for (const value of view[name] ?? []) parts.append(name, value);
  for (const name of ["kept", "query", "group", "scale", "tab", "example"]) {
    if (view[name] !== FRESH[name]) parts.set(name, view[name]);
  }
  for (const [score, [low, high]] of Object.entries(view.ranges)) parts.set(`range.${score}`, `${low ?? ""}..${high ?? ""}`);
  return `#${parts}`;
}

/** The view of an address; what it does not know is left out. */
function fromHash(hash) {
  const parts = new URLSearchParams(hash.slice(1));
  const view = freshView();
  for (const name of ["model", "pool", "kept", "query", "group", "scale", "tab", "example"]) view[name] = parts.get(name) ?? view[name];
  const [column, direction] = (parts.get("sort") ?? "rank").split(":");
  Object.assign(view, { column, descending: direction === "down" });
  for (const name of ["source", "degraded"]) if (parts.has(name)) view[name] = parts.getAll(name);
  for (const [name, value] of parts) {
    if (name.startsWith("range.")) view.ranges[name.slice(6)] = value.split("..").map((end) => (end === "" ? null : Number(end)));
  }
  return view;
}

const CHOICES = { kept: ["all", "selected", "rest"], group: ["source", "selection", "degradation"], scale: ["share", "count"], tab: ["examples", "compare"] };

/** A view without what these examples do not have: a link may be old, or typed. */
function known(view, examples) {
  const known = { ...view, ranges: { ...view.ranges } };
  for (const [name, choices] of Object.entries(CHOICES)) if (!choices.includes(view[name])) known[name] = FRESH[name];
  if (!examples.columns().includes(view.column)) Object.assign(known, { column: "rank", descending: false });
  for (const [name, ends] of Object.entries(view.ranges)) {
    if (!examples.scores.includes(name) || ends.length !== 2 || ends.some(Number.isNaN)) delete known.ranges[name];
  }
  if (!examples.positions.has(view.example)) known.example = "";
  return known;
}

const filtered = (view) =>
  Boolean(view.source || view.degraded || view.kept !== "all" || view.query || Object.keys(view.ranges).length);
