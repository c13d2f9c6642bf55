/** French. */

/** @type {import('./index.js').Texts} */
export default {
  'no-token': [
    'Cette page nécessite le lien complet',
    "Il manque à l'adresse ouverte la partie qui donne accès aux images.",
    "Veuillez rouvrir le lien exactement tel que vous l'avez reçu. S'il a été copié, vérifiez qu'il l'a été en entier.",
  ],
  'bad-token': [
    'Ce lien est endommagé',
    'La partie du lien qui donne accès aux images est illisible.',
    "Veuillez rouvrir le lien depuis le message d'origine ou en demander un nouveau à l'expéditeur.",
  ],
  refused: [
    'Ce lien ne permet pas d’ouvrir ces images',
    "Les archives d'images n'ont pas accepté le lien pour cet examen.",
    'Veuillez demander un nouveau lien à la personne ou au service qui vous l’a envoyé.',
  ],
  'partly-refused': [
    'Ce lien ne permet pas de tout ouvrir',
    "Les archives d'images n'ont pas accepté le lien pour une partie des images.",
    'Vous pouvez continuer avec ce qui est affiché. Pour le reste, veuillez demander un nouveau lien à la personne ou au service qui vous l’a envoyé.',
  ],
  'signed-out': [
    'Vous êtes déconnecté',
    "Les archives d'images vous demandent de vous connecter de nouveau.",
    'Veuillez vous connecter dans ce navigateur, puis réessayer.',
  ],
  expired: [
    'Ce lien a expiré',
    'Pour votre protection, les liens vers des images ne sont valables que pour une durée limitée.',
    'Veuillez demander un nouveau lien à la personne ou au service qui vous l’a envoyé.',
  ],
  'not-found': [
    "L'examen est introuvable",
    "Les archives d'images ne contiennent pas l'examen indiqué par ce lien. Il a peut-être été déplacé ou supprimé, ou n'est pas encore arrivé.",
    'Veuillez réessayer plus tard ou vous adresser à la personne ou au service qui vous a envoyé le lien.',
  ],
  unreachable: [
    "Les archives d'images sont injoignables",
    "Les images n'ont pas pu être chargées, car les archives ne répondent pas pour le moment.",
    "Cette page réessaie d'elle-même pendant dix minutes. Si cela ne suffit pas, veuillez vérifier votre connexion internet et réessayer.",
  ],
  'bad-link': [
    'Ce lien ne peut pas être utilisé',
    "L'adresse contient quelque chose qu'un lien vers des images ne contient jamais, ou elle est incomplète.",
    "Veuillez rouvrir le lien depuis le message d'origine ou en demander un nouveau à l'expéditeur.",
  ],
  broken: [
    'Les images ne peuvent pas être ouvertes dans cette fenêtre',
    "La page n'a pas pu être préparée en toute sécurité ; rien n'a donc été chargé.",
    'Veuillez réessayer ou ouvrir le lien dans un autre navigateur.',
  ],
  outside: [
    "Un élément n'a pas été chargé",
    'La page a demandé des images qui ne font pas partie de ce lien.',
    "Vous pouvez continuer avec les images de ce lien. S'il en manque, adressez-vous à la personne ou au service qui l'a envoyé.",
  ],
  'long-uid': [
    'Ce lien ne peut pas être utilisé',
    "Un numéro d'examen dans l'adresse est trop long. Ces numéros ont au plus 64 caractères : le lien a donc été modifié ou mal créé.",
    "Veuillez rouvrir le lien depuis le message d'origine ou en demander un nouveau à l'expéditeur.",
  ],
  'no-files': [
    'Seuls des liens peuvent être ouverts ici',
    'Les fichiers de votre appareil ne peuvent pas être ouverts sur cette page.',
    'Veuillez ouvrir le lien que vous avez reçu.',
  ],
  busy: [
    "Les archives d'images sont surchargées",
    'Les archives répondent, mais ne peuvent pas envoyer les images pour le moment.',
    "Cette page réessaie d'elle-même pendant dix minutes, sauf si les archives demandent une pause plus longue. Ensuite, veuillez réessayer.",
  ],
  failed: [
    "Les images n'ont pas pu être ouvertes",
    'Les archives ont répondu, mais leur réponse ne peut pas être affichée.',
    "Veuillez réessayer. Si cela n'aide pas, prévenez la personne ou le service qui vous a envoyé le lien.",
  ],
  incomplete: [
    'Il manque quelque chose',
    "Une partie de ce qui appartient à ce lien n'a pas pu être chargée.",
    'Vous pouvez continuer avec ce qui est affiché. Pour le reste, réessayez ou adressez-vous à la personne ou au service qui vous a envoyé le lien.',
  ],
  'other-study': [
    "Les images sont celles d'un autre examen",
    "Les archives ont envoyé quelque chose qui ne correspond pas à ce lien. Cela n'est pas affiché.",
    'Veuillez réessayer. Si cela ne suffit pas, prévenez la personne ou le service qui vous a envoyé le lien.',
  ],
  slow: [
    "Les archives d'images sont lentes",
    "Les archives n'ont rien envoyé depuis un moment.",
    "Cette page continue d'attendre et redemande d'elle-même. Si rien ne se passe, veuillez vérifier votre connexion internet et réessayer.",
  ],
  waiting: [
    "Rien n'est encore apparu",
    'Les images sont longues à charger, ou cette page ne peut pas afficher ce que contient le lien.',
    "Veuillez patienter encore un peu ou réessayer. Si rien n'apparaît, adressez-vous à la personne ou au service qui vous a envoyé le lien.",
  ],
  updated: [
    'Cette page doit être rechargée',
    "Une partie du programme n'a pas pu être chargée. Il a peut-être été mis à jour pendant que cette page était ouverte.",
    'Votre lien reste ouvert : rechargez la page pour continuer.',
  ],
  close: 'Fermer',
  retry: 'Réessayer',
  reload: 'Recharger',
  preview: 'Aperçu : la visionneuse se charge',
};
