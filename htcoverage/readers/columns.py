"""Which column of a file is which of ours: said by the user, or guessed with a confidence."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from htcoverage.errors import Fault, InputError
from htcoverage.notes import Note
from htcoverage.readers.fonts import without_vni_marks
from htcoverage.readers.sheet import Sheet

#: A guess below this is not made.
LEAST_CONFIDENCE = 0.7

#: What the columns are called in the ledgers of carriers and departments, without diacritics.
_WORDS: dict[str, tuple[str, ...]] = {
    "bts_id": (
        "ma bts", "ma tram", "id tram", "bts", "bts code", "enodeb id", "nodeb id", "node b id",
        "enodeb", "nodeb", "station id", "ma node", "ma tram phat song", "ten node",
    ),
    "cell_id": ("ma cell", "cell", "cell name", "ten cell", "transmitter", "ci", "cellname"),
    "site_id": ("ma site", "site", "site code", "ma vi tri", "ma nha tram", "ma cot", "ma csht"),
    "site_name": (
        "ten tram", "ten site", "site name", "ten", "name", "dia diem", "ten vi tri", "station",
        "ten bts", "dia chi", "address",
    ),
    "operator": (
        "nha mang", "mang", "carrier", "nha cung cap", "nha cung cap dich vu", "doanh nghiep",
        "doanh nghiep vien thong", "don vi", "chu dau tu", "plmn", "network", "telco",
        "nha khai thac",
    ),
    "technology": (
        "cong nghe", "tech", "rat", "radio", "loai tram", "he thong", "the he", "the he mang",
        "cong nghe mang",
    ),
    "status": ("trang thai", "tinh trang", "state", "trang thai hoat dong"),
    "provenance": ("nguon", "nguon du lieu", "source"),
    "longitude": ("kinh do", "long", "lon", "lng", "kinhdo", "toa do kinh do", "longtitude"),
    "latitude": ("vi do", "lat", "vido", "toa do vi do", "latitute"),
    "x": ("toa do x", "easting", "east", "x m", "toa do dong"),
    "y": ("toa do y", "northing", "north", "y m", "toa do bac"),
    "band_mhz": (
        "bang tan", "band", "tan so", "frequency", "freq", "bang tan so", "frequency band",
    ),
    "bandwidth_mhz": ("bang thong", "bandwidth", "do rong bang tan", "bw"),
    "antenna_height_m": (
        "do cao anten", "chieu cao anten", "do cao ang ten", "chieu cao ang ten", "antenna height",
        "height", "do cao an ten", "chieu cao an ten", "ant height", "h anten", "rad center",
    ),
    "mast_height_m": (
        "do cao cot", "chieu cao cot", "do cao cot anten", "chieu cao cot anten", "tower height",
        "mast height", "do cao cot an ten", "chieu cao thap",
    ),
    "azimuth_deg": (
        "azimuth", "goc phuong vi", "phuong vi", "huong", "huong phu song", "azi", "goc huong",
        "huong anten", "azimut", "dir", "direction", "bearing",
    ),
    "electrical_tilt_deg": (
        "tilt dien", "etilt", "e tilt", "electrical tilt", "electrical downtilt", "goc cup dien",
        "goc nghieng dien", "additional electrical downtilt", "edt", "e downtilt",
    ),
    "mechanical_tilt_deg": (
        "tilt co", "mtilt", "m tilt", "mechanical tilt", "mechanical downtilt", "goc cup co",
        "goc nghieng co", "mdt", "m downtilt",
    ),
    "tilt_deg": ("tilt", "downtilt", "goc cup", "goc nghieng", "tilt tong", "total tilt"),
    "beamwidth_deg": (
        "beamwidth", "hbw", "hpbw", "horizontal beamwidth", "do rong bup song", "do rong bup",
        "goc mo", "half power beamwidth", "antenna beamwidth",
    ),
    "antenna": ("anten", "loai anten", "antenna type", "antenna model", "ang ten"),
    "antenna_gain_dbi": ("gain", "antenna gain", "do loi", "do loi anten", "tang ich"),
    "feeder_loss_db": ("feeder loss", "suy hao feeder", "suy hao", "loss", "suy hao cap"),
    "port_power_dbm": (
        "cong suat", "cong suat phat", "power", "tx power", "max power", "output power",
        "cong suat may phat",
    ),
    "cpich_power_dbm": ("cpich", "cpich power", "pilot power", "cong suat cpich"),
    "eirp_dbm": ("eirp", "cong suat buc xa", "eirp total"),
    "rs_boost_db": ("rs boost", "rs power boost"),
    "settlement_id": ("ma thon", "ma to", "id", "ma khu dan cu", "fid", "code", "ma"),
    "name": ("ten", "ten thon", "ten khu dan cu", "ten xom", "full name", "fullname", "title"),
    "district_code": (
        "ma huyen", "ma quan huyen", "ma dvhc", "district id", "ma", "code", "ma xa", "id",
        "commune code", "adm2 pcode", "shapeid",
    ),
    "commune_code": ("ma xa", "ma phuong xa", "ward code", "commune id", "adm3 pcode"),
    "full_name": (
        "ten huyen", "ten day du", "fullname", "full name", "ten", "name", "ten don vi", "ten xa",
        "district name", "district", "commune", "shapename", "huyen", "adm2 en",
    ),
    "kind": ("loai", "cap", "type", "loai hinh"),
    "communes": ("so xa", "number of communes"),
    "residents": (
        "dan so", "population", "nhan khau", "so dan", "so nhan khau", "pop", "people", "so nguoi",
    ),
    "households": ("so ho", "ho", "ho gia dinh", "ho dan", "so ho dan", "homes"),
    "span_id": ("ma tuyen", "id", "ma doan", "route id", "ma cap"),
    "owner": ("chu so huu", "don vi so huu", "nha mang", "operator", "don vi", "doanh nghiep"),
    "cables": ("so cap", "so soi cap", "number of cables"),
    "fibres": ("so soi", "so soi quang", "fibers", "dung luong", "fibre count", "fiber count"),
    "year": ("nam", "nam xay dung", "nam lap dat", "built"),
}  # fmt: skip

#: Words that tell what a longer name is of: Site_Long, "Kinh độ (WGS84) trạm".
_TELLING = {
    "longitude": ("longitude", "kinh do", "long", "lon", "lng"),
    "latitude": ("latitude", "vi do", "lat"),
}
_TELLING_CONFIDENCE = 0.8

_UNIT = re.compile(r"[(\[][^)\]]*[)\]]|[°º]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class ColumnMatch:
    """A column of a file taken for one of ours.

    Parameters
    ----------
    column : str
        Our name.
    name : str
        The file's name.
    confidence : float
        1 where the user said so or the names are equal, less for a guess, at least 0.7.
    how : str
        ``given``, ``same name``, ``known word`` or ``similar word``.
    """

    column: str
    name: str
    confidence: float
    how: str


def column_taken(match: ColumnMatch) -> Note:
    """Return the note that a column was guessed, and how surely."""
    facts = {"theirs": match.name, "ours": match.column, "confidence": match.confidence}
    return Note("column_taken", facts)


#: Vietnamese of TCVN 5712:1993 (the fonts .VnTime and the like), as it looks in Unicode: the
#: letters with their marks, by the plain letter; and signs of it that no other script has in words.
_TCVN3 = {
    ord(sign): letter
    for letter, signs in {
        "a": "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË", "d": "®§", "e": "ÌÐÎÏÑªÒÕÓÔÖ", "i": "×ÝØÜÞ",
        "o": "ßãáâä«åèæçé¬êíëìî", "u": "ïóñòô\xadõøö÷ù", "y": "úýûüþ",
    }.items()
    for sign in signs
}  # fmt: skip
_OF_TCVN3 = re.compile("[µ¶·¸¹»¼½¾©«¬®§ª¨]")


@lru_cache(maxsize=4096)
def plain(words: str) -> str:
    """Return words in lower case, without diacritics, punctuation as single spaces."""
    if _OF_TCVN3.search(words):
        words = words.translate(_TCVN3)
    folded = unicodedata.normalize("NFD", words.replace("đ", "d").replace("Đ", "D"))
    bare = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", bare.casefold()).split())


def match_columns(
    names: Sequence[str], wanted: Iterable[str], *, given: Mapping[str, str] | None = None
) -> tuple[ColumnMatch, ...]:
    """Say which column of a file is which of ours; each of both is used at most once.

    Parameters
    ----------
    names : sequence of str
        Columns of the file.
    wanted : iterable of str
        Our columns that could be there.
    given : mapping of str to str, optional
        Our name to the file's name where the user says it; never overruled.

    Returns
    -------
    tuple of ColumnMatch
        In the order of ``wanted``; columns not found are left out.
    """
    columns = list(dict.fromkeys(wanted))
    chosen = {
        column: ColumnMatch(column, name, 1.0, "given")
        for column, name in (given or {}).items()
        if name in names
    }
    taken = {match.name for match in chosen.values()}
    guesses = [
        guess
        for column in columns
        if column not in (given or {})
        for name in names
        if (guess := _guess(column, name)) is not None
    ]
    order = {name: place for place, name in enumerate(names)}
    for guess in sorted(guesses, key=lambda each: (-each.confidence, order[each.name])):
        if guess.column not in chosen and guess.name not in taken:
            chosen[guess.column] = guess
            taken.add(guess.name)
    return tuple(chosen[column] for column in columns if column in chosen)


def known_names(wanted: Iterable[str]) -> Callable[[str], bool]:
    """Return a function that tells whether a cell is a usual name of a wanted column."""
    known = {word for column in wanted for word in (plain(column), *_WORDS.get(column, ()))}

    def is_known(cell: str) -> bool:
        unitless = _UNIT.sub(" ", cell)
        forms = (cell, unitless, without_vni_marks(unitless) or cell)
        return any(plain(form) in known for form in forms)

    return is_known


@lru_cache(maxsize=4096)
def _guess(column: str, name: str) -> ColumnMatch | None:
    if name == column:
        return ColumnMatch(column, name, 1.0, "same name")
    own = plain(column)
    bare = plain(name)
    if bare == own:
        return ColumnMatch(column, name, 0.98, "same name")
    unitless = plain(_UNIT.sub(" ", _CAMEL.sub(" ", name)))
    words = _WORDS.get(column, ())
    vni = without_vni_marks(_UNIT.sub(" ", name))
    for candidate in (bare, unitless, plain(vni or "")):
        if candidate in words:
            # The first words of a list are the surest; "ten" or "id" may mean several things.
            return ColumnMatch(column, name, round(0.95 - 0.01 * words.index(candidate), 2),
                               "known word")  # fmt: skip
    told = [c for c, signs in _TELLING.items() if any(f" {s} " in f" {unitless} " for s in signs)]
    if told == [column]:
        return ColumnMatch(column, name, _TELLING_CONFIDENCE, "known word")
    bare_own = plain(column.rsplit("_", 1)[0]) if column.rsplit("_", 1)[-1] in _UNITS else own
    if unitless == bare_own:
        return ColumnMatch(column, name, 0.95, "same name")
    if len(unitless) < 4:
        return None
    likeness = max(
        difflib.SequenceMatcher(None, unitless, word).ratio() for word in (bare_own, *words)
    )
    confidence = round(0.9 * likeness - 0.02, 2)
    if confidence < LEAST_CONFIDENCE:
        return None
    return ColumnMatch(column, name, confidence, "similar word")


_UNITS = frozenset({"deg", "m", "mhz", "dbm", "dbi", "db"})


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the known word that a mistyped one is nearest to, as the end of a message."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {near[0]!r}?" if near else ""


def given_faults(
    names: Sequence[str], given: Mapping[str, str], *, wanted: Iterable[str], file: str,
    header_row: int | None,
) -> list[Fault]:  # fmt: skip
    """Return the faults of a mapping that names what is not there, or one column twice."""
    allowed = list(wanted)
    faults = []
    for column, name in given.items():
        if column not in allowed:
            expected = f"a mapping of one of the columns {', '.join(allowed)}"
            expected += did_you_mean(column, allowed)
            faults.append(Fault(file, None, column, name, expected))
        elif name not in names:
            expected = f"a column of that name; the file has {', '.join(map(repr, names))}"
            expected += did_you_mean(name, names)
            faults.append(Fault(file, header_row, column, name, expected))
    used = list(given.values())
    for name in dict.fromkeys(name for name in used if used.count(name) > 1):
        faults.append(Fault(file, header_row, name, "", "a column that is mapped once only"))
    return faults


def renamed(sheet: Sheet, matches: Iterable[ColumnMatch]) -> Sheet:
    """Return the table with our column names; faults go on quoting the file's."""
    names = {match.name: match.column for match in matches}
    frame = sheet.frame.drop(
        columns=[c for c in names.values() if c in sheet.frame and c not in names]
    )
    told = {column: name for name, column in names.items()}
    return replace(sheet, frame=frame.rename(columns=names), names={**sheet.names, **told})


def mapped(
    sheet: Sheet, wanted: Iterable[str], *, given: Mapping[str, str]
) -> tuple[Sheet, tuple[ColumnMatch, ...]]:
    """Return the table with our column names and how they were found.

    Raises
    ------
    InputError
        If ``given`` names a column that the file or the table does not have.
    """
    columns = list(wanted)
    names = [str(name) for name in sheet.frame.columns]
    faults = given_faults(
        names, given, wanted=columns, file=sheet.file, header_row=sheet.header_row
    )
    if faults:
        raise InputError(faults)
    matches = match_columns(names, columns, given=given)
    return renamed(sheet, matches), matches
