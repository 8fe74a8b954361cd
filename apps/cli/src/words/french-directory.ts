/** What the directory refuses, and why; keys and certificates. */
export const directorySentences: readonly (readonly [RegExp, string])[] = [
  [
    /^entry (\S+) of the directory log \((\S+)\) was refused: (.+)$/,
    "l'entrée $1 du journal de l'annuaire ($2) a été refusée : $3",
  ],
  [
    /^entries of the directory log that were refused before these: (\S+)$/,
    "entrées du journal de l'annuaire refusées avant celles-ci : $1",
  ],
  [/^the directory refused it: (.+)$/, "l'annuaire l'a refusé : $1"],
  [
    /^something else was decided in between: .*$/,
    "autre chose a été décidé entre-temps : regarder à nouveau, et chercher qui d'autre écrit dans ce journal",
  ],
  [/^refused entries of the directory$/, "entrées refusées de l'annuaire"],
  // Restores.
  [/^no such restore was requested$/, "cette restauration n'a pas été demandée"],
  [/^a restore that is (\S+) cannot be (.+)$/, 'une restauration qui est $s1 ne peut pas être $s2'],
  [/^a restore of this id was requested before$/, 'une restauration de cet identifiant a déjà été demandée'],
  [
    /^a restore has one target for each of its establishments$/,
    'une restauration a une cible pour chacun de ses établissements',
  ],
  [
    /^another restore of an establishment is not finished$/,
    "une autre restauration d'un établissement n'est pas terminée",
  ],
  [/^a target is not declared$/, "une cible n'est pas déclarée"],
  [/^a restore makes a timeline of its own$/, 'une restauration fait une ligne de temps à elle'],
  [
    /^the number of the timeline is not the next one of its establishment$/,
    "le numéro de la ligne de temps n'est pas le suivant de son établissement",
  ],
  [
    /^the parent of the timeline is not the one that was live at the cut$/,
    "l'ancêtre de la ligne de temps n'est pas celle qui était en service à la coupure",
  ],
  [/^the timeline branches behind its cut$/, 'la ligne de temps bifurque après sa coupure'],
  [/^the timeline is promoted before it is built$/, "la ligne de temps est basculée avant d'être construite"],
  [/^the build does not end where its timeline says$/, 'la construction ne finit pas où sa ligne de temps le dit'],
  [
    /^a restore is built with one certificate for each of its targets$/,
    'une restauration est construite avec un certificat pour chacune de ses cibles',
  ],
  [/^a certificate is not of what was requested$/, "un certificat n'est pas celui de ce qui a été demandé"],
  [/^a certificate is signed by no trusted key$/, "un certificat n'est signé par aucune clé reconnue"],
  [/^the approval is signed by no trusted key$/, "l'approbation n'est signée par aucune clé reconnue"],
  [
    /^every process names the public key of control in REPRISE_TRUSTED_KEYS_DIR: docs\/operating\.md, "Keys"$/,
    'chaque processus nomme la clé publique de control dans REPRISE_TRUSTED_KEYS_DIR : docs/operating.md, « Keys »',
  ],
  [/^who requested a restore approves it$/, 'qui a demandé une restauration l’approuve'],
  [/^who approved a restore promotes it$/, 'qui a approuvé une restauration la bascule'],
  [/^the approval is of another plan$/, "l'approbation est celle d'un autre plan"],
  [/^the approval is of another state$/, "l'approbation est celle d'un autre état"],
  [
    /^another restore was promoted since this one was planned$/,
    'une autre restauration a été basculée depuis que celle-ci a été planifiée',
  ],
  [/^the restore is not the one that is live$/, "la restauration n'est pas celle qui est en service"],
  [
    /^a position is said for each establishment of the restore, and for no other$/,
    'une position est dite pour chaque établissement de la restauration, et pour aucun autre',
  ],
  [
    /^the log goes on at a position that lies behind what was there already$/,
    'le journal reprend à une position antérieure à ce qui y était déjà',
  ],
  [
    /^the log of (\S+) ends at (\S+), before what was known of it$/,
    'le journal de $1 finit à $2, avant ce qui en était connu',
  ],
  [/^look whether its log was replaced: `(reprise [^`]+)`$/, 'vérifier si son journal a été remplacé : $1'],
  // Declarations.
  [
    /^a membership is of a territory that is not declared$/,
    "une appartenance nomme un territoire qui n'est pas déclaré",
  ],
  [
    /^a membership is of an establishment that is not declared$/,
    "une appartenance nomme un établissement qui n'est pas déclaré",
  ],
  [/^an incarnation is of a sender that is not declared$/, "une incarnation nomme un émetteur qui n'est pas déclaré"],
  [/^an incarnation is not the next one of its sender$/, "une incarnation n'est pas la suivante de son émetteur"],
  [/^a declaration skips incarnations of its sender$/, 'une déclaration saute des incarnations de son émetteur'],
  [
    /^a sender that is known is declared for another establishment$/,
    'un émetteur connu est déclaré pour un autre établissement',
  ],
  [/^sender (\S+) is of (\S+), and cannot become one of ([^:\s]+)$/, "l'émetteur $1 est de $2, et ne peut passer à $3"],
  [
    /^sender (\S+) is of (\S+), and cannot become one of ([^:\s]+): (.+)$/,
    "l'émetteur $1 est de $2, et ne peut passer à $3 : $4",
  ],
  [
    /^declare it under a new name for (\S+); (\S+) keeps its establishment$/,
    'le déclarer sous un autre nom pour $1 ; $2 garde son établissement',
  ],
  // What is not whole.
  [/^(\S+): it is missing$/, '$1 : manque'],
  [/^(\S+): a text is expected$/, '$1 : il faut un texte'],
  [/^(\S+): a text that is not empty is expected$/, '$1 : il faut un texte non vide'],
  [/^(\S+): a whole number from (\d) on is expected$/, '$1 : il faut un nombre entier à partir de $2'],
  [/^(\S+): a position(?: in decimal)? is expected$/, '$1 : il faut une position'],
  [/^(\S+): one of (.+) is expected$/, '$1 : au choix : $2'],
  [/^(\S+): 64 hexadecimal digits are expected$/, '$1 : il faut 64 chiffres hexadécimaux'],
  [/^(\S+): a time in .*$/, '$1 : il faut un instant'],
  [/^(\S+): a FINESS number is expected$/, '$1 : il faut un numéro FINESS'],
  [/^(\S+): a list is expected$/, '$1 : il faut une liste'],
  [/^(\S+): an object is expected$/, '$1 : il faut un objet'],
  [/^(\S*): ?a member is not known here$/, "$1 : un champ n'est pas connu ici"],
  [/^it is no JSON object$/, "ce n'est pas un objet JSON"],
  [/^give it as `reprise certificate show` wrote it$/, 'le donner tel que `reprise certificate show` l’a écrit'],
  [
    /^the member "(.*)" stands twice in one object of the body$/,
    'le champ « $1 » figure deux fois dans un objet du corps',
  ],
  [/^signature, in the former form$/, "signature, dans l'ancienne forme"],
  [/^certificate: (.+)$/, 'certificat : $1'],
];
