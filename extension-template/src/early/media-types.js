/**
 * Media types that may be shown in a frame, or opened from an image or a video. An object URL has this page's origin: a
 * stored document that is HTML or SVG would run its scripts with access to the token.
 */

const HARMLESS = /^(?:application\/pdf|image\/(?:png|jpeg|gif|webp|bmp)|video\/[\w.-]+|audio\/[\w.-]+|text\/plain)$/;

/**
 * The media type without its parameters, if content of this type cannot run scripts.
 *
 * @param {string} type a media type, with or without parameters
 * @returns {string | undefined} undefined if it may run scripts
 */
export function harmless(type) {
  const bare = type.split(';')[0].trim().toLowerCase();
  return HARMLESS.test(bare) ? bare : undefined;
}
