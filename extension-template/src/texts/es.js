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
  'partly-refused': [
    'Este enlace no permite abrirlo todo',
    'El archivo de imágenes no ha aceptado el enlace para una parte de las imágenes.',
    'Puede continuar con lo que se muestra. Para el resto, pida un enlace nuevo a la persona o al servicio que se lo envió.',
  ],
  'signed-out': [
    'Su sesión ha terminado',
    'El archivo de imágenes le pide que inicie sesión de nuevo.',
    'Inicie sesión en este navegador e inténtelo de nuevo.',
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
    'Esta página lo intenta de nuevo por sí sola durante diez minutos. Si no funciona, compruebe su conexión a internet e inténtelo de nuevo.',
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
  'long-uid': [
    'Este enlace no se puede utilizar',
    'Un número de estudio de la dirección es demasiado largo. Estos números tienen como máximo 64 caracteres, así que el enlace se modificó o se creó mal.',
    'Abra de nuevo el enlace desde el mensaje original o pida uno nuevo a quien se lo envió.',
  ],
  'no-files': [
    'Aquí solo se pueden abrir enlaces',
    'Los archivos de su propio equipo no se pueden abrir en esta página.',
    'Abra el enlace que ha recibido.',
  ],
  busy: [
    'El archivo de imágenes está ocupado',
    'El archivo responde, pero no puede enviar las imágenes en este momento.',
    'Esta página lo intenta de nuevo por sí sola durante diez minutos, salvo que el archivo pida una pausa más larga. Después, inténtelo de nuevo.',
  ],
  failed: [
    'No se han podido abrir las imágenes',
    'El archivo ha respondido, pero lo que ha enviado no se puede mostrar.',
    'Inténtelo de nuevo. Si no funciona, avise a la persona o al servicio que envió el enlace.',
  ],
  incomplete: [
    'Falta algo',
    'No se ha podido cargar una parte de lo que pertenece a este enlace.',
    'Puede continuar con lo que se muestra. Para el resto, inténtelo de nuevo o pregunte a la persona o al servicio que envió el enlace.',
  ],
  'other-study': [
    'Las imágenes son de otro estudio',
    'El archivo ha enviado algo que no corresponde a este enlace. No se muestra.',
    'Inténtelo de nuevo. Si no funciona, avise a la persona o al servicio que envió el enlace.',
  ],
  slow: [
    'El archivo de imágenes va lento',
    'El archivo no ha enviado nada desde hace un rato.',
    'Esta página sigue esperando y vuelve a preguntar por sí sola. Si no ocurre nada, compruebe su conexión a internet e inténtelo de nuevo.',
  ],
  waiting: [
    'Todavía no ha aparecido nada',
    'Las imágenes tardan mucho en cargarse, o este visor no puede mostrar el contenido del enlace.',
    'Espere un poco más o inténtelo de nuevo. Si no aparece nada, pregunte a la persona o al servicio que envió el enlace.',
  ],
  updated: [
    'Hay que volver a cargar esta página',
    'No se ha podido cargar una parte del visor. Es posible que se haya actualizado mientras la página estaba abierta.',
    'Su enlace sigue abierto: vuelva a cargar la página para continuar.',
  ],
  close: 'Cerrar',
  retry: 'Intentar de nuevo',
  reload: 'Volver a cargar',
  preview: 'Vista previa: el visor se está cargando',
};
