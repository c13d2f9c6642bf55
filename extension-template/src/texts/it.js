/** Italian. */

/** @type {import('./index.js').Texts} */
export default {
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
};
