// path: extensions/dicom-pdf/src/getSopClassHandlerModule.js

export const displaySetsOf = (instances, source) =>
  instances.map(instance => {
    const { MIMETypeOfEncapsulatedDocument } = instance;
    return {
      url: source.retrieve.directURL({
        instance,
        tag: 'EncapsulatedDocument',
        defaultType: 'application/pdf',
      }),
      thumbnail: source.retrieve.directURL({ instance, defaultType: 'image/jpeg' }),
    };
  });
