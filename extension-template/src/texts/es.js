/** Spanish. */

/** @type {import('./index.js').Texts} */
export default {
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
};
