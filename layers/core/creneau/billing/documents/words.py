"""What a document calls its parts, in four languages; Swiss payment parts in the words of the guidelines' annex."""

from creneau.billing.invoice import DocumentKind
from creneau.billing.payment import Method

FR, DE, IT, EN = "fr", "de", "it", "en"


def _four(fr: str, de: str, it: str, en: str) -> dict[str, str]:
    return {FR: fr, DE: de, IT: it, EN: en}


TITLES = {
    DocumentKind.INVOICE: _four("Facture", "Rechnung", "Fattura", "Invoice"),
    DocumentKind.CREDIT_NOTE: _four("Avoir", "Gutschrift", "Nota di credito", "Credit note"),
}

WORDS = {
    "credit_note.CH": _four("Note de crédit", "Gutschrift", "Nota di credito", "Credit note"),
    "credit_note.CA": _four("Note de crédit", "Gutschrift", "Nota di credito", "Credit note"),
    "receipt": _four("Facture acquittée", "Quittung", "Quietanza", "Receipt"),
    "receipt.CH": _four("Quittance", "Quittung", "Quietanza", "Receipt"),
    "receipt.CA": _four("Reçu", "Quittung", "Quietanza", "Receipt"),
    "part_receipt": _four(
        "Reçu d’acompte", "Quittung über Teilzahlung", "Quietanza di acconto", "Receipt for part payment"
    ),
    "draft": _four("BROUILLON", "ENTWURF", "BOZZA", "DRAFT"),
    "date": _four("Date", "Datum", "Data", "Date"),
    "due": _four("Payable jusqu’au", "Zahlbar bis", "Pagabile entro", "Due date"),
    "corrects": _four("Corrige la facture", "Korrigiert Rechnung", "Rettifica la fattura", "Corrects invoice"),
    "of_day": _four("du", "vom", "del", "of"),
    "reference": _four("Référence", "Referenz", "Riferimento", "Reference"),
    "page": _four("Page", "Seite", "Pagina", "Page"),
    "description": _four("Désignation", "Bezeichnung", "Descrizione", "Description"),
    "quantity": _four("Qté", "Menge", "Qtà", "Qty"),
    "price": _four("Prix unitaire", "Einzelpreis", "Prezzo unitario", "Unit price"),
    "price.taxed": _four("Prix unit. TTC", "Einzelpreis inkl.", "Prezzo unit. IVA incl.", "Unit price incl. tax"),
    "amount": _four("Montant", "Betrag", "Importo", "Amount"),
    "amount.taxed": _four("Montant TTC", "Betrag inkl.", "Importo IVA incl.", "Amount incl. tax"),
    "taxes": _four("Taxes", "Steuern", "Imposte", "Taxes"),
    "subtotal": _four("Sous-total", "Zwischensumme", "Subtotale", "Subtotal"),
    "net": _four("Total hors taxes", "Total ohne Steuern", "Totale senza imposte", "Total without tax"),
    "on": _four("sur", "auf", "su", "on"),
    "total": _four("Total", "Total", "Totale", "Total"),
    "total.taxed": _four("Total TTC", "Total inkl. Steuern", "Totale imposte incluse", "Total including tax"),
    "total.credit": _four("Total crédité", "Gutgeschrieben", "Totale accreditato", "Total credited"),
    "payments": _four("Paiements", "Zahlungen", "Pagamenti", "Payments"),
    "paid": _four("Payé", "Bezahlt", "Pagato", "Paid"),
    "credited": _four("Crédité", "Gutgeschrieben", "Accreditato", "Credited"),
    "balance": _four("Reste à payer", "Noch offen", "Ancora da pagare", "Still to pay"),
    "paid_in_full": _four(
        "Facture acquittée le", "Rechnung vollständig bezahlt am", "Fattura saldata il", "Invoice paid in full on"
    ),
    "pay": _four(
        "Pour payer par virement", "Zahlung per Überweisung", "Pagamento tramite bonifico", "To pay by bank transfer"
    ),
    "holder": _four("Bénéficiaire", "Empfänger", "Beneficiario", "Payee"),
    "scan": _four(
        "À lire avec l’application de votre banque",
        "Mit der App Ihrer Bank lesen",
        "Da leggere con l’app della banca",
        "Scan with your bank’s app",
    ),
    "later": _four(
        "Le bulletin de paiement s’ajoute une fois la facture définitive.",
        "Der Zahlteil kommt hinzu, sobald die Rechnung endgültig ist.",
        "La sezione pagamento si aggiunge quando la fattura è definitiva.",
        "The payment part is added once the invoice is final.",
    ),
    "for": _four("Patient", "Patient", "Paziente", "Patient"),
}

METHODS = {
    Method.CASH: _four("Espèces", "Bar", "Contanti", "Cash"),
    Method.CARD: _four("Carte", "Karte", "Carta", "Card"),
    Method.CHEQUE: _four("Chèque", "Scheck", "Assegno", "Cheque"),
    Method.TRANSFER: _four("Virement", "Überweisung", "Bonifico", "Bank transfer"),
    Method.DIRECT_DEBIT: _four("Prélèvement", "Lastschrift", "Addebito diretto", "Direct debit"),
    Method.ONLINE: _four("Paiement en ligne", "Online-Zahlung", "Pagamento online", "Online payment"),
}

SLIP = {
    "payment_part": _four("Section paiement", "Zahlteil", "Sezione pagamento", "Payment part"),
    "receipt": _four("Récépissé", "Empfangsschein", "Ricevuta", "Receipt"),
    "account": _four("Compte / Payable à", "Konto / Zahlbar an", "Conto / Pagabile a", "Account / Payable to"),
    "of_day": _four("du", "vom", "del", "of"),
    "reference": _four("Référence", "Referenz", "Riferimento", "Reference"),
    "message": _four(
        "Informations supplémentaires",
        "Zusätzliche Informationen",
        "Informazioni supplementari",
        "Additional information",
    ),
    "payable_by": _four("Payable par", "Zahlbar durch", "Pagabile da", "Payable by"),
    "payable_by_blank": _four(
        "Payable par (nom/adresse)",
        "Zahlbar durch (Name/Adresse)",
        "Pagabile da (nome/indirizzo)",
        "Payable by (name/address)",
    ),
    "currency": _four("Monnaie", "Währung", "Valuta", "Currency"),
    "amount": _four("Montant", "Betrag", "Importo", "Amount"),
    "acceptance_point": _four("Point de dépôt", "Annahmestelle", "Punto di accettazione", "Acceptance point"),
    "separate": _four(
        "À détacher avant le versement",
        "Vor der Einzahlung abzutrennen",
        "Da staccare prima del versamento",
        "Separate before paying in",
    ),
}
