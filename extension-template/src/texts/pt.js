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
};
