import { accessSentences } from './french-access.js';
import { directorySentences } from './french-directory.js';
import { driftSentences } from './french-drift.js';
import { verificationSentences } from './french-verification.js';
import { fr } from './fr.js';

/**
 * Control and the fold speak English; its usual sentences and hints are said again in French. `$1` is what the sentence names (`told`). What is not here is
 * shown as control said it, under its French heading.
 */
const sentences: readonly (readonly [RegExp, string])[] = [
  ...directorySentences,
  // What the fold says of a message: it knows no language.
  [
    /^an earlier message of this sender has the same id and other bytes; both took effect$/,
    'un message antérieur de cet émetteur a le même identifiant et un autre contenu ; les deux ont pris effet',
  ],
  [
    /^this number of an order or document was told of another patient, .*$/,
    'ce numéro de demande ou de document avait été donné à un autre patient, ou à une autre demande de celui-ci : les deux restent, la dernière avec ses propres enregistrements',
  ],
  [
    /^this cancels nothing that stands: .*$/,
    "cette annulation ne porte sur rien : aucun mouvement de ce numéro ou de cette nature n'est connu dans la venue",
  ],
  [
    /^the number of this new movement was told before, .*$/,
    'le numéro de ce nouveau mouvement avait déjà été donné, dans une autre venue de ce patient ou à une autre heure de cette venue : dans une autre venue, les deux restent, et un émetteur qui recommence à chaque venue a besoin du réglage hl7.movementNumber: visit ; dans cette venue, les deux comptent pour un seul mouvement, et son émetteur doit numéroter chacun',
  ],
  [
    /^this visit was told of another patient before: .*$/,
    'cette venue avait été annoncée pour un autre patient : elle appartient maintenant tout entière au patient de ce message ; si le numéro a été donné à deux venues, leur émetteur doit renvoyer chacune sous son propre numéro',
  ],
  [
    /^the visit is not over after this discharge: .*$/,
    "la venue n'est pas terminée après cette sortie : un autre mouvement, ou l'entrée, est placé après elle, ou l'entrée a été annulée ; l'émetteur doit corriger l'heure qui est fausse",
  ],
  [
    /^this movement lies behind the discharge of its visit, .*$/,
    "ce mouvement est placé après la sortie de sa venue, qui n'est donc plus terminée : si le patient est parti, l'émetteur doit corriger l'heure de l'un des deux",
  ],
  [
    /^nothing was ever told of the patient that this merges: .*$/,
    "le patient fusionné n'a jamais été annoncé : un numéro dont l'autorité est écrite autrement désigne un autre patient (réglage hl7.authorities)",
  ],
  [
    /^this takes back no link that is known: .*$/,
    "aucun lien connu n'est défait : un numéro dont l'autorité est écrite autrement désigne un autre patient (réglage hl7.authorities)",
  ],
  [
    /^nothing was ever told of the visit, or account, that this changes: .*$/,
    "la venue, ou le dossier, modifiée n'a jamais été annoncée : un numéro dont l'autorité est écrite autrement désigne une autre venue (réglage hl7.authorities)",
  ],
  [
    /^the number that this names was merged into another: .*$/,
    'le numéro cité a été fusionné dans un autre : ce qui est dit du patient compte pour celui qui le remplace',
  ],
  // Problems of status and doctor.
  [/^nothing wrong$/, 'rien à signaler'],
  [/^see `(.+)`$/, 'voir `$1`'],
  [
    /^the log does not answer: nothing is captured, .*$/,
    "le journal ne répond pas : rien n'est enregistré, et le retard des réplicas n'est pas connu",
  ],
  [
    /^replica (\S+) does not hold what it must of (\S+): (.+), (.+)$/,
    "le réplica $1 ne contient pas ce qu'il doit pour $2 : $w3, $w4",
  ],
  [
    /^events of (\S+) that wait behind a fault and are not served: (\d+)$/,
    'événements de $1 qui attendent derrière une erreur et ne sont pas servis : $2',
  ],
  [
    /^all that replica (\S+) serves of (\S+) was last read (\d+) minutes ago: look whether its replicator runs$/,
    'tout ce que le réplica $1 sert de $2 a été relu pour la dernière fois il y a $3 minutes : voir si son réplicateur tourne',
  ],
  [
    /^replica (\S+): what was built for restore (\S+) of (\S+) is no longer what was certified; first difference: (.+)$/,
    "réplica $1 : ce qui a été construit pour la restauration $2 de $3 n'est plus ce qui a été certifié ; première différence : $w4",
  ],
  [
    /^find out who changed the replica; then cancel this restore and run it again$/,
    'chercher qui a modifié le réplica ; puis abandonner cette restauration et la relancer',
  ],
  [/^replica (\S+): its database does not answer$/, 'réplica $1 : sa base de données ne répond pas'],
  [
    /^replica (\S+): its replicator has said nothing for (\d+) s$/,
    'réplica $1 : son réplicateur ne dit plus rien depuis $2 s',
  ],
  [
    /^replica (\S+): its replicator (\S+) has said nothing for (\d+) s; another one does its work$/,
    'réplica $1 : son réplicateur $2 ne dit plus rien depuis $3 s ; un autre fait son travail',
  ],
  [
    /^start it again: if the other one dies as well, nobody follows$/,
    "le redémarrer : si l'autre meurt aussi, plus personne ne suit",
  ],
  [/^replica (\S+): its replicator has never been heard$/, "réplica $1 : son réplicateur ne s'est jamais annoncé"],
  [/^replica (\S+) has not begun yet$/, 'réplica $1 : pas encore commencé'],
  [/^replica (\S+) does not follow (\S+) yet$/, 'réplica $1 : ne suit pas encore $2'],
  [/^replica (\S+) no longer follows (\S+): (.+)$/, 'réplica $1 : ne suit plus $2 : $3'],
  [/^replica (\S+) is behind in (\S+) by events: (\d+)$/, 'réplica $1 : en retard sur $2, événements : $3'],
  [
    /^sender (\S+) of (\S+) has sent nothing for (\d+) s \(silent after (\d+) s\)$/,
    'émetteur $1 de $2 : rien reçu depuis $3 s (dit muet après $4 s)',
  ],
  [/^(\S+): the batch at (\S+) (.+)$/, '$1 : le lot en $2 est illisible : $3'],
  [
    /^no gateway writes such a batch: find out who did, and restore the log from the archive without it$/,
    "aucune passerelle n'écrit un tel lot : chercher qui l'a fait, et restaurer le journal depuis l'archive sans lui",
  ],
  [/^replicas and log$/, 'réplicas et journal'],
  [
    /^sender (\S+) is held back by its quota of an hour: what it sends is not taken now, there is room again in (\d+) s$/,
    "émetteur $1 : retenu par son quota d'une heure ; ce qu'il envoie n'est pas pris en ce moment, il y aura de la place dans $2 s",
  ],
  [
    /^senders that are held back by their quota of an hour besides these: (\d+)$/,
    "émetteurs retenus par leur quota d'une heure, en plus de ceux-ci : $1",
  ],
  [
    /^nothing is lost: it sends again by itself; an import that has to go on: raise (\S+); else ask who runs the sender why it sends so much$/,
    "rien n'est perdu : il renvoie de lui-même ; pour une importation qui doit continuer, augmenter $1 ; sinon demander à qui gère l'émetteur pourquoi il envoie autant",
  ],
  [
    /^gateway (\S+) does not give its numbers: which senders it holds back by their quota is not known$/,
    'la passerelle $1 ne donne pas ses chiffres : on ne sait pas quels émetteurs elle retient par leur quota',
  ],
  [
    /^look whether it runs, and whether control reaches its \/metrics \((\S+), (\S+)\)$/,
    "vérifier qu'elle tourne, et que control atteint son /metrics ($1, $2)",
  ],
  [
    /^gateway (\S+) does not answer: nothing that is sent to it is captured$/,
    "la passerelle $1 ne répond pas : rien de ce qu'on lui envoie n'est enregistré",
  ],
  [/^reader (\S+) does not answer: who reads there is cut off$/, 'le lecteur $1 ne répond pas : qui y lit est coupé'],
  [/^gateway (\S+) is not ready: it answers (\d+)$/, "la passerelle $1 n'est pas prête : elle répond $2"],
  [/^reader (\S+) is not ready: it answers (\d+)$/, "le lecteur $1 n'est pas prêt : il répond $2"],
  [/^ask (\S+) why$/, 'demander pourquoi à $1'],
  [
    /^look whether it runs, and at its log; (\S+) is where control asked$/,
    "vérifier s'il tourne, et son journal ; control a demandé à $1",
  ],
  [/^gateways and readers$/, 'passerelles et lecteurs'],
  [/^gateway (\S+) does not give its numbers$/, 'la passerelle $1 ne donne pas ses chiffres'],
  [/^quotas of senders$/, 'quotas des émetteurs'],
  [/^senders$/, 'émetteurs'],
  [/^parked events$/, 'événements en attente'],
  [/^scrub$/, 'relecture des données servies'],
  [/^spikes$/, 'suppressions et réécritures inhabituelles'],
  [/^schema$/, 'schéma des bases'],
  [/^look whether Kafka runs, and at its log$/, 'vérifier que Kafka tourne, et regarder son journal'],
  [
    /^look whether the Postgres of replica (\S+) runs, and at its log$/,
    'vérifier que le Postgres du réplica $1 tourne, et regarder son journal',
  ],
  [
    /^look whether the replicator of replica (\S+) runs, at its log, and at the disk of its database$/,
    'vérifier que le réplicateur du réplica $1 tourne, regarder son journal et le disque de sa base',
  ],
  [
    /^docs\/operating\.md, "What halts, and why", says what to do$/,
    'docs/operating.md, « What halts, and why », dit quoi faire',
  ],
  [/^no answer within (\S+) s$/, 'aucune réponse en $1 s'],
  [/^look whether it runs$/, "vérifier qu'il tourne"],
  [/^(.+): could not be looked at: (.+)$/, "$w1 : n'a pas pu être examiné : $2"],
  [/^no message (\S+)$/, 'aucun message $1'],
  [/^no sender (.+) is declared$/, "aucun émetteur $1 n'est déclaré"],
  [/^no establishment (.+) is declared$/, "aucun établissement $1 n'est déclaré"],
  [/^no territory (.+) is declared$/, "aucun territoire $1 n'est déclaré"],
  [/^no restore (.+)$/, 'aucune restauration $1'],
  [/^no step is said$/, "aucune étape n'est dite"],
  [/^no certificate (.+)$/, 'aucun certificat $1'],
  [/^no plan (.+) is known here$/, "aucun plan $1 n'est connu ici"],
  [/^nothing waits at (\S+): it was given up by (\S+) at (\S+)$/, "rien n'attend à $1 : abandonné par $2 à $3"],
  [/^no drain at (\S+)$/, 'aucune relance à $1'],
  [/^given up by (.+)$/, 'abandonné par $1'],
  [/^(\S+) is not there to be patched$/, "$1 n'est pas là : il n'y a rien à modifier"],
  [/^waits behind position (\S+)$/, 'attend derrière la position $1'],
  [/^no type of messages: (.+)$/, 'aucun type de message : $1'],
  [/^no type of records: (.+)$/, "aucun type d'enregistrement : $1"],
  [/^no such code: (.+)$/, "ce code n'existe pas : $1"],
  [/^did you mean: (.+)$/, 'vouliez-vous dire : $1'],
  [/^a label or the first word of one: (.+)$/, 'un type ou son premier mot : $1'],
  [/^docs\/conformance\.md lists the codes, for example (.+)$/, 'docs/conformance.md liste les codes, par exemple $1'],
  [/^a resource type of FHIR R4, as in (.+)$/, 'un type de ressource de FHIR R4, comme dans $1'],
  [/^not a record: expected Type\/id$/, "ce n'est pas un enregistrement : Type/id est attendu"],
  [/^id: 1 to 64 letters, digits, "-" and "\."$/, 'id : 1 à 64 lettres, chiffres, « - » et « . »'],
  [/^since (\S+) is not before until (\S+)$/, "since $1 n'est pas avant until $2"],
  [
    /^since is the earlier of the two; .*$/,
    "since est le plus ancien des deux ; l'instant until lui-même n'en est pas",
  ],
  [
    /^(\S+) removed (\S+) records and rewrote (\S+), from (\S+) to (\S+); it removed at most (\S+) in ten minutes of the 8 days before$/,
    "$1 a retiré $2 enregistrements et en a réécrit $3, de $4 à $5 ; il en retirait au plus $6 en dix minutes les 8 jours d'avant",
  ],
  [
    /^(\S+) rewrote (\S+) records, from (\S+) to (\S+); it wrote at most (\S+) in ten minutes of the 8 days before$/,
    "$1 a réécrit $2 enregistrements, de $3 à $4 ; il en écrivait au plus $5 en dix minutes les 8 jours d'avant",
  ],
  [
    /^the cut of (\S+) lies within a run of (\S+), which removed (\S+) records up to it and (\S+) behind it, from (\S+) to (\S+); usual were at most (\S+) in ten minutes$/,
    "la coupure de $1 tombe au milieu d'une série de suppressions de $2 : $3 enregistrements retirés avant elle et $4 après, de $5 à $6 ; d'habitude, au plus $7 en dix minutes",
  ],
  [
    /^the cut of (\S+) lies within a run of (\S+), which rewrote (\S+) records up to it and (\S+) behind it, from (\S+) to (\S+); usual were at most (\S+) in ten minutes$/,
    "la coupure de $1 tombe au milieu d'une série de réécritures de $2 : $3 enregistrements réécrits avant elle et $4 après, de $5 à $6 ; d'habitude, au plus $7 en dix minutes",
  ],
  [
    /^whether the cut of (\S+) lies within a run .*$/,
    "on ne sait pas si la coupure de $1 tombe au milieu d'une série de suppressions ou de réécritures : aucun réplica ne l'a dit à temps",
  ],
  [
    /^what was removed from (\S+) in the last days is being read: .*$/,
    "ce qui a été retiré de $1 ces derniers jours est en cours de lecture : on ne sait pas encore si c'était trop",
  ],
  [/^nothing waits at (.+)$/, "rien n'attend à $1"],
  [/^not an? (?:instant|time): (.+)$/, "ce n'est pas un instant : $1"],
  [/^not a log position: (.+)$/, "ce n'est pas une position du journal : $1"],
  [/^not a FINESS number: (.+)$/, "ce n'est pas un numéro FINESS : $1"],
  [/^no message id: (.+)$/, "ce n'est pas un identifiant de message : $1"],
  [/^this cursor is none$/, "ce curseur n'en est pas un"],
  [/^say exactly one of (.+)$/, 'il faut exactement un parmi $1'],
  [
    /^a plan of 0 events: .*$/,
    "un plan de 0 événement : rien n'avait été enregistré à cet instant, ou les exclusions ne laissent rien",
  ],
  [/^its (\w+) is not what was planned: it was altered$/, "son $1 n'est pas ce qui a été planifié : il a été modifié"],
  [/^the plan no longer holds: (.+)$/, 'le plan ne tient plus : $1'],
  [/^position (\S+) lies beyond the end of the log of (\S+)$/, 'la position $1 est au-delà de la fin du journal de $2'],
  [/^the log has gaps: (.+)$/, 'le journal a des trous : $1'],
  [/^restore (\S+) of (\S+) is not finished$/, "la restauration $1 de $2 n'est pas terminée"],
  [/^restore (\S+) is (\S+): it cannot be (.+)$/, 'la restauration $1 est $s2 : elle ne peut pas être $s3'],
  [
    /^restore (\S+) of (\S+) was promoted after this one was planned$/,
    'la restauration $1 de $2 a été basculée depuis que celle-ci est planifiée',
  ],
  [/^the restore of (\S+) is not built in any replica$/, "la restauration de $1 n'est construite dans aucun réplica"],
  [
    /^(\S+) ran restore (\S+): another operator approves it$/,
    '$1 a lancé la restauration $2 : un autre exploitant doit approuver',
  ],
  [
    /^(\S+) approved restore (\S+): another operator promotes it$/,
    '$1 a approuvé la restauration $2 : un autre exploitant doit basculer',
  ],
  [/^nothing says that the numbering of (\S+) began anew$/, 'rien ne dit que la numérotation de $1 a recommencé'],
  [/^this is not for a (\S+)$/, "ce n'est pas ouvert à ce rôle : $1"],
  [/^there is one replica only: nothing to compare it with$/, "il n'y a qu'un réplica : rien à quoi le comparer"],
  [
    /^decided, but the directory log does not give it back yet$/,
    "décidé, mais le journal de l'annuaire ne le rend pas encore",
  ],
  [/^event (\S+) belongs to (\S+), not to (\S+)$/, "l'événement $1 est de $2, pas de $3"],
  [/^more than (\d+) requests of this caller are being answered$/, 'plus de $1 demandes de cet appelant sont en cours'],
  [/^wait for answers before asking on$/, 'attendre des réponses avant de redemander'],
  [/^the request cannot be read$/, 'la demande est illisible'],
  [/^nothing is served at this address$/, "rien n'est servi à cette adresse"],
  [
    /^check that in the address .*$/,
    "vérifier l'adresse (deux chiffres hexadécimaux derrière chaque %) et la longueur du corps",
  ],
  [
    /^check the address and the method; .*$/,
    "vérifier l'adresse et la méthode ; /api/openapi.json dit ce qui est servi",
  ],
  [/^send it again(?: shortly)?$/, 'renvoyer la demande'],
  [/^the body is too large$/, 'le corps est trop grand'],
  [/^split it$/, 'le découper'],
  [/^the service is stopping or overloaded$/, "le service s'arrête ou est surchargé"],
  [
    /^something failed here; the log tells more under (.+)$/,
    'une erreur inattendue ; le journal de control en dit plus sous $1',
  ],
  [/^declared are: (.+)$/, 'sont déclarés : $1'],
  [
    /^`(reprise [^`]+)` (?:lists them|names them|shows them|shows what does|shows all of it|shows it)$/,
    'pour les voir : $1',
  ],
  [
    /^plan again; .*$/,
    'planifier à nouveau ; un plan écrit dans un fichier peut être donné entier : reprise restore run FICHIER',
  ],
  [/^look again shortly$/, 'regarder à nouveau dans un instant'],
  [/^a sender sees its own messages$/, 'un émetteur voit ses propres messages'],
  [/^only what is (.+) can be$/, "il faudrait qu'elle soit $s1"],
  [/^plan, run and approve a new one$/, 'en planifier, lancer et approuver une nouvelle'],
  [/^use --as NAME of the second operator$/, 'prendre --as NOM du second exploitant'],
  [
    /^(.+), who ran it, may \(--as (.+)\), or any other operator$/,
    "$1, qui l'a lancée, le peut (--as $2), ou tout autre exploitant",
  ],
  [/^where it did, say why: --reason$/, 'si elle a recommencé, dire pourquoi : --reason'],
  [/^use credentials of another kind$/, "prendre un jeton d'un autre rôle"],
  [/^RFC 3339 with a zone, for example (\S+?)(?:,.*)?$/, 'RFC 3339 avec un fuseau, par exemple $1, ou « 15m ago »'],
  [/^see .*openapi\.json$/, 'voir /api/openapi.json'],
  [/^(\S+) must be a number from 1 to (\S+)$/, '$1 doit être un nombre de 1 à $2'],
  [
    /^say a number between them; the cursor gives the next page$/,
    'donner un nombre entre les deux ; le curseur donne la page suivante',
  ],
  [/^one of (.+)$/, 'au choix : $1'],
  [/^the token is not known$/, "le jeton n'est pas connu"],
  // Times and cuts.
  [/^(\S+ \S+) has no zone$/, '$1 est sans fuseau'],
  [/^(\S+ \S+) occurs twice in (\S+)$/, '$1 existe deux fois à $2'],
  [
    /^(\S+ \S+) does not exist in (\S+): the clocks go forward over it$/,
    "$1 n'existe pas à $2 : c'est l'heure que le passage à l'heure d'été saute",
  ],
  [/^(\S+) is in the future$/, '$1 est dans le futur'],
  [/^nothing is recorded there yet$/, "rien n'y est encore enregistré"],
  [/^say (\S+) or (\S+)$/, 'dire $1 ou $2'],
  [/^say (\S+)$/, 'dire $1'],
  [/^say t and establishment$/, "il faut l'instant et l'établissement"],
  [/^`(reprise [^`]+)`$/, '$1'],
  [
    /^check T with `reprise at`; --allow-empty plans an empty establishment on purpose$/,
    "vérifier l'instant par `reprise at` ; --allow-empty planifie exprès un établissement vide",
  ],
  [/^its newest event is (\S+)$/, 'son dernier événement est $1'],
  [/^it has no event yet$/, "il n'a encore aucun événement"],
  // Plans.
  [/^a position belongs to one establishment$/, "une position est celle d'un seul établissement"],
  [/^use --to T with --territory, or --establishment$/, 'prendre --to T avec --territory, ou --establishment'],
  [/^--before-event names no event$/, '--before-event ne nomme aucun événement'],
  [
    /^a position, or a message id as `reprise messages` shows it$/,
    'une position, ou un identifiant de message tel que `reprise messages` le montre',
  ],
  [/^--exclude-between ends before it begins$/, '--exclude-between finit avant de commencer'],
  [
    /^--to-position -1 is no position: the first event has 0$/,
    "--to-position -1 n'est pas une position : le premier événement a la position 0",
  ],
  [/^`(reprise restore plan [^`]+)` plans an empty establishment$/, 'pour planifier un établissement vide : $1'],
  [/^no clock "(.+)"$/, 'aucune horloge "$1"'],
  [/^no (\S+) "(.*)"$/, '$1 : valeur inconnue "$2"'],
  [/^--clock (\S+) needs --to T$/, '--clock $1 demande --to T'],
  [/^a position is on the recorded clock by nature$/, "une position est par nature sur l'horloge d'enregistrement"],
  [
    /^--clock (\S+) leaves out what is later than T, and --after-cut replay would bring it back$/,
    "--clock $1 écarte ce qui est après l'instant, et --after-cut replay le ramènerait",
  ],
  [/^use --clock recorded, or --exclude-between$/, 'prendre --clock recorded, ou --exclude-between'],
  [/^a wrong name would exclude nothing$/, "un nom erroné n'écarterait rien"],
  [/^no event of type "(.+)" is in this plan$/, 'aucun événement de type "$1" dans ce plan'],
  [/^types there: none$/, 'types présents : aucun'],
  [/^types there: (.+)$/, 'types présents : $1'],
  [/^(\S+) had no members at (\S+)$/, "$1 n'avait pas de membre à $2"],
  [/^see the territory file$/, 'voir le fichier du territoire'],
  [/^see `reprise (.+)`$/, 'voir reprise $1'],
  [/^the log of (\S+) is another one$/, 'le journal de $1 en est un autre'],
  [/^timeline (\S+) of (\S+) has gone live since$/, 'la ligne de temps $1 de $2 est entrée en service depuis'],
  [/^the cut of (\S+) was (\S+) and is (\S+)$/, 'la coupure de $1 était $2, et elle est $3'],
  [/^restore (\S+) was requested with it$/, "la restauration $1 a été lancée d'après lui"],
  [/^restore (\S+) was requested since$/, 'la restauration $1 a été lancée depuis'],
  [/^its content and its hash do not belong together$/, 'son contenu et son empreinte ne vont pas ensemble'],
  [/^watch it with `(reprise [^`]+)`$/, 'la suivre : $1'],
  [/^watch it with `(reprise [^`]+)`, or plan again$/, 'la suivre : $1, ou planifier à nouveau'],
  [/^watch it with `(reprise [^`]+)`, or cancel it$/, "la suivre : $1, ou l'abandonner"],
  // Restores.
  [/^restore (?:it|the missing range(?: of the log)?) from the archive$/, "restaurer ce qui manque depuis l'archive"],
  [
    /^roll that one back first, or plan again on top of it$/,
    "annuler d'abord celle-là, ou planifier à nouveau par-dessus",
  ],
  [
    /^(\S+) is on timeline (\S+) by now, not on this restore's (\S+)$/,
    '$1 est maintenant sur la ligne de temps $2, et non sur $3, celle de cette restauration',
  ],
  [/^roll back what was promoted last$/, "annuler d'abord la dernière basculée"],
  [/^a restore has one once it is built$/, 'une restauration en a un une fois construite'],
  [
    /^THE REPLICAS DIFFER: (\S+) has state (\S+) in replica (\S+) and (\S+) in (\S+); it is not promoted\. Cancel it and run `(.+)`$/,
    "LES RÉPLICAS DIFFÈRENT : $1 a l'état $2 dans le réplica $3 et $4 dans $5 ; rien n'est basculé. L'abandonner, puis lancer $6",
  ],
  [/^replica (\S+), (\S+): (.+)$/, 'réplica $1, $2 : $3'],
  // Requests.
  [/^(\S+) is given more than once$/, '$1 est donné plusieurs fois'],
  [/^say it once$/, 'le dire une fois'],
  [/^the body is no JSON object$/, "le corps n'est pas un objet JSON"],
  [/^(\S+) is no member of a plan$/, "$1 n'est pas un champ d'un plan"],
  [/^(\S+) must be a text$/, '$1 doit être un texte'],
  [/^(\S+) must be a list of texts$/, '$1 doit être une liste de textes'],
  [/^(\S+) must be a list of pairs of times$/, "$1 doit être une liste de paires d'instants"],
  [/^(\S+) must be a list of positions$/, '$1 doit être une liste de positions'],
  [/^(\S+) must be a list of 1 to (\S+) certificates$/, '$1 doit être une liste de 1 à $2 certificats'],
  [/^(\S+) must be a whole number$/, '$1 doit être un nombre entier'],
  [/^(\S+) must be a position$/, '$1 doit être une position'],
  [/^(\S+) must be (true|omit) or (false|replay)$/, '$1 doit être $2 ou $3'],
  [/^(\S+) must have senders, types and between$/, '$1 doit avoir senders, types et between'],
  [
    /^version must be 1: other certificates are not known here$/,
    "version doit être 1 : d'autres certificats ne sont pas connus ici",
  ],
  [/^definition has too many parents$/, 'definition a trop de lignes de temps ancêtres'],
  [/^plan is no plan: it has no hash and targets$/, "plan n'est pas un plan : il lui manque hash et targets"],
  [/^for example (.+)$/, 'par exemple $1'],
  [/^--skip names events that wait$/, '--skip nomme des événements qui attendent'],
  [/^take `next` of the page before$/, 'prendre le « next » de la page précédente'],
  [/^no replica is configured$/, "aucun réplica n'est configuré"],
  [/^set (REPRISE_\S+)$/, 'renseigner $1'],
  [/^(REPRISE_\S+) names them$/, '$1 les nomme'],
  [/^a replica has no tables of (\S+) yet$/, "un réplica n'a pas encore de tables de $1"],
  [/^(\S+): (\S+) is missing$/, '$1 : $2 manque'],
  [/^the log has not answered for (\S+) s$/, 'le journal ne répond plus depuis $1 s'],
  [/^nobody knows this caller$/, 'personne ne connaît cet appelant'],
  [/^send a valid token: Authorization: Bearer …$/, 'envoyer un jeton valable : Authorization: Bearer …'],
  [
    /^the URL names an establishment that is not this caller’s$/,
    "l'adresse nomme un établissement qui n'est pas celui de l'appelant",
  ],
  [/^use the establishment of the credentials$/, "prendre l'établissement du jeton"],
  // Logs and replicas.
  [/^entry (\S+) of (\S+): (.+)$/, 'entrée $1 de $2 : $w3'],
  [/^the directory log holds an entry .*$/, "le journal de l'annuaire contient une entrée inconnue de cette version"],
  [/^the journal holds an entry .*$/, 'le journal des refus contient une entrée inconnue de cette version'],
  [
    /^run the version of Reprise that wrote it, .*$/,
    "lancer la version de Reprise qui l'a écrite, ou une plus récente",
  ],
  [/^(\S+) bytes already wait to be appended$/, "$1 octets attendent déjà d'être écrits"],
  [
    /^the log is slower than what comes in: send again later$/,
    'le journal est plus lent que ce qui arrive : renvoyer plus tard',
  ],
  [/^(\S+): it was "(.*)" and is now "(.*)"$/, '$1 : il était "$2" et est maintenant "$3"'],
  [
    /^the topic was recreated: .*$/,
    "le journal a été recréé : le restaurer depuis l'archive, ou supprimer le réplica et le laisser suivre à neuf",
  ],
  [
    /^acknowledged entries are gone: .*$/,
    "des entrées acquittées manquent : arrêter, et restaurer le journal depuis l'archive avant que rien ne le suive",
  ],
  [/^(\S+): max\.message\.bytes is too small for this event$/, '$1 : max.message.bytes est trop petit ici'],
  [/^raise max\.message\.bytes$/, 'augmenter max.message.bytes'],
  [
    /^set them as said; nothing is captured meanwhile, .*$/,
    "les régler ainsi ; d'ici là rien n'est accepté, car des événements acquittés pourraient se perdre",
  ],
  [/^a topic of the logs does not exist$/, "un des journaux n'existe pas"],
  [/^make it with the next start of control$/, 'le prochain démarrage de control le crée'],
  [/^what is to be written takes (\S+) bytes, the log takes (\S+)$/, 'à écrire : $1 octets, le journal en prend $2'],
  [/^split it$/, 'le diviser'],
  [
    /^check the brokers; what was being appended .*$/,
    "vérifier les serveurs Kafka ; ce qui s'écrivait l'est peut-être, et le renvoyer est sans risque",
  ],
  [
    /^free space on the disk of the replica; it goes on by itself$/,
    'faire de la place sur le disque du réplica ; il reprend de lui-même',
  ],
  [
    /^check that Postgres runs and takes connections; it is tried again$/,
    'vérifier que Postgres tourne et accepte des connexions ; un nouvel essai suit',
  ],
  ...verificationSentences,
  // What doctor looks at, finds, and says to do.
  [/^versions$/, 'versions installées'],
  [/^node (\S+), fold (\S+)$/, 'Node $1, règles de calcul $2'],
  [/^directory$/, 'annuaire'],
  [/^establishments: (\S+), restores: (\S+)$/, 'établissements : $1, restaurations : $2'],
  [/^log (\S+)$/, 'journal $1'],
  [/^events: (\S+)$/, 'événements : $1'],
  [/^topic settings$/, 'réglages des journaux'],
  [/^as they must be$/, 'comme il faut'],
  [/^replica (\S+)$/, 'réplica $1'],
  [/^reader (\S+)$/, 'lecteur $1'],
  [/^builds of replica (\S+)$/, 'constructions du réplica $1'],
  [/^search index of replica (\S+)$/, 'index de recherche du réplica $1'],
  [/^search rule (\S+)$/, 'règle de recherche $1'],
  [/^versions computed anew for search rule (\S+): (.+)$/, 'versions recalculées pour la règle de recherche $1 : $2'],
  [
    /^it goes on by itself while its replicator runs; until then a name is found as it was written$/,
    "cela avance tout seul tant que son réplicateur tourne ; d'ici là, un nom se trouve tel qu'il a été écrit",
  ],
  [/^none has failed$/, "aucune n'a échoué"],
  [/^restore (\S+) of (\S+) has failed: (.+)$/, 'la restauration $1 de $2 a échoué : $3'],
  [/^mend the cause, then `(reprise [^`]+)`$/, 'réparer la cause, puis $1'],
  [
    /^behind for over a minute: (.+); look at the log of its replicator, a full disk stops it$/,
    "en retard de plus d'une minute : $1 ; voir le journal de son réplicateur, un disque plein l'arrête",
  ],
  [/^disk of control$/, 'disque de control'],
  [/^no answer$/, 'pas de réponse'],
  [/^look whether the process runs$/, 'vérifier que le processus tourne'],
  [
    /^Postgres (\S+), establishments: (\S+), clock (\S+) ms off$/,
    'Postgres $1, établissements : $2, horloge décalée de $3 ms',
  ],
  [
    /^it does not follow (.+): look whether its replicator runs$/,
    'il ne suit pas $1 : vérifier que son réplicateur tourne',
  ],
  [
    /^its clock is off: let both hosts keep time by NTP$/,
    "son horloge est décalée : mettre les deux machines à l'heure par NTP",
  ],
  [/^(\S+) GB free$/, '$1 Go libres'],
  [/^free some space before a restore$/, 'faire de la place avant une restauration'],
  [/^ready$/, 'prêt'],
  [/^answers (\S+)$/, 'répond $1'],
  [/^it is not ready: ask (\S+)$/, "il n'est pas prêt : interroger $1"],
  ...accessSentences,
  ...driftSentences,
];

/** The sentence in French, or as it came; a sentence that it quotes is said in French as well. */
export const inFrench = (sentence: string): string => {
  for (const [pattern, french] of sentences) {
    const [found, ...named] = pattern.exec(sentence) ?? [];
    if (found !== undefined)
      return french.replaceAll(/\$([sw]?)(\d)/g, (_, how: string, n: string) => told(how, named[Number(n) - 1] ?? ''));
  }
  return sentence;
};

/** `$s1` is a state of a restore, `$w1` always words, `$1` words where it is more than one. */
const told = (how: string, named: string): string => {
  if (how === 's') return named.split(' or ').map(state).join(' ou ');
  return how === 'w' || named.includes(' ') ? inFrench(named) : named;
};

const values: ReadonlyMap<string, string> = new Map(Object.entries(fr));
const state = (word: string): string => values.get(`value.${word}`) ?? word;
