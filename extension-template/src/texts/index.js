/**
 * The messages of the page, by language and reason: what happened, and what the user can do. Plain words, for patients
 * and physicians: no technical terms, and no part of the link. To add a language, add a file with every key of `en.js`.
 */

import de from './de.js';
import en from './en.js';
import es from './es.js';
import fr from './fr.js';
import it from './it.js';
import { firstOf } from './languages.js';
import nl from './nl.js';
import pt from './pt.js';

/** `partly-refused` is the notice for `refused`. @typedef {import('../../types/early.js').Reason | 'partly-refused'} Key */
/** @typedef {Record<Key, readonly [title: string, what: string, advice: string]>} Reasons */
/** @typedef {Reasons & {close: string, retry: string, reload: string, preview: string}} Texts */

/** @type {Readonly<Record<string, Texts>>} */
export const TEXTS = Object.freeze({ en, de, fr, es, pt, it, nl });

/**
 * The texts in the first language that the user prefers and that there is; else in English.
 *
 * @param {readonly string[]} languages best first, as in navigator.languages
 * @returns {{language: string, texts: Texts}}
 */
export function textsFor(languages) {
  const language = firstOf(languages, TEXTS);
  return { language, texts: TEXTS[language] };
}
