/** English. */

/** @type {import('./index.js').Texts} */
export default {
  'no-token': [
    'This page needs the complete link',
    'The part of the address that gives access to the images is missing.',
    'Please open the link again exactly as you received it. If you copied it, make sure that you copied all of it.',
  ],
  'bad-token': [
    'This link is damaged',
    'The part of the link that gives access to the images cannot be read.',
    'Please open the link again from the original message, or ask the sender for a new one.',
  ],
  refused: [
    'These images cannot be opened with this link',
    'The image archive did not accept the link for this study.',
    'Please ask the person or department who sent the link for a new one.',
  ],
  expired: [
    'This link has expired',
    'For your protection, links to images are valid for a limited time only.',
    'Please ask the person or department who sent the link for a new one.',
  ],
  'not-found': [
    'The study was not found',
    'The image archive does not have the study for this link. It may have been moved or deleted, or it may not have arrived yet.',
    'Please try again later, or ask the person or department who sent the link.',
  ],
  unreachable: [
    'The image archive cannot be reached',
    'The images could not be loaded because the archive is not answering at the moment.',
    'Please check your internet connection and try again in a few minutes.',
  ],
  'bad-link': [
    'This link cannot be used',
    'The address is incomplete, or contains something that links to images never contain.',
    'Please open the link again from the original message, or ask the sender for a new one.',
  ],
  broken: [
    'The images cannot be opened in this window',
    'The page could not be made secure, so nothing was loaded.',
    'Please try again, or open the link in another browser.',
  ],
  outside: [
    'Something was not loaded',
    'The page asked for images that do not belong to this link.',
    'You can continue with the images of this link. If any are missing, ask the person or department who sent the link.',
  ],
  close: 'Close',
  retry: 'Try again',
};
