"""Made-up names: common given names and surnames put together by chance, and how offices spell them.

One name is written in many ways in Kosovo: an Albanian name by a Serbian clerk, in Latin or in
Cyrillic letters, or without its diacritics. `as_serbian` and `as_cyrillic` follow the usual
correspondences of the two orthographies (xh-dž-џ, gj-đ-ђ, q-ć-ћ, ...).
"""

from dataclasses import dataclass
from random import Random

from atstats.language import transliterate

__all__ = ["NAMES", "Naming", "as_cyrillic", "as_serbian", "mistyped", "without_diacritics"]


@dataclass(frozen=True, slots=True)
class Naming:
    """Names that are common in one community."""

    girls: tuple[str, ...]
    boys: tuple[str, ...]
    surnames: tuple[str, ...]

    def given(self, rng: Random, *, sex: str) -> str:
        """A given name that is common for the sex."""
        return rng.choice(self.girls if sex == "F" else self.boys)

    def surname(self, rng: Random) -> str:
        """A surname in its basic form."""
        return rng.choice(self.surnames)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NAMES = {
    "ALB": Naming(
        _words(
            "Albulena Arbnora Ardita Besarta Besiana Blerina Blerta Diellza Donjeta Drenusha Edona Elira "
            "Elona Erblina Ermira Fatbardha Fjolla Florentina Gentiana Hyrije Jehona Kaltrina Kujtesa Laureta "
            "Leonora Liridona Majlinda Merita Mimoza Mirjeta Njomza Qëndresa Rinesa Rrezarta Saranda Shpresa "
            "Shqipe Teuta Valbona Valdete Vjollca Vlora Xhemile Yllka Zana"
        ),
        _words(
            "Agim Agron Alban Arben Ardian Artan Astrit Avni Bajram Bekim Besim Besnik Blerim Burim Dardan Driton "
            "Enver Fadil Fatmir Fatos Flamur Gazmend Gëzim Hajdar Ilir Jeton Kushtrim Labinot Leotrim Liridon "
            "Lulzim Mentor Naim Nexhat Qerim Ramiz Rexhep Rrustem Shkëlzen Shpend Skënder Valon Visar Xhavit Ylber"
        ),
        _words(
            "Ahmeti Avdiu Bajraktari Balaj Berisha Bytyqi Çitaku Elshani Fazliu Gashi Gjocaj Gjonbalaj Hajdini Halili "
            "Haradinaj Hasani Hoti Hoxha Imeri Jashari Kastrati Kelmendi Krasniqi Kryeziu Lajçi Limani Llapashtica "
            "Maloku Mehmeti Morina Mustafa Nimani Osmani Pllana Qorri Rama Rexhepi Rrahmani Rugova Sadiku Salihu "
            "Selmani Shala Sylejmani Thaçi Tolaj Ukshini Vitia Xhemajli Ymeri Zeqiri Zhegrova"
        ),
    ),
    "SRB": Naming(
        _words(
            "Aleksandra Ana Bojana Dragana Gordana Ivana Jelena Jovana Katarina Ljiljana Maja Marija Milena Milica "
            "Mirjana Nataša Nevena Sanja Slađana Snežana Tamara Tijana Vesna Zorica"
        ),
        _words(
            "Aleksandar Bojan Boris Dejan Dragan Goran Igor Ivan Jovan Ljubiša Marko Milan Miloš Nebojša Nenad Nikola "
            "Predrag Saša Slobodan Stefan Vladimir Zoran Željko"
        ),
        _words(
            "Antić Bogdanović Đokić Filipović Ilić Janković Jovanović Kostić Lazić Marković Milenković Mitrović "
            "Nikolić Petković Popović Radović Ristić Savić Simić Stanković Stojanović Trajković Vasić Živković"
        ),
    ),
    "ROM": Naming(
        _words(
            "Afrodita Behara Elvira Esma Fatima Hatixhe Kimete Lirije Muhamere Rasema Remzije Sabina Sadije Sebahate "
            "Selvije Sevdije Zejnepe Zekije"
        ),
        _words(
            "Bajram Bedri Elvis Enis Ferdi Gani Hasan Isuf Kenan Kujtim Muhamet Nasuf Orhan Ramadan Rasim Sabri Sefedin"
        ),
        _words(
            "Ametović Avdullahu Beriša Bajrami Demirović Durmishi Emini Gashnjani Hajrizi Kovači Mustafović Osmanović "
            "Petrovci Rizvani Selimi Skenderi Toplica Zulfiu"
        ),
    ),
    "TUR": Naming(
        _words("Aylin Ayşe Elif Emel Esin Gülten Nuray Özlem Selma Sevda Sibel Suzan Tülay"),
        _words("Aydın Burak Cengiz Ercan Fikret Hakan İlhan Kemal Orhan Selçuk Taner Ümit"),
        _words("Bütüç Curri Gora Kırvey Mazrek Morina Sağdati Skenderi Şişko Türkeş Volkan"),
    ),
    "ALB_AL": Naming(
        _words("Alketa Arjana Bora Dorina Eriola Ersila Esmeralda Fabiola Ilda Klea Kristi Ledia Marsela Silvana"),
        _words("Aldo Altin Arjan Edmond Elton Endri Erion Florjan Gentian Klajdi Klodian Ndriçim Taulant"),
        _words("Bardhi Cani Dervishi Duka Gjoka Hysa Kola Lleshi Marku Ndreu Pjetri Prenga Shehu Toska Zefi"),
    ),
    "SRB_RS": Naming(
        _words("Anđela Biljana Danijela Jasmina Kristina Lidija Marina Sandra Svetlana Violeta"),
        _words("Bratislav Darko Goran Miodrag Radovan Zlatko"),
        _words("Aleksić Cvetković Dimitrijević Đurić Krstić Milošević Pavlović Tasić Veljković"),
    ),
    "MOLDOVA": Naming(
        _words("Alina Cristina Daniela Doina Irina Lilia Natalia Olga Rodica Tatiana Veronica"),
        _words("Andrei Dumitru Ion Sergiu Vasile Victor"),
        _words("Botnaru Ceban Ciobanu Cojocaru Lungu Munteanu Rotaru Rusu Sandu Țurcanu Vieru"),
    ),
    "OTHER": Naming(
        _words("Amira Carmen Grace Jessica Lucia Maryam Nadia Rosa Sofia Yolanda"),
        _words("Ahmed Daniel Ibrahim Joseph Karim Luis Mohammad Samuel"),
        _words("Adeyemi Bianchi Diallo Farouk Fernandez Haddad Karimi Mensah Okafor Reyes Santos"),
    ),
}
"""Community or country of origin -> names. Every combination is made up by chance."""

_SERBIAN = (
    ("xh", "dž"), ("gj", "đ"), ("ç", "č"), ("q", "ć"), ("sh", "š"), ("zh", "ž"), ("x", "dz"), ("th", "t"),
    ("dh", "d"), ("rr", "r"), ("ll", "l"), ("y", "i"), ("ë", "e"), ("w", "v"),
)  # fmt: skip
_PLAIN = str.maketrans("ëçšžčćşğıİöüŞÖÜÇËŠŽČĆţțȚ", "ecszccsgiIouSOUCESZCCttT")


def as_serbian(name: str) -> str:
    """An Albanian name as a Serbian clerk writes it in Latin letters: Xhevahire -> Dževahire."""
    written = name.lower()
    for albanian, serbian in _SERBIAN:
        written = written.replace(albanian, serbian)
    return written.capitalize()


def as_cyrillic(name: str) -> str:
    """A name in Serbian Cyrillic letters: Xhevahire -> Џевахире."""
    written = transliterate(as_serbian(name))
    return written[:1].upper() + written[1:]


def without_diacritics(name: str) -> str:
    """A name as typed on a keyboard without Albanian or Serbian letters: Çitaku -> Citaku."""
    return name.translate(_PLAIN).replace("đ", "dj").replace("Đ", "Dj")


def mistyped(name: str, rng: Random) -> str:
    """A name with one letter inside it doubled, dropped or exchanged with its neighbour."""
    if len(name) < 5:
        return name
    place = rng.randrange(1, len(name) - 2)
    match rng.randrange(3):
        case 0:
            return name[:place] + name[place] + name[place:]
        case 1:
            return name[:place] + name[place + 1 :]
        case _:
            return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
