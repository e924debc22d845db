"""How mentions are worded, by country and language; the country's own language is the one that its law uses."""

Worded = dict[str, dict[str, str]]

WORDS: dict[str, Worded] = {
    "tax.name": {
        "CH": {"fr": "TVA", "de": "MWST", "it": "IVA", "en": "VAT"},
        "": {"fr": "TVA", "de": "MwSt.", "it": "IVA", "en": "VAT"},
    },
    "tax.exempt": {
        "FR": {
            "fr": "Exonéré de TVA, art. 261-4-1° du CGI",
            "de": "Von der Mehrwertsteuer befreit, Art. 261-4-1° CGI (Frankreich)",
            "it": "Esente da IVA, art. 261-4-1° CGI (Francia)",
            "en": "Exempt from VAT, art. 261-4-1° CGI (France)",
        },
        "CH": {
            "fr": "Exclu du champ de la TVA, art. 21 al. 2 LTVA",
            "de": "Von der MWST ausgenommen, Art. 21 Abs. 2 MWSTG",
            "it": "Escluso dall’imposta, art. 21 cpv. 2 LIVA",
            "en": "Exempt from VAT without credit, art. 21 para. 2 VATA (Switzerland)",
        },
        "CA": {
            "fr": "Services de santé exonérés de la TPS et de la TVQ (LTA, ann. V, partie II ; LTVQ, art. 108 et suivants)",
            "de": "Gesundheitsleistung, befreit von GST und QST (ETA, Sch. V, Part II; AQST, s. 108 ff.)",
            "it": "Prestazioni sanitarie esenti da GST e QST (ETA, Sch. V, Part II; AQST, s. 108 ff.)",
            "en": "Health services exempt from GST and QST (ETA, Sch. V, Part II; AQST, s. 108 ff.)",
        },
        "": {"fr": "Exonéré de TVA", "de": "Steuerbefreit", "it": "Esente da IVA", "en": "Exempt from VAT"},
    },
    "tax.not_liable": {
        "FR": {
            "fr": "TVA non applicable, art. 293 B du CGI",
            "de": "Keine Mehrwertsteuer, Art. 293 B CGI (Frankreich)",
            "it": "IVA non applicabile, art. 293 B CGI (Francia)",
            "en": "VAT not applicable, art. 293 B CGI (France)",
        },
        "CH": {
            "fr": "Non assujetti à la TVA, art. 10 al. 2 LTVA",
            "de": "Nicht MWST-pflichtig, Art. 10 Abs. 2 MWSTG",
            "it": "Non assoggettato all’IVA, art. 10 cpv. 2 LIVA",
            "en": "Not liable to VAT, art. 10 para. 2 VATA (Switzerland)",
        },
        "CA": {
            "fr": "Petit fournisseur, ni TPS ni TVQ (LTA, art. 148 ; LTVQ, art. 294)",
            "de": "Kleinunternehmer, ohne GST und QST (ETA, s. 148; AQST, s. 294)",
            "it": "Piccolo fornitore, senza GST e QST (ETA, s. 148; AQST, s. 294)",
            "en": "Small supplier, no GST or QST (ETA, s. 148; AQST, s. 294)",
        },
        "": {"fr": "TVA non applicable", "de": "Ohne Steuer", "it": "IVA non applicabile", "en": "VAT not applicable"},
    },
    "operation.services": {
        "FR": {
            "fr": "Nature de l’opération : prestation de services",
            "de": "Art des Umsatzes: Dienstleistung",
            "it": "Natura dell’operazione: prestazione di servizi",
            "en": "Type of transaction: supply of services",
        },
    },
    "late.penalties": {
        "FR": {
            "fr": "Pénalités de retard : taux de la BCE majoré de 10 points (art. L441-10 du code de commerce)",
            "de": "Verzugszinsen: EZB-Satz plus 10 Prozentpunkte (Art. L441-10 Code de commerce)",
            "it": "Interessi di mora: tasso BCE maggiorato di 10 punti (art. L441-10 Code de commerce)",
            "en": "Late-payment penalties: ECB rate plus 10 points (art. L441-10 Code de commerce)",
        },
    },
    "late.40_eur": {
        "FR": {
            "fr": "Indemnité forfaitaire pour frais de recouvrement : 40 € (art. D441-5 du code de commerce)",
            "de": "Pauschale für Beitreibungskosten: 40 € (Art. D441-5 Code de commerce)",
            "it": "Indennità forfettaria per spese di recupero: 40 € (art. D441-5 Code de commerce)",
            "en": "Fixed compensation for recovery costs: €40 (art. D441-5 Code de commerce)",
        },
    },
    "discount.none": {
        "FR": {
            "fr": "Pas d’escompte pour paiement anticipé",
            "de": "Kein Skonto bei vorzeitiger Zahlung",
            "it": "Nessuno sconto per pagamento anticipato",
            "en": "No discount for early payment",
        },
    },
}

_REGISTERS = {"siret": "SIRET", "rpps": "RPPS", "adeli": "ADELI", "gln": "GLN", "neq": "NEQ"}
_NAMES: Worded = {
    "zsr": {"fr": "RCC", "de": "ZSR", "it": "RCC", "en": "ZSR"},
    "uid": {"fr": "IDE", "de": "UID", "it": "IDI", "en": "UID"},
    "licence": {"fr": "Permis", "de": "Lizenz", "it": "Licenza", "en": "Licence"},
}


def register_name(name: str, language: str, country: str) -> str:
    """What a register is called on paper; one that is not known goes by its own name in capitals."""
    if name == "vat":
        if country == "CH":
            return WORDS["tax.name"]["CH"][language]
        return {"fr": "N° TVA", "de": "USt-IdNr.", "it": "P. IVA", "en": "VAT no."}[language]
    if name in _NAMES:
        return _NAMES[name][language]
    return _REGISTERS.get(name, name.upper())
