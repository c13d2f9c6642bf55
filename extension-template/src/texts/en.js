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
  'partly-refused': [
    'Not everything can be opened with this link',
    'The image archive did not accept the link for a part of the images.',
    'You can continue with what is shown. For the rest, please ask the person or department who sent the link for a new one.',
  ],
  'signed-out': [
    'You are signed out',
    'The image archive asks you to sign in again.',
    'Please sign in, in this browser, and try again.',
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
    'This page tries again by itself for ten minutes. If that does not help, please check your internet connection and try again.',
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
  'long-uid': [
    'This link cannot be used',
    'A study number in the address is too long. Such numbers have at most 64 characters, so the link was changed or made wrongly.',
    'Please open the link again from the original message, or ask the sender for a new one.',
  ],
  'no-files': [
    'This viewer opens links only',
    'Files from your own computer cannot be opened here.',
    'Please open the link that you received.',
  ],
  busy: [
    'The image archive is busy',
    'The archive is there, but it cannot send the images at the moment.',
    'This page tries again by itself for ten minutes, unless the archive asks for a longer pause. After that, please try again.',
  ],
  failed: [
    'The images could not be opened',
    'The archive answered, but what it sent cannot be shown.',
    'Please try again. If that does not help, tell the person or department who sent the link.',
  ],
  incomplete: [
    'Something is missing',
    'A part of what belongs to this link could not be loaded.',
    'You can continue with what is shown. Try again for the rest, or ask the person or department who sent the link.',
  ],
  'other-study': [
    'The images are of another examination',
    'The archive sent something that does not belong to this link. It is not shown.',
    'Please try again. If that does not help, tell the person or department who sent the link.',
  ],
  slow: [
    'The image archive is slow',
    'The archive has not sent anything for a while.',
    'This page keeps waiting, and asks again by itself. If nothing happens, please check your internet connection and try again.',
  ],
  waiting: [
    'Nothing has appeared yet',
    'The images take a long time to load, or this viewer cannot show what the link contains.',
    'Please wait a little longer, or try again. If nothing appears, ask the person or department who sent the link.',
  ],
  updated: [
    'This page has to be loaded again',
    'A part of the viewer could not be loaded. It may have been updated while this page was open.',
    'Your link stays open: load the page again to continue.',
  ],
  close: 'Close',
  retry: 'Try again',
  reload: 'Load again',
  preview: 'Preview: the viewer is loading',
};
