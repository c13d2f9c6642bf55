/**
 * What may be shown in a frame, or opened from a picture or a film. An object URL belongs to this page's origin: a stored
 * document that turned out to be HTML or SVG would run its scripts here, next to the token.
 */

const HARMLESS = /^(?:application\/pdf|image\/(?:png|jpeg|gif|webp|bmp)|video\/[\w.-]+|audio\/[\w.-]+|text\/plain)$/;

/**
 * @param {string} type a media type, with or without parameters
 * @returns {string | undefined} the type alone, if nothing of this type can run scripts
 */
export function harmless(type) {
  const bare = type.split(';')[0].trim().toLowerCase();
  return HARMLESS.test(bare) ? bare : undefined;
}
