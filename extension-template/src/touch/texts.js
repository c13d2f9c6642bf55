/** The words of the layout for phones and tablets. To add a language, add an entry with every key of `en`. */

import { firstOf, preferredLanguages } from '../texts/languages.js';

/**
 * @typedef {Record<'scroll' | 'zoom' | 'contrast' | 'reset' | 'play' | 'pause' | 'series' | 'all' | 'simple' | 'open'
 *   | 'position' | 'hint' | 'tools' | 'unsupported', string>} Words
 */

/** Labels of buttons are short: seven stand side by side on a screen of 360 pixels. @type {Record<string, Words>} */
export const WORDS = {
  en: {
    scroll: 'Scroll',
    zoom: 'Zoom',
    contrast: 'Contrast',
    reset: 'Reset',
    play: 'Play',
    pause: 'Pause',
    series: 'Series',
    all: 'All tools',
    simple: 'Simple view',
    open: 'Open the document',
    position: 'Image {index} of {count}',
    hint: 'Move a finger up or down to see the other images',
    tools: 'Tools',
    unsupported: 'Cannot be shown',
  },
  de: {
    scroll: 'Blättern',
    zoom: 'Zoom',
    contrast: 'Kontrast',
    reset: 'Zurück',
    play: 'Film',
    pause: 'Pause',
    series: 'Serien',
    all: 'Alles',
    simple: 'Einfache Ansicht',
    open: 'Dokument öffnen',
    position: 'Bild {index} von {count}',
    hint: 'Mit einem Finger nach oben oder unten wischen, um die anderen Bilder zu sehen',
    tools: 'Werkzeuge',
    unsupported: 'Nicht darstellbar',
  },
  es: {
    scroll: 'Recorrer',
    zoom: 'Zoom',
    contrast: 'Contraste',
    reset: 'Inicio',
    play: 'Vídeo',
    pause: 'Pausa',
    series: 'Series',
    all: 'Todo',
    simple: 'Vista sencilla',
    open: 'Abrir el documento',
    position: 'Imagen {index} de {count}',
    hint: 'Deslice un dedo hacia arriba o abajo para ver las demás imágenes',
    tools: 'Herramientas',
    unsupported: 'No se puede mostrar',
  },
  fr: {
    scroll: 'Défiler',
    zoom: 'Zoom',
    contrast: 'Contraste',
    reset: 'Rétablir',
    play: 'Lecture',
    pause: 'Pause',
    series: 'Séries',
    all: 'Tout',
    simple: 'Vue simple',
    open: 'Ouvrir le document',
    position: 'Image {index} sur {count}',
    hint: 'Glissez un doigt vers le haut ou le bas pour voir les autres images',
    tools: 'Outils',
    unsupported: 'Non affichable',
  },
  it: {
    scroll: 'Scorri',
    zoom: 'Zoom',
    contrast: 'Contrasto',
    reset: 'Ripristina',
    play: 'Filmato',
    pause: 'Pausa',
    series: 'Serie',
    all: 'Tutto',
    simple: 'Vista semplice',
    open: 'Apri il documento',
    position: 'Immagine {index} di {count}',
    hint: 'Muova un dito in alto o in basso per vedere le altre immagini',
    tools: 'Strumenti',
    unsupported: 'Non visualizzabile',
  },
  nl: {
    scroll: 'Bladeren',
    zoom: 'Zoom',
    contrast: 'Contrast',
    reset: 'Herstel',
    play: 'Film',
    pause: 'Pauze',
    series: 'Reeksen',
    all: 'Alles',
    simple: 'Eenvoudig',
    open: 'Document openen',
    position: 'Beeld {index} van {count}',
    hint: 'Beweeg een vinger omhoog of omlaag om de andere beelden te zien',
    tools: 'Hulpmiddelen',
    unsupported: 'Niet te tonen',
  },
  pt: {
    scroll: 'Percorrer',
    zoom: 'Zoom',
    contrast: 'Contraste',
    reset: 'Repor',
    play: 'Filme',
    pause: 'Pausa',
    series: 'Séries',
    all: 'Tudo',
    simple: 'Vista simples',
    open: 'Abrir o documento',
    position: 'Imagem {index} de {count}',
    hint: 'Deslize um dedo para cima ou para baixo para ver as outras imagens',
    tools: 'Ferramentas',
    unsupported: 'Não pode ser mostrado',
  },
};

/**
 * The words in the language of the viewer.
 *
 * @param {Window} window
 * @returns {{language: string, words: Words}}
 */
export function wordsFor(window) {
  const language = firstOf(preferredLanguages(window), WORDS);
  return { language, words: WORDS[language] };
}

/**
 * Fills the pattern of `position`.
 *
 * @param {string} pattern with `{index}` and `{count}`
 * @param {number} index from 1
 * @param {number} count
 */
export function positionText(pattern, index, count) {
  return pattern.replace('{index}', String(index)).replace('{count}', String(count));
}
