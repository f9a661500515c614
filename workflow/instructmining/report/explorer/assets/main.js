// Puts the parts together: what a person does changes the view; the view is applied to the filters, then shown.
"use strict";

const $ = (id) => document.getElementById(id);
let view = freshView();
let shown = null; // the parts of the ranking that is shown
let timer = 0;

async function start() {
  try {
    const { values } = await load("rankings");
    fill($("model"), [...new Set(values.rankings.map((each) => each.model))]);
    fill($("pool"), [...new Set(values.rankings.map((each) => each.pool))]);
    listen();
    await restore();
  } catch (error) {
    fail(error);
  }
}

function fail(error) {
  $("failure").textContent = window.DecompressionStream ? error.message : "This page needs a browser of 2023 or later (DecompressionStream).";
  $("failure").hidden = false;
  $("loading").hidden = true;
  console.error(error);
}

function fill(select, names) {
  select.replaceChildren(...names.map((name) => make("option", { value: name }, name)));
  select.disabled = names.length < 2;
}

function listen() {
  for (const name of ["model", "pool"]) $(name).onchange = () => change({ ...freshView(), model: $("model").value, pool: $("pool").value });
  for (const name of ["group", "scale"]) $(name).onchange = () => change({ [name]: $(name).value });
  $("query").oninput = () => { clearTimeout(timer); timer = setTimeout(() => change({ query: $("query").value.trim() }), 250); };
  $("terms").onchange = () => shown.table.showTerms($("terms").checked);
  $("clear").onclick = $("clear-empty").onclick = () => change({ source: null, degraded: null, kept: "all", query: "", ranges: {} });
  $("theme").onclick = nextTheme;
  $("link").onclick = copyLink;
  for (const tab of ["examples", "compare"]) $(`tab-${tab}`).onclick = () => change({ tab });
  document.querySelector("[role=tablist]").onkeydown = (event) => {
    if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    change({ tab: view.tab === "examples" ? "compare" : "examples" }).then(() => $(`tab-${view.tab}`).focus());
  };
  document.addEventListener("keydown", (event) => event.key === "Escape" && view.example && close());
  window.onpopstate = () => restore().catch(fail);
  matchMedia("(prefers-color-scheme: dark)").onchange = () => update();
}

/** Show what the address says. */
async function restore() {
  const next = fromHash(location.hash);
  for (const name of ["model", "pool"]) {
    const offered = [...$(name).options].map((option) => option.value);
    if (!offered.includes(next[name])) next[name] = offered[0];
  }
  await change(next, false);
}

/** Change the view, and the address with it. */
async function change(part, address = true) {
  view = { ...view, ...part };
  if (address) history.replaceState(null, "", toHash(view));
  if (shown?.model !== view.model || shown?.pool !== view.pool) await open(view.model, view.pool);
  view = known(view, shown.examples);
  await update();
}

async function open(model, pool) {
  $("loading").hidden = false;
  const [poolData, ranking] = await Promise.all([load(`pools/${pool}/pool`), load(`rankings/${model}/${pool}`)]);
  const examples = new Examples(poolData, ranking);
  const texts = new Texts(poolData);
  shown?.table.grid.destroy();
  shown?.detail.close();
  document.body.classList.remove("with-detail");
  busy(false);
  const table = new ExampleTable($("table"), examples, { onSort: (column, descending) => change({ column, descending }), onOpen: openExample });
  const histograms = examples.scores.map((name) => new Histogram(examples, name, setRange));
  const detail = new Detail($("detail"), examples, texts, { onOpen: openExample, onClose: close, beside: (i, step) => table.beside(i, step) });
  $("histograms").replaceChildren(...histograms.map((each) => each.element));
  const order = ranking.values.byRule ? "" : " (the selection, and so the ranks, do not follow it; the report says why)";
  $("formula").replaceChildren(make("b", {}, "Rule "), ranking.values.rule.formula, order);
  $("terms").checked = false;
  shown = { model, pool, examples, texts, table, histograms, detail, found: null, query: "" };
  $("app").hidden = false;
  $("loading").hidden = true;
}

function setRange(name, range) {
  const ranges = { ...view.ranges };
  if (range) ranges[name] = range;
  else delete ranges[name];
  change({ ranges });
}

/** Apply the view to the filters and show the result; a search goes on until its last chunk and then shows its own. */
async function update() {
  const { examples, table } = shown;
  applyFilters(examples);
  show();
  const position = examples.positions.get(view.example) ?? -1;
  if (position !== shown.detail.position) {
    if (position < 0) shown.detail.close();
    else shown.detail.show(position, wordsOf(view.query), false).catch(fail);
    document.body.classList.toggle("with-detail", position >= 0);
    table.open(position);
  }
  if (view.query !== shown.query) await search();
}

function applyFilters(examples) {
  const { sources, degradeds } = examples.pool.values;
  const among = (names, chosen) => chosen && names.map((name) => !chosen.includes(name || "as imported"));
  const notSource = among(sources, view.source);
  const notDegraded = among(degradeds, view.degraded);
  examples.setFilter("source", notSource && ((i) => notSource[examples.source[i]]));
  examples.setFilter("degraded", notDegraded && ((i) => notDegraded[examples.degraded[i]]));
  examples.setFilter("kept", view.kept === "all" ? null : (i) => (examples.selected[i] === 1) !== (view.kept === "selected"));
  examples.setFilter("search", view.query && shown.found ? (i) => !shown.found[i] : null);
  for (const name of examples.scores) {
    const [low, high] = view.ranges[name] ?? [null, null];
    const values = examples.column(name);
    examples.setFilter(name, view.ranges[name] ? (i) => !(values[i] >= (low ?? -Infinity) && values[i] <= (high ?? Infinity)) : null);
  }
}

function show() {
  const { examples, table, histograms } = shown;
  const groups = examples.groups(view.group);
  const rows = examples.passing(view);
  for (const name of ["model", "pool", "group", "scale"]) $(name).value = view[name];
  if (document.activeElement !== $("query")) $("query").value = view.query;
  table.update(view, rows);
  histograms.forEach((histogram) => histogram.update(view, groups));
  showFilters(examples, groups);
  showTab(examples, groups, rows.length);
  const kept = rows.reduce((sum, i) => sum + examples.selected[i], 0);
  $("status").textContent = `${number(rows.length)} of ${number(examples.count)} examples, ${number(kept)} of them selected`;
}

function showTab(examples, groups, count) {
  for (const tab of ["examples", "compare"]) {
    $(`tab-${tab}`).setAttribute("aria-selected", String(view.tab === tab));
    $(`tab-${tab}`).tabIndex = view.tab === tab ? 0 : -1;
    $(`panel-${tab}`).hidden = view.tab !== tab;
  }
  $("empty").hidden = count > 0;
  $("table").hidden = count === 0;
  if (view.tab === "compare") $("panel-compare").replaceChildren(comparison(examples, groups));
}

function showFilters(examples, groups) {
  const { sources, degradeds } = examples.pool.values;
  const focused = document.activeElement?.dataset?.choice;
  const kept = examples.counts(examples.selected, ["rest", "selected"], "kept");
  $("kept").replaceChildren(...[["all", "all", kept[0] + kept[1]], ["selected", "the selection", kept[1]], ["rest", "the rest", kept[0]]].map(([value, label, count]) =>
    choice("radio", "kept", label, count, view.kept === value, () => change({ kept: value }), groups.by === "selection" && value !== "all" ? (value === "selected" ? 0 : 7) : null, value === "selected" ? 0 : 1)));
  facet("source", sources, examples.counts(examples.source, sources, "source"), groups.by === "source");
  $("degraded-filter").hidden = degradeds.length < 2;
  facet("degraded", degradeds.map((name) => name || "as imported"), examples.counts(examples.degraded, degradeds, "degraded"), groups.by === "degradation");
  $("clear").hidden = !filtered(view);
  if (focused) [...document.querySelectorAll("[data-choice]")].find((each) => each.dataset.choice === focused)?.focus();
}

function facet(name, values, counts, coloured) {
  $(name).replaceChildren(...values.map((value, i) => {
    const on = view[name]?.includes(value) ?? false;
    const toggle = () => {
      const chosen = on ? view[name].filter((each) => each !== value) : [...(view[name] ?? []), value];
      change({ [name]: chosen.length ? chosen : null });
    };
    return choice("checkbox", name, value, counts[i], on, toggle, coloured ? Math.min(i, 7) : null);
  }));
}

function choice(type, name, label, count, checked, onchange, colour, group = colour) {
  const input = make("input", { type, name, checked, onchange });
  input.dataset.choice = `${name} ${label}`;
  const emphasise = (group) => colour !== null && shown.histograms.forEach((histogram) => histogram.emphasise(group));
  const events = { onmouseenter: () => emphasise(group), onmouseleave: () => emphasise(-1), onfocusin: () => emphasise(group), onfocusout: () => emphasise(-1) };
  return make("label", { className: "choice", ...events }, input, colour === null ? null : swatch(colour), make("span", { className: "name" }, label), make("span", { className: "count" }, number(count)));
}

async function search() {
  const { texts, examples } = shown;
  const query = (shown.query = view.query);
  const words = wordsOf(query);
  busy(words.length > 0);
  const found = words.length ? await texts.find(words, examples.count, (share) => ($("progress").value = share)) : null;
  if (words.length && !found) return; // another search has begun
  if (shown.query !== query) return;
  busy(false);
  shown.found = found;
  applyFilters(examples);
  show();
}

/** Say that what is shown is about to change, while a search goes through the conversations. */
function busy(searching) {
  $("progress").hidden = !searching;
  $("main").setAttribute("aria-busy", String(searching));
}

function openExample(position, focus) {
  const fresh = !view.example;
  view.example = shown.examples.ids[position];
  history[fresh ? "pushState" : "replaceState"](null, "", toHash(view));
  document.body.classList.add("with-detail");
  shown.detail.show(position, wordsOf(view.query), focus).catch(fail);
  shown.table.open(position);
}

function close() {
  const position = shown.detail.position;
  change({ example: "" });
  shown.table.focus(position);
}

async function copyLink() {
  await navigator.clipboard.writeText(location.href).then(() => ($("link").textContent = "Copied"), () => ($("link").textContent = "Copy it from the address bar"));
  setTimeout(() => ($("link").textContent = "Copy link"), 2000);
}

function nextTheme() {
  const order = ["auto", "light", "dark"];
  setTheme(order[(order.indexOf(document.documentElement.dataset.theme) + 1) % 3]);
  if (shown) update();
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  $("theme").textContent = `Theme: ${theme}`;
  try { localStorage.setItem("theme", theme); } catch { /* not kept where storage is off */ }
}

function storedTheme() {
  try { return ["light", "dark"].find((theme) => theme === localStorage.getItem("theme")) ?? "auto"; } catch { return "auto"; }
}

setTheme(storedTheme());
start();
