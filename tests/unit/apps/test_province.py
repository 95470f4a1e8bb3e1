"""The sites of the reference deployment."""

import unicodedata
from collections import Counter

import pytest

from mixminus.apps.province import DISTRICTS, LINES, TIERS, province_sites
from mixminus.apps.rtp_sender import FORMATS

COMMUNES_2022 = {
    "Nho Quan": 27,
    "Kim Sơn": 25,
    "Gia Viễn": 21,
    "Yên Khánh": 19,
    "Yên Mô": 17,
    "Ninh Bình": 14,
    "Hoa Lư": 11,
    "Tam Điệp": 9,
}


def test_tiers_have_143_16_and_3_sites() -> None:
    assert Counter(site.tier for site in province_sites()) == {
        "commune": 143,
        "district": 16,
        "province": 3,
    }


def test_each_district_has_its_communes_and_two_rooms() -> None:
    sites = province_sites()
    communes = Counter(site.district for site in sites if site.tier == "commune")
    rooms = Counter(site.district for site in sites if site.tier == "district")
    assert communes == COMMUNES_2022
    assert rooms == dict.fromkeys(DISTRICTS, 2)


def test_names_are_unique_within_a_district() -> None:
    assert len({(site.district, site.name) for site in province_sites()}) == 162


def test_names_are_composed_unicode_without_loose_spaces() -> None:
    for site in province_sites():
        assert unicodedata.is_normalized("NFC", site.name)
        assert site.name == " ".join(site.name.split())


def test_the_town_of_me_is_the_first_commune() -> None:
    communes = [site for site in province_sites() if site.tier == "commune"]
    assert communes[0].name == "UBND thị trấn Me"


def test_both_operators_and_all_codecs_are_in_use() -> None:
    sites = province_sites()
    assert {site.operator for site in sites} == LINES.keys()
    assert {site.codec for site in sites} == FORMATS.keys()
    assert Counter(site.codec for site in sites).most_common(1)[0][0] == "opus"


@pytest.mark.parametrize("count", [3, 4, 40, 161])
def test_a_smaller_province_keeps_all_tiers(count: int) -> None:
    sites = province_sites(count)
    assert len(set(sites)) == count
    assert {site.tier for site in sites} == set(TIERS[1:])


@pytest.mark.parametrize("count", [-1, 0, 2, 163])
def test_impossible_counts_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="3 to 162"):
        province_sites(count)
