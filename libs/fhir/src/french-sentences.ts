/**
 * What a refusal, or a warning, of a write says, in French. `{}` stands for what differs: a limit, a name of FHIR's or of a setting,
 * another sentence. The first that fits counts.
 */
export const frenchSentences: Readonly<Record<string, string>> = {
  // Said in the answer to a search
  'the parameter {} is not known here and was left out': "le paramètre {} n'est pas connu ici et a été ignoré",
  'the search index is being computed anew; until then a name may be found only as it was written':
    "l'index de recherche est en cours de recalcul ; d'ici là, un nom peut n'être trouvé que tel qu'il a été écrit",
  // A search that is refused
  'the search parameter {} asks for too much': 'le paramètre de recherche {} demande trop',
  'ask with fewer words and parameters, one search takes at most {} conditions':
    'demander avec moins de mots et de paramètres, une recherche prend {} conditions au plus',
  'ask for fewer values, one search takes at most {} in all':
    'demander moins de valeurs, une recherche en prend {} au plus en tout',
  'ask for fewer values and words, one search takes at most {} comparisons':
    'demander moins de valeurs et de mots, une recherche prend {} comparaisons au plus',
  'the comparison "{}" of the search parameter {} is not supported':
    "la comparaison « {} » du paramètre de recherche {} n'est pas prise en charge",
  'the search parameter {} has a value that it cannot have':
    "le paramètre de recherche {} a une valeur qu'il ne peut avoir",
  'at most {} words and {} characters in a value': '{} mots et {} caractères au plus dans une valeur',
  'at least one letter': 'au moins une lettre',
  'ids, separated by commas': 'des id, séparés par des virgules',
  'system|value, value or |value': 'system|value, value ou |value',
  'Patient/id or id': 'Patient/id ou id',
  'YYYY-MM-DD, YYYY-MM or YYYY': 'YYYY-MM-DD, YYYY-MM ou YYYY',
  'RFC 3339 with a zone, for example 2026-11-20T14:30:00+01:00 (in a URL, + is written %2B)':
    "RFC 3339 avec un fuseau, par exemple 2026-11-20T14:30:00+01:00 (dans une URL, + s'écrit %2B)",
  'one of male, female, other, unknown': "l'un de male, female, other, unknown",
  'a number': 'un nombre',
  'none, estimate or accurate': 'none, estimate ou accurate',
  'follow the link next as it was given': "suivre le lien next tel qu'il a été donné",
  'the parameter {} is empty': 'le paramètre {} est vide',
  'give it a value or leave it out': "lui donner une valeur ou l'omettre",
  'the parameter {} is not known here': "le paramètre {} n'est pas connu ici",
  'known: {}; or send Prefer: handling=lenient': 'connus : {} ; ou envoyer Prefer: handling=lenient',
  'the parameter {} is not percent-encoded UTF-8': "le paramètre {} n'est pas de l'UTF-8 codé en pourcent",
  'write each byte of its UTF-8 as % and two hexadecimal digits (é is %C3%A9, % itself is %25)':
    'écrire chaque octet de son UTF-8 comme % et deux chiffres hexadécimaux (é : %C3%A9, % lui-même : %25)',
  'the parameter {} holds a control character': 'le paramètre {} contient un caractère de contrôle',
  'leave it out': "l'omettre",
  'use eq, ge, gt, le, lt': 'employer eq, ge, gt, le, lt',
  'this _format': 'ce _format',
  'ask for json': 'demander json',
  'this _summary': 'ce _summary',
  'count or false: content is served as it was sent': "count ou false : le contenu est servi tel qu'il a été envoyé",
  '_cursor: the page cursor was not made for this caller and this question':
    "_cursor : ce curseur de page n'a pas été fait pour cet appelant et cette question",
  'follow the link "next" as it was given, or begin with the first page':
    "suivre le lien « next » tel qu'il a été donné, ou reprendre à la première page",
  '_cursor: the page cursor is not one of ours': "_cursor : ce curseur de page n'est pas des nôtres",
  'begin with the first page': 'reprendre à la première page',
  '_asOf: an instant that is still to come': '_asOf : un instant encore à venir',
  'name one that is past, or leave _asOf out for the present state':
    "en nommer un passé, ou omettre _asOf pour l'état présent",
  'the parameter {} is there twice': 'le paramètre {} y est deux fois',
  'send it once': "l'envoyer une seule fois",
  // JSON
  'not UTF-8': "ce n'est pas de l'UTF-8",
  'send UTF-8; ISO-8859-1 must be converted by the sender':
    "envoyer de l'UTF-8 ; l'ISO-8859-1 est à convertir par l'émetteur",
  'a byte-order mark before the JSON': "une marque d'ordre des octets précède le JSON",
  'send the JSON without it (RFC 8259, section 8.1)': 'envoyer le JSON sans elle (RFC 8259, section 8.1)',
  'bytes after the JSON value': 'des octets suivent la valeur JSON',
  'send one JSON value and nothing after it': 'envoyer une seule valeur JSON et rien après',
  'more than {} values': 'plus de {} valeurs',
  'more than {} values in one resource': 'plus de {} valeurs dans une ressource',
  'more than {} members in one object': 'plus de {} membres dans un objet',
  'send a list in place of so many members': "envoyer une liste à la place d'autant de membres",
  'more than {} entries': 'plus de {} entrées',
  'split the Bundle': 'découper le Bundle',
  'split the message': 'découper le message',
  'split the resource': 'découper la ressource',
  'more than {} levels deep': 'plus de {} niveaux de profondeur',
  'send a flatter structure': 'envoyer une structure moins profonde',
  'a member name was expected': 'un nom de membre était attendu',
  'send valid JSON (RFC 8259)': 'envoyer du JSON valide (RFC 8259)',
  '":" was expected': '":" était attendu',
  '"," or "}" was expected': '"," ou "}" était attendu',
  '"," or "]" was expected': '"," ou "]" était attendu',
  'a member name that programs take for their own': 'un nom de membre que les programmes prennent pour le leur',
  'rename the member': 'renommer le membre',
  'a member stands twice in one object': 'un membre figure deux fois dans un objet',
  'send each member once': 'envoyer chaque membre une seule fois',
  'a string without end': 'une chaîne sans fin',
  'send the whole message': 'envoyer le message entier',
  'a control character in a string': 'un caractère de contrôle dans une chaîne',
  'write it as an escape, for example \\n': "l'écrire comme un échappement, par exemple \\n",
  '\\u0000 in a string': '\\u0000 dans une chaîne',
  'leave the character out: no database text can hold it':
    'omettre ce caractère : aucun texte de base de données ne peut le contenir',
  'half of a surrogate pair in a string': "la moitié d'une paire de substitution dans une chaîne",
  'send the whole character': 'envoyer le caractère entier',
  'an unknown escape in a string': 'un échappement inconnu dans une chaîne',
  'a value was expected': 'une valeur était attendue',
  'a number that is none': "un nombre qui n'en est pas un",
  'a number with too large an exponent': "un nombre dont l'exposant est trop grand",
  'send it within the range of a double': "l'envoyer dans l'intervalle d'un flottant double",
  'a number of more than {} characters': 'un nombre de plus de {} caractères',
  'send at most 18 significant digits': 'envoyer 18 chiffres significatifs au plus',
  'a number with a leading zero': 'un nombre qui commence par un zéro',

  // Addresses, verbs, headers
  'POST a Bundle': 'envoyer un Bundle par POST',
  'POST to {Type}, PUT to {Type}/{id}': 'POST sur {Type}, PUT sur {Type}/{id}',
  'PUT it, or POST to {Type}': 'PUT, ou POST sur {Type}',
  'the base': 'la base',
  'a type': 'un type',
  'a record': 'un enregistrement',
  '{} on {} is not supported': "{} sur {} n'est pas pris en charge",
  'the header {}': "l'en-tête {}",
  'a conditional operation (a URL with a query)': 'une opération conditionnelle (une URL avec une requête)',
  'a gateway does not know the present state: write by id (PUT {Type}/{id}) and without conditions':
    "une passerelle ne connaît pas l'état présent : écrire par identifiant (PUT {Type}/{id}) et sans condition",
  'an operation ($name)': 'une opération ($name)',
  'write with PUT, POST, PATCH, DELETE or a Bundle': 'écrire par PUT, POST, PATCH, DELETE ou par un Bundle',
  'a write to this URL': 'une écriture à cette URL',
  'write to {Type}/{id}, {Type} or the base': 'écrire à {Type}/{id}, à {Type} ou à la base',
  'the URL names no resource type of FHIR R4': "l'URL ne nomme aucun type de ressource de FHIR R4",
  'for example Patient/123': 'par exemple Patient/123',
  'for example Patient': 'par exemple Patient',
  'not a record: expected Type/id': "ce n'est pas un enregistrement : Type/id est attendu",
  'id: 1 to 64 letters, digits, "-" and "."': 'id : 1 à 64 lettres, chiffres, "-" et "."',
  'not the one of the URL': "ce n'est pas celui de l'URL",
  'send the same {} in both, or leave it out of the body':
    "envoyer le même {} des deux côtés, ou l'omettre dans le corps",
  'send {}, in UTF-8, FHIR 4.0': 'envoyer {}, en UTF-8, FHIR 4.0',
  'a patch without a Content-Type is not supported': "un patch sans Content-Type n'est pas pris en charge",
  'this content type': 'ce type de contenu',
  'this charset or FHIR version is not supported':
    'ce jeu de caractères ou cette version de FHIR ne sont pas pris en charge',
  'this address takes writes only': 'cette adresse ne prend que des écritures',
  'send reads to a reader': 'adresser les lectures à un lecteur',
  'the Idempotency-Key or X-Request-Id cannot be kept': "l'Idempotency-Key ou le X-Request-Id ne peut être conservé",
  'send it once, with 1 to 200 visible ASCII characters':
    "l'envoyer une seule fois, avec 1 à 200 caractères ASCII visibles",
  'a conditional reference to a Patient is not supported':
    "une référence conditionnelle à un Patient n'est pas prise en charge",
  '{} is not supported': "{} : ce n'est pas pris en charge",

  // Sizes and forms of a body
  'the body is larger than {} bytes': 'le corps dépasse {} octets',
  'split it': 'le découper',
  'what is to be written takes {} bytes, the log takes {}':
    "ce qui est à écrire prend {} octets, le journal n'en prend que {}",
  'this Content-Encoding is not taken here': "ce Content-Encoding n'est pas pris ici",
  'send gzip, deflate, br or none': 'envoyer gzip, deflate, br ou aucun',
  'the body is not packed as its Content-Encoding says':
    "le corps n'est pas compressé comme le dit son Content-Encoding",
  'send the header that fits the body, or none': "envoyer l'en-tête qui convient au corps, ou aucun",
  'send application/merge-patch+json': 'envoyer application/merge-patch+json',
  'the Content-Type names no type': 'le Content-Type ne nomme aucun type',
  'send application/fhir+json, or leave it out': "envoyer application/fhir+json, ou l'omettre",

  // Bundles and patches
  'a merge patch of a resource is an object': "un merge patch d'une ressource est un objet",
  'send {"member": value} (RFC 7396)': 'envoyer {"membre": valeur} (RFC 7396)',
  'not a Bundle': "ce n'est pas un Bundle",
  'POST a Bundle to the base, a resource to {Type}': 'envoyer par POST un Bundle à la base, une ressource à {Type}',
  'no entry': 'aucune entrée',
  'send at least one': 'en envoyer au moins une',
  'a Bundle of type {} is not supported here': "un Bundle de type {} n'est pas pris en charge ici",
  'send a transaction, batch, message or collection; to store the Bundle itself, PUT Bundle/{id}':
    'envoyer une transaction, un batch, un message ou une collection ; pour conserver le Bundle lui-même, PUT Bundle/{id}',
  'not a type of Bundle': "ce n'est pas un type de Bundle",
  'send a transaction, batch, message or collection': 'envoyer une transaction, un batch, un message ou une collection',
  'not an object': "ce n'est pas un objet",
  'send entries with a resource and a request': 'envoyer des entrées avec une ressource et une requête',
  'no resource': 'aucune ressource',
  'send the resource, or DELETE': 'envoyer la ressource, ou DELETE',
  'send the resource': 'envoyer la ressource',
  'no request': 'aucune requête',
  'send request.method and request.url': 'envoyer request.method et request.url',
  'a PUT names a record': 'un PUT nomme un enregistrement',
  'a DELETE names a record': 'un DELETE nomme un enregistrement',
  'a POST names a type': 'un POST nomme un type',
  'only PUT, POST and DELETE are supported in a Bundle': 'seuls PUT, POST et DELETE sont pris en charge dans un Bundle',
  'send reads to a reader, patches as PATCH {Type}/{id}':
    'adresser les lectures à un lecteur, les modifications par PATCH {Type}/{id}',
  'no resource type of FHIR R4': 'aucun type de ressource de FHIR R4',
  'send an R4 resource': 'envoyer une ressource R4',
  'the same record as an earlier entry': "le même enregistrement qu'une entrée précédente",
  'send each record once': 'envoyer chaque enregistrement une seule fois',
  'the fullUrl of an earlier entry': "le fullUrl d'une entrée précédente",
  'send each once': 'envoyer chacun une seule fois',
  'and {} more': 'et {} autres',
  'refer to Patient/{id}: without it nobody could tell whose record this is':
    "référencer Patient/{id} : sans cela personne ne saurait de qui est l'enregistrement",
  'a conditional reference is kept as it was sent: which record it means is not known here; send Type/id where it is known':
    "une référence conditionnelle est conservée telle qu'envoyée : l'enregistrement qu'elle vise n'est pas connu ici ; envoyer Type/id s'il est connu",
  'refers to an entry of this Bundle by the id in its body, which the POST replaces: it is kept as it was sent and leads nowhere; give that entry a fullUrl (urn:uuid:…) and refer to it, or PUT it under its id':
    "référence une entrée de ce Bundle par l'id de son corps, que le POST remplace : elle est conservée telle qu'envoyée et ne mène nulle part ; donner à cette entrée un fullUrl (urn:uuid:…) et le référencer, ou l'envoyer par PUT sous son id",
  'a urn: reference to nothing in this message is kept as it was sent':
    "une référence urn: à rien de ce message est conservée telle qu'envoyée",

  // The sender's settings
  'an INS of test or demonstration': 'une INS de test ou de démonstration',
  'an INS of production': 'une INS de production',
  'this sender is set to refuse it: ask the operator':
    "le réglage de cet émetteur la refuse : s'adresser à l'exploitant",

  // FHIR R4 itself
  'send a resource that is valid FHIR R4 (4.0.1); it will never be accepted as it is':
    'envoyer une ressource valide en FHIR R4 (4.0.1) ; celle-ci ne sera jamais acceptée telle quelle',
  'not valid FHIR R4': "ce n'est pas du FHIR R4 valide",
  'refers to a {}, which this element does not expect': "référence une ressource {}, que cet élément n'attend pas",
  'more than one type of a value that may have one': "plus d'un type pour une valeur qui n'en a qu'un",
  'no such element in FHIR R4 (extensions go into "extension")':
    'cet élément n\'existe pas en FHIR R4 (les extensions vont dans "extension")',
  'not one of {}': 'ne fait pas partie de {}',
  'not a code of {}': "n'est pas un code de {}",
  'not a JSON object': "ce n'est pas un objet JSON",
  'the resourceType is not {}': "le resourceType n'est pas {}",
  'cannot be read as a resource of this type': 'ne peut être lu comme une ressource de ce type',
  'Missing required property': 'un élément obligatoire manque',
  'Invalid null value': 'un null qui ne peut figurer ici',
  'Invalid empty value': 'une valeur vide',
  'Invalid empty non-primitive value': 'un élément vide',
  'Invalid numeric value': 'une valeur numérique incorrecte',
  'Invalid JSON type: {} is not a valid FHIR type': "type JSON incorrect : {} n'est pas un type de FHIR",
  'Invalid JSON type: expected {}, but got {}': 'type JSON incorrect : {} attendu, {} reçu',
  'Invalid number of values: expected {}, but found {}': 'nombre de valeurs incorrect : {} attendues, {} reçues',
  'no dateTime of FHIR R4: send a year, a month, a day, or a day with a time to the second and its zone (2026-11-20T14:30:00+01:00)':
    "ce n'est pas un dateTime de FHIR R4 : envoyer une année, un mois, un jour, ou un jour avec l'heure à la seconde et son fuseau (2026-11-20T14:30:00+01:00)",
  'no instant of FHIR R4: send a day with a time to the second and its zone (2026-11-20T14:30:00+01:00)':
    "ce n'est pas un instant de FHIR R4 : envoyer un jour avec l'heure à la seconde et son fuseau (2026-11-20T14:30:00+01:00)",
  'Invalid {} format': "la forme n'est pas celle d'un {}",
  'Invalid {} value': "la valeur n'est pas celle d'un {}",
  'Expected array of values for property': 'une liste de valeurs est attendue',
  'Expected single value for property': 'une seule valeur est attendue',
  'Expected number to be an integer': 'un nombre entier est attendu',
  'Expected number to be in the range {}': "un nombre de l'intervalle {} est attendu",
  'String cannot be larger than 1 MB': 'une chaîne ne peut dépasser 1 Mo',
  'String must contain non-whitespace content': 'une chaîne contient autre chose que des blancs',
  'Value did not match expected pattern': "la valeur n'est pas celle que le type fixe",
  'base64Binary exceeds {} bytes': 'le base64Binary dépasse {} octets',
  'Constraint {} not met: {}': "la règle {} de FHIR R4 n'est pas respectée",
  'Error evaluating invariant expression': "une règle de FHIR R4 n'a pu être vérifiée",

  // CloudEvents
  'not an instant: it cannot be read, or it has no zone': "ce n'est pas un instant : illisible, ou sans fuseau",
  'RFC 3339 with a zone, for example 2026-11-20T14:30:00+01:00':
    'RFC 3339 avec un fuseau, par exemple 2026-11-20T14:30:00+01:00',
  'the event has no subject': "l'événement n'a pas de subject",
  'name the record: subject = Type/id': "nommer l'enregistrement : subject = Type/id",
  'this type of event is not taken here': "ce type d'événement n'est pas pris ici",
  'send one of {}': "envoyer l'un de {}",
  'not all events could be taken now': "tous les événements n'ont pu être pris à présent",
  'some events will never be taken as they are': 'certains événements ne seront jamais pris tels quels',
  'sending all of them again is safe': 'les renvoyer tous est sans risque',
  'correct what is refused as its reasons say, and send that; what is durable need not be sent again':
    "corriger ce qui est refusé selon ses raisons, et l'envoyer ; ce qui est durable n'est pas à renvoyer",
  'neither the Content-Type nor a header ce-… makes this a CloudEvent':
    "ni le Content-Type ni un en-tête ce-… n'en font un CloudEvent",
  'send application/cloudevents+json (one event) or application/cloudevents-batch+json (a list), or the attributes as the headers ce-specversion, ce-id, ce-source and ce-type':
    'envoyer application/cloudevents+json (un événement) ou application/cloudevents-batch+json (une liste), ou les attributs dans les en-têtes ce-specversion, ce-id, ce-source et ce-type',
  'send application/cloudevents+json (one event) or application/cloudevents-batch+json (a list)':
    'envoyer application/cloudevents+json (un événement) ou application/cloudevents-batch+json (une liste)',
  'send application/cloudevents+json, or the type of the data beside the headers ce-…':
    'envoyer application/cloudevents+json, ou le type des données à côté des en-têtes ce-…',
  'an event is a JSON object': 'un événement est un objet JSON',
  'send {"specversion": "1.0", …}; a list of events as application/cloudevents-batch+json':
    'envoyer {"specversion": "1.0", …} ; une liste d\'événements en application/cloudevents-batch+json',
  'send [event, …]; one event alone as application/cloudevents+json':
    'envoyer [événement, …] ; un événement seul en application/cloudevents+json',
  'send specversion "1.0" (CloudEvents 1.0)': 'envoyer specversion "1.0" (CloudEvents 1.0)',
  'send {}: 1 to {} characters, none of them a control character, percent-encoded in a header ce-…':
    'envoyer {} : 1 à {} caractères, aucun de contrôle, codés en pourcent dans un en-tête ce-…',
  'send a URI-reference without blanks and quotes, for example urn:his':
    "envoyer une référence d'URI sans blancs ni guillemets, par exemple urn:his",
  'send one of them': "envoyer l'un des deux",
  'send base64 without blanks (RFC 4648, section 4)': 'envoyer du base64 sans blancs (RFC 4648, section 4)',
  'the event’s subject names no record': "le subject de l'événement ne nomme aucun enregistrement",
  'this event format is not supported': "ce format d'événement n'est pas pris en charge",
  'a batch is an array of events': "un lot est une liste d'événements",
  'the batch holds no event': 'le lot ne contient aucun événement',
  'a batch holds at most {} events': 'un lot contient {} événements au plus',
  'the event has data and data_base64': "l'événement a data et data_base64",
  'data_base64 is no base64': "data_base64 n'est pas du base64",
  'the event has no {} that can be read': "l'événement n'a pas de {} lisible",
  'the event’s source is no URI-reference': "la source de l'événement n'est pas une référence d'URI",
  'the event’s specversion is not 1.0': "la specversion de l'événement n'est pas 1.0",
  'an earlier event could not be taken': "un événement précédent n'a pu être pris",
  'send the batch again': 'renvoyer le lot',

  // What the platform says of any request
  'nobody knows this caller': 'appelant inconnu',
  'send a valid token: Authorization: Bearer …': 'envoyer un jeton valide : Authorization: Bearer …',
  'this is not for a {}': "ceci n'est pas pour un {}",
  sender: 'émetteur',
  'use credentials of another kind': "utiliser des identifiants d'une autre sorte",
  'the URL names an establishment that is not this caller’s':
    "l'URL nomme un établissement qui n'est pas celui de cet appelant",
  'use the establishment of the credentials': "utiliser l'établissement des identifiants",
  'metrics are given on this machine only, and not through a proxy':
    'les mesures ne sont données que sur cette machine, et pas à travers un mandataire',
  'scrape over loopback, or give them a port of their own: REPRISE_METRICS_PORT':
    'les lire par la boucle locale, ou leur donner un port à elles : REPRISE_METRICS_PORT',
  'more than {} requests of this caller are being answered': 'plus de {} requêtes de cet appelant sont en cours',
  'wait for answers before asking on': 'attendre des réponses avant de redemander',
  'the request cannot be read': 'la requête ne peut être lue',
  'check that in the address two hexadecimal digits follow each %, and make up UTF-8, and that the length of the body is right':
    "vérifier que dans l'adresse deux chiffres hexadécimaux suivent chaque % et forment de l'UTF-8, et que la longueur du corps est juste",
  'nothing is served at this address': "rien n'est servi à cette adresse",
  'check the address and the method: /fhir/metadata of a gateway or reader, /api/openapi.json of control says what is served':
    "vérifier l'adresse et la méthode : /fhir/metadata d'une passerelle ou d'un lecteur, /api/openapi.json de control dit ce qui est servi",
  'this method is not served here': "cette méthode n'est pas servie ici",
  'the header Allow names those that are': "l'en-tête Allow nomme celles qui le sont",
  'none of the accepted content types is served here': "aucun des types de contenu acceptés n'est servi ici",
  'accept application/fhir+json or application/json': 'accepter application/fhir+json ou application/json',
  'the request took too long': 'la requête a pris trop de temps',
  'send it again': 'la renvoyer',
  'the body is too large': 'le corps est trop grand',
  'this expectation is not met here': "cette attente (en-tête Expect) n'est pas satisfaite ici",
  'send Expect: 100-continue, or no Expect': 'envoyer Expect: 100-continue, ou aucun Expect',
  'the request has no header Host': "la requête n'a pas d'en-tête Host",
  'send it (RFC 9112, section 3.2)': "l'envoyer (RFC 9112, section 3.2)",
  'the address is too long': "l'adresse est trop longue",
  'send a search as a form: POST {Type}/_search': 'envoyer une recherche comme formulaire : POST {Type}/_search',
  'the address and the headers are too long': "l'adresse et les en-têtes sont trop longs",
  'send 16 KB of them at most, and a search as a form: POST {Type}/_search':
    'en envoyer 16 Ko au plus, et une recherche comme formulaire : POST {Type}/_search',
  'this content type is not taken here': "ce type de contenu n'est pas pris ici",
  'send JSON, or a search as a form': 'envoyer du JSON, ou une recherche comme formulaire',
  'the service is stopping or overloaded': "le service s'arrête ou est surchargé",
  'something failed here; the log tells more under {}':
    'quelque chose a échoué ici ; le journal technique en dit plus sous {}',

  '{} holds a character that cannot be kept: U+0000, or half of a surrogate pair':
    '{} contient un caractère qui ne peut être conservé : U+0000, ou une moitié de paire de substitution',
  'send it without that character': "l'envoyer sans ce caractère",

  // Not now
  '{} requests of this caller wait here already': '{} demandes de cet appelant attendent déjà ici',
  'send fewer at a time, and ask for less with each: an identifier, a longer beginning of a name, a smaller _count':
    'en envoyer moins à la fois, et demander moins avec chacune : un identifiant, un plus long début de nom, un _count plus petit',
  'the answer takes too long': 'la réponse prend trop de temps',
  'ask for less: an identifier, a longer beginning of a name, fewer values, a smaller _count, no _total':
    'demander moins : un identifiant, un plus long début de nom, moins de valeurs, un _count plus petit, pas de _total',
  "this reader's database does not answer": 'la base de ce lecteur ne répond pas',
  'ask again, or ask another replica of the territory': 'redemander, ou demander à un autre réplica du territoire',
  'too many are reading here': 'trop de lectures sont en cours ici',
  'ask again, or ask for less at a time': 'redemander, ou demander moins à la fois',
  'the packed body becomes more than {} times its size':
    'le corps compressé devient plus de {} fois plus grand une fois décompressé',
  'send it with no Content-Encoding, or split it': 'l’envoyer sans Content-Encoding, ou le découper',
  'this sender has sent {} MB within an hour, unpacked, and more is not taken now':
    'cet émetteur a envoyé {} Mo en une heure, décompressés : la suite n’est pas prise maintenant',
  'send it again later; an import that needs more: raise {}':
    'renvoyer plus tard ; pour un import qui demande davantage, augmenter {}',
  'too much is being taken in at this moment': 'trop de messages arrivent en ce moment',
  'send it again shortly': 'le renvoyer sous peu',
  'the directory does not declare {} of {}': "l'annuaire ne déclare pas {} de {}",
  'declare the sender and its establishment; what is sent again then is taken':
    "déclarer l'émetteur et son établissement ; ce qui est renvoyé ensuite est pris",
  'there is no secret for the record ids of {}': "il n'y a pas de secret pour les identifiants de {}",
  'add it to the secrets file and start the gateway again':
    "l'ajouter au fichier des secrets et relancer la passerelle",
  'the settings of the log of {} are not asserted yet': 'les réglages du journal de {} ne sont pas encore vérifiés',
  '{} bytes already wait to be appended': "{} octets attendent déjà d'être écrits",
  'the log is slower than what comes in: send again later':
    'le journal est plus lent que ce qui arrive : renvoyer plus tard',
  'check the brokers; what was being appended is perhaps written, and sending it again is safe':
    'vérifier les brokers ; ce qui était en cours est peut-être écrit, et le renvoyer est sans risque',
};
