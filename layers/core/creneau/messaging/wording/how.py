"""How an SMS says in one line whose a visit is, with whom, and that it is at home or remote (A-02, A-03)."""

from collections.abc import Mapping

from creneau.agenda.catalogue import Predefined


def how(label: Mapping[str, str], practitioner: str, on_behalf_of: str, mode: str, link: str) -> str:
    """`avec Dr Anne Favre`, `pour Léo Martin, à votre domicile`, `par vidéo : https://...`; empty: nothing to say.

    One line has room for one name: the patient's, where another reads it; none beside a link.
    """
    whom = label["sms_with"].format(name=practitioner) if practitioner else ""
    if on_behalf_of:
        whom = label["sms_for"].format(name=on_behalf_of)
    match mode:
        case Predefined.HOME_VISIT:
            where = label["sms_at_home"]
        case Predefined.TELECONSULTATION:
            where = f"{label['sms_online']}{label['sms_colon']}{link}" if link else label["sms_online"]
            whom = "" if link and not on_behalf_of else whom
        case _:
            where = ""
    return ", ".join(part for part in (whom, where) if part)
