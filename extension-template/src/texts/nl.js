/** Dutch. */

/** @type {import('./index.js').Texts} */
export default {
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
  'partly-refused': [
    'Met deze link kan niet alles worden geopend',
    'Het beeldarchief heeft de link voor een deel van de beelden niet geaccepteerd.',
    'U kunt verdergaan met wat wordt getoond. Vraag voor de rest de persoon of afdeling die de link heeft gestuurd om een nieuwe.',
  ],
  'signed-out': [
    'U bent afgemeld',
    'Het beeldarchief vraagt u om u opnieuw aan te melden.',
    'Meld u aan in deze browser en probeer het opnieuw.',
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
    'Deze pagina probeert het tien minuten lang vanzelf opnieuw. Helpt dat niet, controleer dan uw internetverbinding en probeer het opnieuw.',
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
  'long-uid': [
    'Deze link kan niet worden gebruikt',
    'Een onderzoeksnummer in het adres is te lang. Zulke nummers hebben hoogstens 64 tekens; de link is dus gewijzigd of verkeerd gemaakt.',
    'Open de link nogmaals vanuit het oorspronkelijke bericht, of vraag de afzender om een nieuwe.',
  ],
  'no-files': [
    'Hier kunnen alleen links worden geopend',
    'Bestanden van uw eigen apparaat kunnen hier niet worden geopend.',
    'Open de link die u hebt ontvangen.',
  ],
  busy: [
    'Het beeldarchief is bezet',
    'Het archief is bereikbaar, maar kan de beelden op dit moment niet sturen.',
    'Deze pagina probeert het tien minuten lang vanzelf opnieuw, tenzij het archief om een langere pauze vraagt. Probeer het daarna nog eens.',
  ],
  failed: [
    'De beelden konden niet worden geopend',
    'Het archief heeft geantwoord, maar het antwoord kan niet worden getoond.',
    'Probeer het nog eens. Helpt dat niet, laat het dan weten aan de persoon of afdeling die de link heeft gestuurd.',
  ],
  incomplete: [
    'Er ontbreekt iets',
    'Een deel van wat bij deze link hoort, kon niet worden geladen.',
    'U kunt verdergaan met wat wordt getoond. Probeer het nog eens voor de rest, of vraag het de persoon of afdeling die de link heeft gestuurd.',
  ],
  'other-study': [
    'De beelden zijn van een ander onderzoek',
    'Het archief heeft iets gestuurd dat niet bij deze link hoort. Het wordt niet getoond.',
    'Probeer het nog eens. Helpt dat niet, laat het dan weten aan de persoon of afdeling die de link heeft gestuurd.',
  ],
  slow: [
    'Het beeldarchief is traag',
    'Het archief heeft al een tijdje niets gestuurd.',
    'Deze pagina wacht verder en vraagt vanzelf opnieuw. Gebeurt er niets, controleer dan uw internetverbinding en probeer het opnieuw.',
  ],
  waiting: [
    'Er is nog niets te zien',
    'Het laden van de beelden duurt lang, of dit programma kan de inhoud van de link niet tonen.',
    'Wacht nog even, of probeer het nog eens. Verschijnt er niets, vraag het dan de persoon of afdeling die de link heeft gestuurd.',
  ],
  updated: [
    'Deze pagina moet opnieuw worden geladen',
    'Een deel van het programma kon niet worden geladen. Misschien is het vernieuwd terwijl deze pagina open was.',
    'Uw link blijft open: laad de pagina opnieuw om verder te gaan.',
  ],
  close: 'Sluiten',
  retry: 'Opnieuw proberen',
  reload: 'Opnieuw laden',
  preview: 'Voorvertoning: de viewer wordt geladen',
};
