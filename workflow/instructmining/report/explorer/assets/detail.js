// One example: its conversation, what each term of the rule adds or takes, its indicators, and its neighbours.
"use strict";

const SHOWN_CHARACTERS = 4000; // of a turn, until more is asked for

class Detail {
  constructor(element, examples, texts, { onOpen, onClose, beside }) {
    Object.assign(this, { element, examples, texts, onOpen, onClose, beside, position: -1 });
  }

  close() {
    this.position = -1;
    this.element.hidden = true;
    this.element.replaceChildren();
  }

  /** Show an example; the conversation and the neighbours come when they are loaded. */
  async show(position, words, focus) {
    this.position = position;
    this.words = words;
    const conversation = make("div", { className: "conversation" }, make("p", { className: "note" }, "Loading…"));
    const neighbours = make("div");
    const title = make("h2", { tabIndex: -1 }, `Rank ${number(this.examples.rank[position])}`, make("small", {}, ` of ${number(this.examples.count)}`));
    this.element.replaceChildren(
      make("header", {}, title, this.buttons(position)), this.facts(position),
      make("h3", {}, "What the rule predicts, and why"), this.terms(position),
      make("h3", {}, "Conversation"), conversation,
      make("h3", {}, "Indicators"), this.indicators(position),
      make("h3", {}, "Nearest neighbours"), neighbours,
    );
    this.element.hidden = false;
    this.element.scrollTop = 0;
    if (focus) title.focus();
    const turns = await this.texts.conversation(position);
    if (this.position !== position) return;
    conversation.replaceChildren(...turns.map(([role, text]) => this.turn(role, text)));
    const near = await this.neighbours(position);
    if (this.position === position) neighbours.replaceChildren(near);
  }

  buttons(position) {
    const go = (label, text, step) => {
      const target = this.beside(position, step);
      return make("button", { type: "button", disabled: target < 0, "aria-label": label, title: label, onclick: () => this.onOpen(target, true) }, text);
    };
    return make("div", { className: "buttons" }, go("Previous in the table", "↑", -1), go("Next in the table", "↓", 1),
      make("button", { type: "button", "aria-label": "Close the example", title: "Close (Escape)", onclick: this.onClose }, "✕"));
  }

  facts(position) {
    const { pool, selected, source, degraded, ids } = this.examples;
    const kind = pool.values.degradeds[degraded[position]];
    return make("p", { className: "facts" },
      make("span", { className: selected[position] ? "badge kept" : "badge" }, selected[position] ? "selected" : "not selected"),
      make("span", { className: "badge" }, swatch(Math.min(source[position], 7)), pool.values.sources[source[position]]),
      kind ? make("span", { className: "badge warn" }, `degraded: ${kind}`) : null,
      make("code", {}, ids[position]));
  }

  turn(role, text) {
    const body = make("div", { className: "text", dir: "auto" }, visible(text.slice(0, SHOWN_CHARACTERS), this.words));
    const rest = text.length - SHOWN_CHARACTERS;
    const more = rest > 0 ? make("button", { type: "button" }, `Show the other ${number(rest)} characters`) : null;
    if (more) more.onclick = () => { body.append(visible(text.slice(SHOWN_CHARACTERS), this.words)); more.remove(); };
    if (!text) body.append(make("span", { className: "note" }, "empty"));
    return make("article", { className: `turn ${role === "assistant" ? "assistant" : "other"}` }, make("h4", {}, role), body, more);
  }

  /** The prediction as a sum: the centre, what each term adds or takes, the result. */
  terms(position) {
    const { rule } = this.examples.ranking.values;
    const added = rule.terms.map((term) => this.examples.column(`term_${term.indicator}`)[position]);
    const largest = Math.max(...added.map(Math.abs), 1e-12);
    const rows = rule.terms.map((term, i) => {
      const value = this.value(term, position);
      const outside = isOutside(term, value);
      const hint = `The rule was fitted on subsets whose means lie from ${number(term.fittedMin)} to ${number(term.fittedMax)}`;
      return make("tr", {}, make("th", { scope: "row" }, term.indicator), make("td", {}, number(value), outside ? make("abbr", { title: hint, className: "outside" }, "outside") : null),
        make("td", {}, signed(added[i])), make("td", { className: "bar-cell" }, bar(added[i] / largest)));
    });
    const line = (name, value) => make("tr", { className: "sum" }, make("th", { scope: "row", colSpan: 2 }, name), make("td", {}, value.toFixed(4)), make("td"));
    const head = make("tr", {}, ...["term", "value", "adds", "lowers ⟷ raises"].map((text) => make("th", { scope: "col" }, text)));
    const outside = rule.terms.some((term) => isOutside(term, this.value(term, position)));
    return make("div", {}, make("table", { className: "terms" }, make("thead", {}, head),
      make("tbody", {}, line(rule.start ?? "an average subset", rule.centre), ...rows, line("predicted log loss", this.examples.column("predicted")[position]))),
      outside ? make("p", { className: "note" }, "“outside”: beyond the means of the subsets that the rule was fitted on; there it extrapolates, as it does for most single examples.") : null);
  }

  /** What a term sees of an example; of a source that the rule does not know, the mean share. */
  value(term, position) {
    if (!term.source) return this.examples.column(term.indicator)[position];
    return term.mean + (this.examples.column(`term_${term.indicator}`)[position] / term.coefficient || 0);
  }

  indicators(position) {
    const rows = this.examples.pool.values.indicators.map((name) => {
      const share = this.examples.percentile(name, position);
      const track = make("span", { className: "track", "aria-hidden": "true" }, make("span"));
      track.firstChild.style.left = percent(share);
      return make("tr", {}, make("th", { scope: "row" }, name, make("span", { className: "unit" }, unit(name))), make("td", {}, number(this.examples.column(name)[position])),
        make("td", {}, track), make("td", {}, `above ${percent(share)}`));
    });
    return make("table", { className: "indicators" }, make("caption", { className: "sr" }, "Indicators, and the share of the pool that has a lower value"), make("tbody", {}, ...rows));
  }

  async neighbours(position) {
    const { pool, source, rank, selected } = this.examples;
    const k = pool.values.neighbours;
    if (!k) return make("p", { className: "note" }, "This run has no sentence encoder (indicators.embedding), so there are none.");
    const { examples, cosines } = (await load(`pools/${pool.values.pool}/neighbours`)).arrays;
    const items = Array.from({ length: k }, (_, i) => {
      const other = examples[position * k + i];
      return make("li", {}, make("button", { type: "button", onclick: () => this.onOpen(other, true) },
        make("span", { className: "near" }, make("b", {}, cosines[position * k + i].toFixed(3)), swatch(Math.min(source[other], 7)), pool.values.sources[source[other]], ` · rank ${number(rank[other])}`, selected[other] ? " · selected" : ""),
        make("bdi", { dir: "auto" }, visible(pool.values.instructions[other]))));
    });
    return make("div", {}, make("p", { className: "note" }, "By cosine of their embeddings."), make("ol", { className: "neighbours" }, ...items));
  }
}

/** Whether a value is beyond those of the subsets; a share of a subset says nothing about that of one example. */
function isOutside(term, value) {
  return !term.source && (value < term.fittedMin || value > term.fittedMax);
}

/** A bar from the middle: to the left where a term lowers the predicted loss, to the right where it raises it. */
function bar(share) {
  const filled = make("span", { className: share < 0 ? "lowers" : "raises" });
  filled.style.width = `${Math.abs(share) * 50}%`;
  filled.style.left = share < 0 ? `${50 - Math.abs(share) * 50}%` : "50%";
  return make("span", { className: "bar", "aria-hidden": "true" }, filled);
}
