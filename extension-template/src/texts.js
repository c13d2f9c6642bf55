/**
 * What the reader is told, by language and reason: what happened, and what to do about it. Plain words, for patients and
 * physicians; nothing technical and never anything of the link. To add a language, add a table with every key of `en`.
 */

/** @typedef {Record<import('../types/early.js').Reason, readonly [title: string, what: string, advice: string]>} Reasons */
/** @typedef {Reasons & {close: string, retry: string}} Texts */

/** @type {Readonly<Record<string, Texts>>} */
export const TEXTS = Object.freeze({
  en: {
    'no-token': [
      'This page needs its complete link',
      'The address that was opened lacks the part that gives access to the images.',
      'Please open the link again exactly as you received it. If it was copied, make sure that all of it was copied.',
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
      'The image archive does not have the study that this link names. It may have been moved or removed, or not have arrived yet.',
      'Please try again later, or ask the person or department who sent the link.',
    ],
    unreachable: [
      'The image archive cannot be reached',
      'The images could not be loaded because the archive does not answer at the moment.',
      'Please check your internet connection and try again in a few minutes.',
    ],
    'bad-link': [
      'This link cannot be used',
      'The address contains something that links to images never contain, or it is not complete.',
      'Please open the link again from the original message, or ask the sender for a new one.',
    ],
    broken: [
      'The images cannot be opened in this window',
      'The page could not be prepared safely, so nothing was loaded.',
      'Please try again, or open the link in another browser.',
    ],
    outside: [
      'Something was not loaded',
      'The page asked for images that do not belong to this link.',
      'You can go on with the images that this link is for. If some are missing, ask the person or department who sent the link.',
    ],
    close: 'Close',
    retry: 'Try again',
  },
  de: {
    'no-token': [
      'Diese Seite braucht den vollständigen Link',
      'In der geöffneten Adresse fehlt der Teil, der den Zugang zu den Bildern gibt.',
      'Bitte öffnen Sie den Link noch einmal genau so, wie Sie ihn erhalten haben. Falls er kopiert wurde: Achten Sie darauf, dass er vollständig ist.',
    ],
    'bad-token': [
      'Dieser Link ist beschädigt',
      'Der Teil des Links, der den Zugang zu den Bildern gibt, ist nicht lesbar.',
      'Bitte öffnen Sie den Link noch einmal aus der ursprünglichen Nachricht oder fordern Sie beim Absender einen neuen an.',
    ],
    refused: [
      'Mit diesem Link lassen sich die Bilder nicht öffnen',
      'Das Bildarchiv hat den Link für diese Untersuchung nicht angenommen.',
      'Bitte fordern Sie bei der Person oder Abteilung, die den Link gesendet hat, einen neuen an.',
    ],
    expired: [
      'Dieser Link ist abgelaufen',
      'Zu Ihrem Schutz sind Links zu Bildern nur begrenzte Zeit gültig.',
      'Bitte fordern Sie bei der Person oder Abteilung, die den Link gesendet hat, einen neuen an.',
    ],
    'not-found': [
      'Die Untersuchung wurde nicht gefunden',
      'Das Bildarchiv kennt die Untersuchung nicht, die dieser Link nennt. Vielleicht wurde sie verschoben oder gelöscht, oder sie ist noch nicht eingetroffen.',
      'Bitte versuchen Sie es später noch einmal oder fragen Sie die Person oder Abteilung, die den Link gesendet hat.',
    ],
    unreachable: [
      'Das Bildarchiv ist nicht erreichbar',
      'Die Bilder konnten nicht geladen werden, weil das Archiv im Moment nicht antwortet.',
      'Bitte prüfen Sie Ihre Internetverbindung und versuchen Sie es in einigen Minuten noch einmal.',
    ],
    'bad-link': [
      'Dieser Link kann nicht verwendet werden',
      'Die Adresse enthält etwas, das in Links zu Bildern nie vorkommt, oder sie ist unvollständig.',
      'Bitte öffnen Sie den Link noch einmal aus der ursprünglichen Nachricht oder fordern Sie beim Absender einen neuen an.',
    ],
    broken: [
      'Die Bilder lassen sich in diesem Fenster nicht öffnen',
      'Die Seite konnte nicht sicher vorbereitet werden, deshalb wurde nichts geladen.',
      'Bitte versuchen Sie es noch einmal oder öffnen Sie den Link in einem anderen Browser.',
    ],
    outside: [
      'Etwas wurde nicht geladen',
      'Die Seite wollte Bilder laden, die nicht zu diesem Link gehören.',
      'Die Bilder, für die dieser Link gilt, können Sie weiter ansehen. Falls welche fehlen, fragen Sie die Person oder Abteilung, die den Link gesendet hat.',
    ],
    close: 'Schließen',
    retry: 'Noch einmal versuchen',
  },
  fr: {
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
      'Veuillez vérifier votre connexion internet et réessayer dans quelques minutes.',
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
    close: 'Fermer',
    retry: 'Réessayer',
  },
  es: {
    'no-token': [
      'Esta página necesita el enlace completo',
      'A la dirección abierta le falta la parte que da acceso a las imágenes.',
      'Vuelva a abrir el enlace tal como lo recibió. Si lo copió, compruebe que esté entero.',
    ],
    'bad-token': [
      'Este enlace está dañado',
      'No se puede leer la parte del enlace que da acceso a las imágenes.',
      'Vuelva a abrir el enlace desde el mensaje original o pida uno nuevo al remitente.',
    ],
    refused: [
      'Este enlace no permite abrir estas imágenes',
      'El archivo de imágenes no ha aceptado el enlace para este estudio.',
      'Pida un enlace nuevo a la persona o al servicio que se lo envió.',
    ],
    expired: [
      'Este enlace ha caducado',
      'Para su protección, los enlaces a imágenes solo son válidos durante un tiempo limitado.',
      'Pida un enlace nuevo a la persona o al servicio que se lo envió.',
    ],
    'not-found': [
      'No se ha encontrado el estudio',
      'El archivo de imágenes no tiene el estudio que indica este enlace. Puede que se haya movido o eliminado, o que aún no haya llegado.',
      'Inténtelo más tarde o pregunte a la persona o al servicio que le envió el enlace.',
    ],
    unreachable: [
      'No se puede acceder al archivo de imágenes',
      'No se han podido cargar las imágenes porque el archivo no responde en este momento.',
      'Compruebe su conexión a internet e inténtelo de nuevo en unos minutos.',
    ],
    'bad-link': [
      'Este enlace no se puede usar',
      'La dirección contiene algo que los enlaces a imágenes nunca contienen, o no está completa.',
      'Abra de nuevo el enlace desde el mensaje original o pida uno nuevo al remitente.',
    ],
    broken: [
      'Las imágenes no se pueden abrir en esta ventana',
      'La página no se pudo preparar de forma segura, por lo que no se cargó nada.',
      'Inténtelo de nuevo o abra el enlace en otro navegador.',
    ],
    outside: [
      'Algo no se ha cargado',
      'La página pidió imágenes que no pertenecen a este enlace.',
      'Puede continuar con las imágenes de este enlace. Si falta alguna, consulte a la persona o al servicio que lo envió.',
    ],
    close: 'Cerrar',
    retry: 'Intentar de nuevo',
  },
  pt: {
    'no-token': [
      'Esta página precisa do link completo',
      'Falta no endereço aberto a parte que dá acesso às imagens.',
      'Abra novamente o link exatamente como o recebeu. Se o copiou, verifique se está inteiro.',
    ],
    'bad-token': [
      'Este link está danificado',
      'Não é possível ler a parte do link que dá acesso às imagens.',
      'Abra novamente o link a partir da mensagem original ou peça um novo ao remetente.',
    ],
    refused: [
      'Este link não permite abrir estas imagens',
      'O arquivo de imagens não aceitou o link para este exame.',
      'Peça um novo link à pessoa ou ao serviço que o enviou.',
    ],
    expired: [
      'Este link expirou',
      'Para sua proteção, os links para imagens são válidos apenas por tempo limitado.',
      'Peça um novo link à pessoa ou ao serviço que o enviou.',
    ],
    'not-found': [
      'O exame não foi encontrado',
      'O arquivo de imagens não tem o exame indicado por este link. Pode ter sido movido ou removido, ou ainda não ter chegado.',
      'Tente novamente mais tarde ou pergunte à pessoa ou ao serviço que enviou o link.',
    ],
    unreachable: [
      'Não é possível contactar o arquivo de imagens',
      'As imagens não puderam ser carregadas porque o arquivo não responde neste momento.',
      'Verifique a sua ligação à internet e tente novamente dentro de alguns minutos.',
    ],
    'bad-link': [
      'Este link não pode ser utilizado',
      'O endereço contém algo que os links para imagens nunca contêm, ou não está completo.',
      'Abra novamente o link a partir da mensagem original ou peça um novo ao remetente.',
    ],
    broken: [
      'As imagens não podem ser abertas nesta janela',
      'Não foi possível preparar a página em segurança, por isso nada foi carregado.',
      'Tente novamente ou abra o link noutro navegador.',
    ],
    outside: [
      'Algo não foi carregado',
      'A página pediu imagens que não pertencem a este link.',
      'Pode continuar com as imagens deste link. Se faltar alguma, pergunte à pessoa ou ao serviço que o enviou.',
    ],
    close: 'Fechar',
    retry: 'Tentar novamente',
  },
  it: {
    'no-token': [
      'Questa pagina richiede il link completo',
      "All'indirizzo aperto manca la parte che dà accesso alle immagini.",
      'Apra di nuovo il link esattamente come lo ha ricevuto. Se è stato copiato, controlli che sia intero.',
    ],
    'bad-token': [
      'Questo link è danneggiato',
      'La parte del link che dà accesso alle immagini non è leggibile.',
      'Apra di nuovo il link dal messaggio originale oppure ne chieda uno nuovo al mittente.',
    ],
    refused: [
      'Questo link non permette di aprire queste immagini',
      "L'archivio delle immagini non ha accettato il link per questo esame.",
      'Chieda un nuovo link alla persona o al reparto che lo ha inviato.',
    ],
    expired: [
      'Questo link è scaduto',
      'Per la sua protezione, i link alle immagini sono validi solo per un tempo limitato.',
      'Chieda un nuovo link alla persona o al reparto che lo ha inviato.',
    ],
    'not-found': [
      "L'esame non è stato trovato",
      "L'archivio delle immagini non contiene l'esame indicato da questo link. Potrebbe essere stato spostato o rimosso, o non essere ancora arrivato.",
      'Riprovi più tardi o chieda alla persona o al reparto che ha inviato il link.',
    ],
    unreachable: [
      "L'archivio delle immagini non è raggiungibile",
      "Non è stato possibile caricare le immagini perché l'archivio al momento non risponde.",
      'Controlli la connessione a internet e riprovi tra qualche minuto.',
    ],
    'bad-link': [
      'Questo link non può essere usato',
      "L'indirizzo contiene qualcosa che i link alle immagini non contengono mai, oppure non è completo.",
      'Apra di nuovo il link dal messaggio originale oppure ne chieda uno nuovo al mittente.',
    ],
    broken: [
      'Le immagini non possono essere aperte in questa finestra',
      'Non è stato possibile preparare la pagina in modo sicuro, quindi non è stato caricato nulla.',
      'Riprovi, oppure apra il link in un altro browser.',
    ],
    outside: [
      'Qualcosa non è stato caricato',
      'La pagina ha chiesto immagini che non appartengono a questo link.',
      'Può continuare con le immagini di questo link. Se ne mancano, chieda alla persona o al reparto che lo ha inviato.',
    ],
    close: 'Chiudi',
    retry: 'Riprova',
  },
  nl: {
    'no-token': [
      'Deze pagina heeft de volledige link nodig',
      'In het geopende adres ontbreekt het deel dat toegang geeft tot de beelden.',
      'Open de link nogmaals precies zoals u die hebt ontvangen. Controleer bij kopiëren of de link volledig is.',
    ],
    'bad-token': [
      'Deze link is beschadigd',
      'Het deel van de link dat toegang geeft tot de beelden is niet leesbaar.',
      'Open de link nogmaals vanuit het oorspronkelijke bericht of vraag de afzender om een nieuwe.',
    ],
    refused: [
      'Met deze link kunnen de beelden niet worden geopend',
      'Het beeldarchief heeft de link voor dit onderzoek niet geaccepteerd.',
      'Vraag de persoon of afdeling die de link heeft gestuurd om een nieuwe.',
    ],
    expired: [
      'Deze link is verlopen',
      'Voor uw veiligheid zijn links naar beelden slechts beperkte tijd geldig.',
      'Vraag de persoon of afdeling die de link heeft gestuurd om een nieuwe.',
    ],
    'not-found': [
      'Het onderzoek is niet gevonden',
      'Het beeldarchief heeft het onderzoek niet dat in deze link staat. Misschien is het verplaatst of verwijderd, of is het nog niet aangekomen.',
      'Probeer het later opnieuw of vraag het aan de persoon of afdeling die de link heeft gestuurd.',
    ],
    unreachable: [
      'Het beeldarchief is niet bereikbaar',
      'De beelden konden niet worden geladen omdat het archief op dit moment niet antwoordt.',
      'Controleer uw internetverbinding en probeer het over enkele minuten opnieuw.',
    ],
    'bad-link': [
      'Deze link kan niet worden gebruikt',
      'Het adres bevat iets wat nooit in een link naar beelden staat, of het is niet volledig.',
      'Open de link nogmaals vanuit het oorspronkelijke bericht of vraag de afzender om een nieuwe.',
    ],
    broken: [
      'De beelden kunnen niet in dit venster worden geopend',
      'De pagina kon niet veilig worden voorbereid, daarom is er niets geladen.',
      'Probeer het opnieuw of open de link in een andere browser.',
    ],
    outside: [
      'Iets is niet geladen',
      'De pagina vroeg om beelden die niet bij deze link horen.',
      'U kunt verder met de beelden van deze link. Ontbreken er beelden, vraag dan de persoon of afdeling die de link heeft gestuurd.',
    ],
    close: 'Sluiten',
    retry: 'Opnieuw proberen',
  },
});

/**
 * @param {readonly string[]} languages the reader's, best first, as in navigator.languages
 * @returns {{language: string, texts: Texts}}
 */
export function textsFor(languages) {
  const language = languages.map(tag => tag.toLowerCase().split('-')[0]).find(tag => Object.hasOwn(TEXTS, tag)) ?? 'en';
  return { language, texts: TEXTS[language] };
}
