"""Which controls may be clicked because a model says so: none that could do harm. Pure."""

import re

from bughive_worker.collect.reading import Control

_HARMFUL = re.compile(
    r"delete|remov|destroy|erase|reset|clear|cancel|deactivat|close account|unsubscrib|subscrib|sign ?(up|out|off)"
    r"|log ?(out|off)|logoff|\b(pay|buy|order|book|send|submit|post|publish|share|vote|report|transfer|withdraw|donate|"
    r"confirm|accept|agree|approve|invite|upload|download|install|call)\b|check ?out|purchase"
    r"|lösch|entfern|abmeld|kauf|bestell|bezahl|zahlen|kündig|senden|abschick|bestätig"
    r"|supprim|effac|déconnex|acheter|payer|commander|envoyer|annuler|confirmer"
    r"|eliminar|borrar|cerrar sesión|comprar|pagar|pedir|enviar|confirmar"
    r"|elimin|cancell|esci|acquist|paga|ordina|invia|conferma"
    r"|excluir|apagar|sair|verwijder|uitloggen|kopen|betalen|bestellen|verzenden|usuń|wyloguj|kup|zapłać|wyślij",
    re.IGNORECASE,
)
_CLICKED = ("link", "button")


def harmless(control: Control) -> bool:
    """Whether a click can be tried: a link or a button that sends no form, and does not sound like doing harm."""
    words = " ".join((control.name, control.selector.replace("-", " ").replace("_", " "), control.url))
    return control.role in _CLICKED and not control.posts and not _HARMFUL.search(words)
