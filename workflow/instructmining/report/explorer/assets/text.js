// Shows text that is not trusted: as text nodes only, with marks for the characters that would hide or turn it.
"use strict";

const NAMES = {
  0x00: "null", 0x0d: "carriage return", 0x1b: "escape", 0x7f: "delete", 0xad: "soft hyphen",
  0x061c: "Arabic letter mark", 0x180e: "Mongolian vowel separator", 0x200b: "zero-width space",
  0x200c: "zero-width non-joiner", 0x200d: "zero-width joiner", 0x200e: "left-to-right mark",
  0x200f: "right-to-left mark", 0x2028: "line separator", 0x2029: "paragraph separator",
  0x202a: "left-to-right embedding", 0x202b: "right-to-left embedding", 0x202c: "pop directional formatting",
  0x202d: "left-to-right override", 0x202e: "right-to-left override", 0x2060: "word joiner",
  0x2066: "left-to-right isolate", 0x2067: "right-to-left isolate", 0x2068: "first strong isolate",
  0x2069: "pop directional isolate", 0xfeff: "byte order mark",
};

// Joiners belong to emoji and to several scripts; there they stay what they are, elsewhere they hide in text.
const JOINED = String.raw`[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F\p{M}\p{Script=Arabic}\p{Script=Syriac}` +
  String.raw`\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Kannada}]`;
const UNSEEN = new RegExp(
  String.raw`[\x00-\x08\x0B-\x1F\x7F-\x9F\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180E\u200B\u200E\u200F` +
    String.raw`\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]` +
    String.raw`|(?<!${JOINED})[\u200C\u200D]|[\u200C\u200D](?!${JOINED})`,
  "gu",
);

/** A new element with properties, attributes, listeners (on...) and children; a string becomes text and never HTML. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Text as nodes: unseen characters named in a mark, the words of a search marked. */
function visible(text, words = []) {
  const fragment = document.createDocumentFragment();
  const shown = text.replaceAll("\r\n", "\n");
  let from = 0;
  for (const match of shown.matchAll(UNSEEN)) {
    fragment.append(...withHits(shown.slice(from, match.index), words), unseen(match[0]));
    from = match.index + match[0].length;
  }
  fragment.append(...withHits(shown.slice(from), words));
  return fragment;
}

function unseen(character) {
  const code = character.codePointAt(0);
  const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return make("span", { className: "unseen", title: NAMES[code] ?? "a character that is not seen" }, name);
}

function withHits(text, words) {
  if (!words.length || !text) return [text];
  const pattern = new RegExp(`(${words.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|")})`, "giu");
  return text.split(pattern).map((part, i) => (i % 2 ? make("mark", {}, part) : part));
}

const whole = new Intl.NumberFormat("en");

/** A number for people: grouped if whole, else four digits. */
function number(value) {
  if (!Number.isFinite(value)) return "none";
  if (Number.isInteger(value)) return whole.format(value);
  const size = Math.abs(value);
  if (size >= 10000) return whole.format(Math.round(value));
  return size < 0.0001 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.0995 ? 1 : 0)}%`;
