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
  'partly-refused': [
    'Mit diesem Link lässt sich nicht alles öffnen',
    'Das Bildarchiv hat den Link für einen Teil der Bilder nicht angenommen.',
    'Sie können mit dem weiterarbeiten, was angezeigt wird. Für den Rest fordern Sie bitte bei der Person oder Abteilung, die den Link gesendet hat, einen neuen an.',
  ],
  'signed-out': [
    'Sie sind abgemeldet',
    'Das Bildarchiv verlangt, dass Sie sich erneut anmelden.',
    'Bitte melden Sie sich in diesem Browser an, und versuchen Sie es noch einmal.',
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
    'Diese Seite versucht es zehn Minuten lang von selbst noch einmal. Hilft das nicht, prüfen Sie bitte Ihre Internetverbindung und versuchen Sie es noch einmal.',
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
  'long-uid': [
    'Dieser Link kann nicht verwendet werden',
    'Eine Untersuchungsnummer in der Adresse ist zu lang. Solche Nummern haben höchstens 64 Zeichen; der Link wurde also verändert oder falsch erstellt.',
    'Bitte öffnen Sie den Link noch einmal aus der ursprünglichen Nachricht, oder bitten Sie den Absender um einen neuen.',
  ],
  'no-files': [
    'Hier lassen sich nur Links öffnen',
    'Dateien von Ihrem eigenen Gerät können hier nicht geöffnet werden.',
    'Bitte öffnen Sie den Link, den Sie erhalten haben.',
  ],
  busy: [
    'Das Bildarchiv ist ausgelastet',
    'Das Archiv ist erreichbar, kann die Bilder aber im Moment nicht senden.',
    'Diese Seite versucht es zehn Minuten lang von selbst noch einmal, außer das Archiv bittet um eine längere Pause. Danach versuchen Sie es bitte noch einmal.',
  ],
  failed: [
    'Die Bilder konnten nicht geöffnet werden',
    'Das Archiv hat geantwortet, aber seine Antwort kann nicht angezeigt werden.',
    'Bitte versuchen Sie es noch einmal. Hilft das nicht, wenden Sie sich an die Person oder Abteilung, die den Link gesendet hat.',
  ],
  incomplete: [
    'Es fehlt etwas',
    'Ein Teil von dem, was zu diesem Link gehört, konnte nicht geladen werden.',
    'Sie können mit dem weiterarbeiten, was angezeigt wird. Für den Rest versuchen Sie es noch einmal, oder fragen Sie die Person oder Abteilung, die den Link gesendet hat.',
  ],
  'other-study': [
    'Die Bilder gehören zu einer anderen Untersuchung',
    'Das Archiv hat etwas gesendet, das nicht zu diesem Link gehört. Es wird nicht gezeigt.',
    'Bitte versuchen Sie es noch einmal. Hilft das nicht, informieren Sie die Person oder Abteilung, die den Link gesendet hat.',
  ],
  slow: [
    'Das Bildarchiv ist langsam',
    'Das Archiv hat seit einiger Zeit nichts gesendet.',
    'Diese Seite wartet weiter und fragt von selbst noch einmal. Geschieht nichts, prüfen Sie bitte Ihre Internetverbindung und versuchen Sie es noch einmal.',
  ],
  waiting: [
    'Es ist noch nichts zu sehen',
    'Die Bilder brauchen lange zum Laden, oder dieses Programm kann den Inhalt des Links nicht anzeigen.',
    'Bitte warten Sie noch ein wenig, oder versuchen Sie es noch einmal. Erscheint nichts, fragen Sie die Person oder Abteilung, die den Link gesendet hat.',
  ],
  updated: [
    'Diese Seite muss neu geladen werden',
    'Ein Teil des Programms konnte nicht geladen werden. Vielleicht wurde es erneuert, während diese Seite offen war.',
    'Ihr Link bleibt geöffnet: Laden Sie die Seite neu, um fortzufahren.',
  ],
  close: 'Schließen',
  retry: 'Noch einmal versuchen',
  reload: 'Neu laden',
  preview: 'Vorschau: Der Viewer wird geladen',
};
