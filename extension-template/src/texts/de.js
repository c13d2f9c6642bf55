/** German. */

/** @type {import('./index.js').Texts} */
export default {
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
};
