"""Phrases of the languages written in Latin letters.

Each points at a page without describing it; none may be added that would be untrue of some page.
"""

EN = (
    "Related reading: {a}.",
    "More on this subject: {a}.",
    "On the same subject: {a}.",
    "A further pointer on this topic: {a}.",
    "Readers who want to follow this up can continue here: {a}.",
    "For background on this point: {a}.",
    "One place to read on: {a}.",
    "Further reading on this theme: {a}.",
    "Anyone looking into this may also want to read this page: {a}.",
    "To go deeper into this subject, read on here: {a}.",
    "Those who would like more context can turn to this page: {a}.",
    "Another page to read alongside this section: {a}.",
)
EN_APART = (
    "A page on a neighbouring subject: {a}.",
    "Another page that may be of interest here: {a}.",
    "Also in this context: {a}.",
    "Not far from this subject: {a}.",
    "For readers with a wider interest in the subject: {a}.",
)
EN_INLINE = (
    "For more on this, see {a}.",
    "Readers who want more background can turn to {a}.",
    "For a closer look at this subject, see {a}.",
    "On this point, see also {a}.",
    "Anyone working on this may want to read {a} as well.",
)
EN_ASIDES = (" (see also: {a})", " (related: {a})", " (further reading: {a})", " (more on this: {a})")

DE = (
    "Mehr zu diesem Thema: {a}.",
    "Zum Weiterlesen: {a}.",
    "Siehe dazu auch: {a}.",
    "Wer sich näher damit befassen möchte, kann hier weiterlesen: {a}.",
    "Passend zum Thema: {a}.",
    "Weiterführende Lektüre zu diesem Punkt: {a}.",
    "Ein verwandtes Stichwort dazu lautet {a}.",
    "Zum Hintergrund siehe auch: {a}.",
    "Wen diese Frage beschäftigt, der findet unter dem Stichwort {a} eine weitere Seite dazu.",
    "Zur Vertiefung: {a}.",
    "Mehr dazu unter dem Stichwort {a}.",
    "Ergänzend zu diesem Abschnitt: {a}.",
    "Ein weiterer Lesehinweis in diesem Zusammenhang: {a}.",
    "Wer tiefer einsteigen möchte, liest hier weiter: {a}.",
)
DE_APART = (
    "Aus einem benachbarten Gebiet: {a}.",
    "In diesem Umfeld vielleicht ebenfalls von Interesse: {a}.",
    "Eine weitere Seite für alle, die sich breiter umsehen möchten: {a}.",
    "Am Rande sei hier noch auf eine andere Seite verwiesen: {a}.",
)
DE_ASIDES = (" (siehe auch: {a})", " (mehr dazu: {a})", " (zum Weiterlesen: {a})", " (Stichwort: {a})")

FR = (
    "Pour en savoir plus à ce sujet : {a}.",
    "À lire aussi : {a}.",
    "Pour aller plus loin : {a}.",
    "Sur le même sujet : {a}.",
    "Pour approfondir ce point : {a}.",
    "Voir également : {a}.",
    "Une lecture complémentaire à ce propos : {a}.",
    "Les personnes que la question intéresse peuvent poursuivre leur lecture ici : {a}.",
    "Dans le même ordre d'idées, on pourra lire : {a}.",
    "Une autre page sur ce thème : {a}.",
    "Pour un complément sur cette question : {a}.",
    "Pour prolonger la lecture : {a}.",
    "À ce propos, on peut aussi consulter la page suivante : {a}.",
    "En complément de cette section : {a}.",
)
FR_APART = (
    "Dans un domaine voisin : {a}.",
    "Autre page susceptible d'intéresser dans ce contexte : {a}.",
    "Pour élargir le propos : {a}.",
    "À noter par ailleurs, sur un sujet voisin : {a}.",
)
FR_ASIDES = (" (voir aussi : {a})", " (à lire : {a})", " (en complément : {a})", " (à ce sujet : {a})")

ES = (
    "Más sobre este tema: {a}.",
    "Para ampliar este punto: {a}.",
    "Lectura relacionada: {a}.",
    "Véase también: {a}.",
    "Quien quiera profundizar puede seguir leyendo aquí: {a}.",
    "Sobre el mismo tema: {a}.",
    "Para tener más contexto sobre este punto: {a}.",
    "Otra página sobre esta cuestión: {a}.",
    "Para seguir leyendo al respecto: {a}.",
    "A este respecto, puede consultarse también esta página: {a}.",
    "Una lectura complementaria: {a}.",
    "Quienes trabajen en esto pueden consultar también esta página: {a}.",
    "En relación con este apartado: {a}.",
    "Como complemento a lo anterior: {a}.",
)
ES_APART = (
    "Sobre un tema cercano: {a}.",
    "Otra página que puede interesar en este contexto: {a}.",
    "Para una mirada más amplia: {a}.",
    "En un terreno vecino: {a}.",
)
ES_ASIDES = (" (véase también: {a})", " (más al respecto: {a})", " (lectura relacionada: {a})")

IT = (
    "Per approfondire: {a}.",
    "Sullo stesso tema: {a}.",
    "Si veda anche: {a}.",
    "Una lettura collegata: {a}.",
    "Chi vuole saperne di più può continuare qui: {a}.",
)
IT_APART = (
    "Su un tema vicino: {a}.",
    "Un'altra pagina che può interessare in questo contesto: {a}.",
)
IT_ASIDES = (" (si veda anche: {a})", " (per approfondire: {a})")

PT = (
    "Para saber mais sobre este tema: {a}.",
    "Leitura relacionada: {a}.",
    "Sobre o mesmo assunto: {a}.",
    "Veja também: {a}.",
    "Quem quiser aprofundar este ponto pode continuar aqui: {a}.",
)
PT_APART = (
    "Sobre um tema próximo: {a}.",
    "Outra página que pode interessar neste contexto: {a}.",
)
PT_ASIDES = (" (veja também: {a})", " (leitura relacionada: {a})")

NL = (
    "Meer over dit onderwerp: {a}.",
    "Zie ook: {a}.",
    "Verder lezen over dit onderwerp: {a}.",
    "Wie zich hier verder in wil verdiepen, kan hier terecht: {a}.",
    "Over hetzelfde onderwerp: {a}.",
)
NL_APART = (
    "Over een verwant onderwerp: {a}.",
    "Een andere pagina die in dit verband interessant kan zijn: {a}.",
)
NL_ASIDES = (" (zie ook: {a})", " (meer hierover: {a})")
