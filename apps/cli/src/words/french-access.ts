/** What of Kafka's rules and of certificates is not as it must be: `libs/kafka/src/access`, `apps/control/src/status`. */
export const accessSentences: readonly (readonly [RegExp, string])[] = [
  [/^rules of Kafka$/, 'règles de Kafka'],
  [/^certificates$/, 'certificats'],
  [/^Kafka: (.+)$/, 'Kafka : $w1'],
  [/^(\S+) may (\S+) (topic|group|cluster) (.+), which nobody needs$/, "$1 peut $2 $3 $4, ce dont personne n'a besoin"],
  [/^(\S+) may not (\S+) (topic|group|cluster) (.+), which nobody needs$/, '$1 ne peut pas $2 $3 $4, règle inattendue'],
  [/^nothing says that (\S+) may (\S+) (topic|group|cluster) (.+)$/, 'rien ne dit que $1 peut $2 $3 $4'],
  [/^broker (\S+): (\S+) is not set$/, "broker $1 : $2 n'est pas défini"],
  [/^broker (\S+): (\S+) is (.+)$/, 'broker $1 : $2 vaut $3'],
  [
    /^Kafka lets in whom no rule names .*$/,
    "Kafka laisse entrer ceux qu'aucune règle ne nomme (allow.everyone.if.no.acl.found), ou prend le contrôle pour un administrateur",
  ],
  [
    /^Kafka has no rules: .*$/,
    "Kafka n'a pas de règles : quiconque atteint son port peut lire, écrire et supprimer les journaux",
  ],
  [/^Kafka does not let this process look at its rules$/, 'Kafka ne laisse pas ce processus consulter ses règles'],
  [/^set authorizer\.class\.name at its brokers \((.+)\)$/, 'définir authorizer.class.name sur ses brokers ($1)'],
  [
    /^run the job that grants \(apps\/grant\) with the certificate of an administrator$/,
    "lancer la tâche qui accorde les droits (apps/grant) avec le certificat d'un administrateur",
  ],
  [
    /^run the job that grants \(apps\/grant\), and find out .*$/,
    "lancer la tâche qui accorde les droits (apps/grant), et chercher qui les a modifiés : personne d'autre ne devrait le pouvoir",
  ],
  [/^(\S+) of control \((\S+)\) ends at (\S+)$/, '$1 du contrôle ($2) expire le $3'],
  [/^(\S+) of control \((\S+)\) has ended at (\S+)$/, '$1 du contrôle ($2) a expiré le $3'],
  [/^the certificate of (\S+) (\S+) ends at (\S+)$/, 'le certificat de $1 $2 expire le $3'],
  [/^the certificate of (\S+) (\S+) has ended at (\S+)$/, 'le certificat de $1 $2 a expiré le $3'],
  [
    /^put a new one into its file: it is read without a restart \((.+)\)$/,
    'en déposer un nouveau dans son fichier : il est lu sans redémarrage ($1)',
  ],
];
