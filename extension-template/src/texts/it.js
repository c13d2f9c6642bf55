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
  'partly-refused': [
    'Questo link non permette di aprire tutto',
    "L'archivio delle immagini non ha accettato il link per una parte delle immagini.",
    'È possibile continuare con ciò che viene mostrato. Per il resto chieda un nuovo link alla persona o al reparto che lo ha inviato.',
  ],
  'signed-out': [
    'La sessione è terminata',
    "L'archivio delle immagini chiede di accedere di nuovo.",
    'Acceda in questo browser e riprovi.',
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
    'Questa pagina riprova da sola per dieci minuti. Se non basta, controllare la connessione a internet e riprovare.',
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
  'long-uid': [
    'Questo link non può essere utilizzato',
    "Un numero di esame nell'indirizzo è troppo lungo. Questi numeri hanno al massimo 64 caratteri: il link è stato quindi modificato o creato in modo errato.",
    'Aprire di nuovo il link dal messaggio originale, oppure chiederne uno nuovo a chi lo ha inviato.',
  ],
  'no-files': [
    'Qui si possono aprire solo link',
    'I file del proprio dispositivo non possono essere aperti in questa pagina.',
    'Aprire il link ricevuto.',
  ],
  busy: [
    "L'archivio delle immagini è occupato",
    "L'archivio risponde, ma al momento non può inviare le immagini.",
    "Questa pagina riprova da sola per dieci minuti, a meno che l'archivio non chieda una pausa più lunga. Dopo, riprovare.",
  ],
  failed: [
    'Non è stato possibile aprire le immagini',
    "L'archivio ha risposto, ma ciò che ha inviato non può essere mostrato.",
    'Riprovare. Se non basta, avvisare la persona o il reparto che ha inviato il link.',
  ],
  incomplete: [
    'Manca qualcosa',
    'Una parte di ciò che appartiene a questo link non è stata caricata.',
    'È possibile continuare con ciò che viene mostrato. Per il resto riprovare, oppure rivolgersi alla persona o al reparto che ha inviato il link.',
  ],
  'other-study': [
    'Le immagini sono di un altro esame',
    "L'archivio ha inviato qualcosa che non appartiene a questo link. Non viene mostrato.",
    'Riprovare. Se non basta, avvisare la persona o il reparto che ha inviato il link.',
  ],
  slow: [
    "L'archivio delle immagini è lento",
    "L'archivio non invia nulla da un po' di tempo.",
    'Questa pagina continua ad aspettare e chiede di nuovo da sola. Se non succede nulla, controllare la connessione a internet e riprovare.',
  ],
  waiting: [
    'Non è ancora apparso nulla',
    'Le immagini richiedono molto tempo, oppure questo programma non può mostrare il contenuto del link.',
    'Attendere ancora un poco, oppure riprovare. Se non appare nulla, rivolgersi alla persona o al reparto che ha inviato il link.',
  ],
  updated: [
    'Questa pagina deve essere ricaricata',
    'Una parte del programma non è stata caricata. Potrebbe essere stato aggiornato mentre la pagina era aperta.',
    'Il link resta aperto: ricaricare la pagina per continuare.',
  ],
  close: 'Chiudi',
  retry: 'Riprova',
  reload: 'Ricarica',
  preview: 'Anteprima: il visualizzatore si sta caricando',
};
