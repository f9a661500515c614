// Finds words in whole conversations: chunk by chunk, so that the page stays alive, and kept in lower case afterwards.
"use strict";

/** The words of a query; words in quotes belong together. */
function wordsOf(query) {
  return [...query.toLowerCase().matchAll(/"([^"]+)"|(\S+)/g)].map((match) => match[1] ?? match[2].replaceAll('"', "")).filter(Boolean);
}

class Texts {
  constructor(pool) {
    this.name = `pools/${pool.values.pool}`;
    this.starts = pool.values.chunks;
    this.lower = []; // per chunk, each conversation as one string
    this.recent = []; // chunks whose conversations are held as they are
    this.search = 0;
  }

  /** The conversation of an example: [role, text] of each turn. */
  async conversation(position) {
    let chunk = this.starts.findLastIndex((start) => start <= position);
    return (await this.chunk(chunk))[position - this.starts[chunk]];
  }

  async chunk(number) {
    const name = `${this.name}/texts-${number}`;
    this.recent = [name, ...this.recent.filter((other) => other !== name)];
    this.recent.splice(8).forEach(forget);
    return (await load(name)).values.conversations;
  }

  async lowered(number) {
    this.lower[number] ??= (await this.chunk(number)).map((turns) => turns.map((turn) => turn[1]).join("\n").toLowerCase());
    return this.lower[number];
  }

  /** A 1 for each example that has all words, or null where another search was begun meanwhile. */
  async find(words, count, progress) {
    const current = ++this.search;
    const found = new Uint8Array(count);
    for (let number = 0; number < this.starts.length; number++) {
      const texts = await this.lowered(number);
      if (current !== this.search) return null;
      texts.forEach((text, i) => (found[this.starts[number] + i] = words.every((word) => text.includes(word)) ? 1 : 0));
      progress((number + 1) / this.starts.length);
    }
    return found;
  }
}
