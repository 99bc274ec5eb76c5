"""What every file of a release carries besides numbers: marks, and the note on the status of Kosovo."""

from atstats.frames import Run
from atstats.schema import Labels
from atstats.vocabulary import Edition

__all__ = ["STATUS_NOTES", "Marks", "marks"]

Marks = tuple[Labels, ...]

_SAMPLE = Labels(
    en="SAMPLE: all figures in this report are made up",
    sq="MOSTËR: të gjitha shifrat në këtë raport janë të trilluara",
    sr="Uzorak: svi podaci u ovom izveštaju su izmišljeni",
)
_RESTRICTED = Labels(
    en="RESTRICTED: exact figures, not for publication",
    sq="E KUFIZUAR: shifra të sakta, jo për publikim",
    sr="Ograničeno: tačni podaci, nije za objavljivanje",
)

STATUS_NOTES = {
    "eu": Labels(
        en="This designation is without prejudice to positions on status, and is in line with UNSCR 1244/1999 and the "
        "ICJ Opinion on the Kosovo declaration of independence.",
        sq="Ky emërtim është pa paragjykim të qëndrimeve për statusin dhe është në pajtim me RKSKB 1244/1999 dhe me "
        "Opinionin e GJND-së për shpalljen e pavarësisë së Kosovës.",
        sr="Ovaj naziv ne prejudicira stavove o statusu i u skladu je sa RSBUN 1244/1999 i mišljenjem MSP o kosovskoj "
        "deklaraciji o nezavisnosti.",
    ),
    "coe": Labels(
        en="All references to Kosovo, whether to the territory, institutions or population, in this text shall be "
        "understood in full compliance with United Nations Security Council Resolution 1244 and without prejudice to "
        "the status of Kosovo.",
        sq="Të gjitha referimet për Kosovën në këtë tekst, qoftë për territorin, institucionet ose popullsinë, "
        "kuptohen në pajtim të plotë me Rezolutën 1244 të Këshillit të Sigurimit të Kombeve të Bashkuara dhe pa "
        "paragjykim të statusit të Kosovës.",
        sr="Sva pominjanja Kosova u ovom tekstu, bilo da se odnose na teritoriju, institucije ili stanovništvo, treba "
        "razumeti u punoj saglasnosti sa Rezolucijom 1244 Saveta bezbednosti Ujedinjenih nacija i ne prejudicirajući "
        "status Kosova.",
    ),
}
"""The setting `status_note` -> the words; the report says the same (a test compares them)."""


def marks(run: Run, *, edition: str) -> Marks:
    """What a reader must see on everything: that figures are made up, or that they are restricted."""
    sample = (_SAMPLE,) if run.settings.get("sample") else ()
    return sample if edition == Edition.PUBLIC else (*sample, _RESTRICTED)
