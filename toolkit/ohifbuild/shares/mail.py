"""The text of an e-mail with a link, in the languages of the viewer's messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pt")


@dataclass(frozen=True)
class Mail:
    """An e-mail in plain text."""

    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.subject}\n\n{self.text}"


# Subject, what the link does, until when, what to do if it fails.
_TEXTS: Mapping[str, tuple[str, str, str, str]] = {
    "en": (
        "Your medical images",
        "Hello,\n\nthis link opens your medical images in the browser:",
        "It works until {until}. It needs no password, so please do not pass it on.",
        "If the images do not open, copy the whole link into the address bar of the browser.",
    ),
    "de": (
        "Ihre medizinischen Bilder",
        "Guten Tag,\n\ndieser Link öffnet Ihre medizinischen Bilder im Browser:",
        "Er gilt bis {until}. Er braucht kein Passwort; bitte geben Sie ihn nicht weiter.",
        "Falls sich die Bilder nicht öffnen: Kopieren Sie den ganzen Link in die Adresszeile des Browsers.",
    ),
    "es": (
        "Sus imágenes médicas",
        "Buenos días:\n\nEste enlace abre sus imágenes médicas en el navegador:",
        "Funciona hasta el {until}. No necesita contraseña; por favor, no lo comparta.",
        "Si las imágenes no se abren, copie el enlace completo en la barra de direcciones del navegador.",
    ),
    "fr": (
        "Vos images médicales",
        "Bonjour,\n\nce lien ouvre vos images médicales dans le navigateur :",
        "Il fonctionne jusqu’au {until}. Il ne demande pas de mot de passe : merci de ne pas le transmettre.",
        "Si les images ne s’ouvrent pas, copiez le lien entier dans la barre d’adresse du navigateur.",
    ),
    "it": (
        "Le Sue immagini mediche",
        "Buongiorno,\n\nquesto link apre le Sue immagini mediche nel browser:",
        "Funziona fino al {until}. Non richiede una password: La preghiamo di non inoltrarlo.",
        "Se le immagini non si aprono, copi il link intero nella barra degli indirizzi del browser.",
    ),
    "nl": (
        "Uw medische beelden",
        "Goedendag,\n\ndeze link opent uw medische beelden in de browser:",
        "Hij werkt tot {until}. Er is geen wachtwoord nodig; geef de link alstublieft niet door.",
        "Als de beelden niet openen, kopieer dan de hele link naar de adresbalk van de browser.",
    ),
    "pt": (
        "As suas imagens médicas",
        "Bom dia,\n\neste link abre as suas imagens médicas no navegador:",
        "Funciona até {until}. Não precisa de palavra-passe; por favor, não o partilhe.",
        "Se as imagens não abrirem, copie o link completo para a barra de endereço do navegador.",
    ),
}


def mail(link: str, expires: datetime, language: str) -> Mail:
    """The e-mail for a link. It names neither patient nor study.

    Args:
        expires: with a time zone, in which the text gives it.
        language: one of ``LANGUAGES``.
    """
    subject, opens, until, help_text = _TEXTS[language]
    # A date in numbers that every language reads in the same way (ISO 8601).
    moment = f"{expires:%Y-%m-%d, %H:%M} (UTC{expires:%z})"
    return Mail(subject, f"{opens}\n\n{link}\n\n{until.format(until=moment)}\n{help_text}\n")
