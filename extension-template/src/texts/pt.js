/** Portuguese. */

/** @type {import('./index.js').Texts} */
export default {
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
  'partly-refused': [
    'Este link não permite abrir tudo',
    'O arquivo de imagens não aceitou o link para uma parte das imagens.',
    'Pode continuar com o que é mostrado. Para o resto, peça um novo link à pessoa ou ao serviço que o enviou.',
  ],
  'signed-out': [
    'A sua sessão terminou',
    'O arquivo de imagens pede que inicie sessão novamente.',
    'Inicie sessão neste navegador e tente novamente.',
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
    'Esta página tenta novamente por si própria durante dez minutos. Se não resultar, verifique a sua ligação à internet e tente novamente.',
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
  'long-uid': [
    'Este link não pode ser utilizado',
    'Um número de exame no endereço é demasiado longo. Estes números têm no máximo 64 caracteres, pelo que o link foi alterado ou mal criado.',
    'Abra novamente o link a partir da mensagem original ou peça um novo ao remetente.',
  ],
  'no-files': [
    'Aqui só é possível abrir links',
    'Os ficheiros do seu próprio computador não podem ser abertos nesta página.',
    'Abra o link que recebeu.',
  ],
  busy: [
    'O arquivo de imagens está ocupado',
    'O arquivo responde, mas não consegue enviar as imagens neste momento.',
    'Esta página tenta novamente por si própria durante dez minutos, a não ser que o arquivo peça uma pausa mais longa. Depois disso, tente novamente.',
  ],
  failed: [
    'Não foi possível abrir as imagens',
    'O arquivo respondeu, mas o que enviou não pode ser mostrado.',
    'Tente novamente. Se não resultar, avise a pessoa ou o serviço que enviou o link.',
  ],
  incomplete: [
    'Falta alguma coisa',
    'Não foi possível carregar uma parte do que pertence a este link.',
    'Pode continuar com o que é mostrado. Para o resto, tente novamente ou contacte a pessoa ou o serviço que enviou o link.',
  ],
  'other-study': [
    'As imagens são de outro exame',
    'O arquivo enviou algo que não pertence a este link. Não é mostrado.',
    'Tente novamente. Se não resultar, avise a pessoa ou o serviço que enviou o link.',
  ],
  slow: [
    'O arquivo de imagens está lento',
    'O arquivo não envia nada há algum tempo.',
    'Esta página continua à espera e volta a perguntar por si própria. Se nada acontecer, verifique a sua ligação à internet e tente novamente.',
  ],
  waiting: [
    'Ainda não apareceu nada',
    'As imagens demoram muito a carregar, ou este programa não consegue mostrar o conteúdo do link.',
    'Aguarde mais um pouco ou tente novamente. Se nada aparecer, contacte a pessoa ou o serviço que enviou o link.',
  ],
  updated: [
    'Esta página tem de ser carregada novamente',
    'Não foi possível carregar uma parte do programa. Pode ter sido atualizado enquanto a página estava aberta.',
    'O seu link continua aberto: carregue a página novamente para continuar.',
  ],
  close: 'Fechar',
  retry: 'Tentar novamente',
  reload: 'Carregar novamente',
  preview: 'Pré-visualização: o visualizador está a carregar',
};
